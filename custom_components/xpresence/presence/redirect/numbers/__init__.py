"""Telephone numbers: what an office may type, and what its phone system dials.

A number has one *canonical* form here: E.164 with a plus (``+49301234101``), or the
office's own short form (an extension, a feature code). People write numbers as on
a business card; :func:`parse` reads that. The phone system dials its own form, with
the prefix for an outside line; :func:`dialled` writes it and :func:`understood`
reads it back.

The first reading that fits counts: a plus, the international prefix, the trunk
prefix, a length that only an extension has, and last a number of the own town.
"""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from . import countries
from .codes import called, has_code
from .countries import DIGITS
from .internal import is_one_of

DIALLABLE: Final = DIGITS | frozenset("*#+")
"""The only characters that are sent to a phone system."""

SEPARATORS: Final = frozenset(" -/.()\u00a0\u2009\u202f\u2010\u2011\u2012\u2013")
"""What people put between digits, typographic blanks and dashes included."""

LONGEST_TEXT: Final = 64
LONGEST_E164: Final = 15
"""Digits after the plus (ITU-T E.164, 6.1)."""
SHORTEST_E164: Final = 4
LONGEST_DIALLED: Final = 32

OUTSIDE_BY_NINE: Final = "9"
"""The usual prefix for an outside line where it is not zero, if none is set."""
USUAL_EMERGENCY: Final = frozenset({"112", "911"})

MASK: Final = "…"
SHORTEST_MASKED: Final = 7
"""Digits of which two may show."""


class NumberProblem(StrEnum):
    """Why a text is not a valid target number; never contains the text."""

    EMPTY = "empty"
    TOO_LONG = "too_long"
    TOO_SHORT = "too_short"
    LETTERS = "letters"
    CONTROL_CHARACTER = "control_character"
    CHARACTER = "character"
    MISPLACED_PLUS = "misplaced_plus"
    CODE = "code"
    """``*`` or ``#`` in something that is not a short code."""
    TRUNK_PREFIX = "trunk_prefix"
    """After a country's calling code stands the zero of its national form."""
    NO_COUNTRY = "no_country"
    """No country has this calling code."""
    EMERGENCY = "emergency"
    """Never a target: a forwarded telephone would call the police by itself."""


class BadNumber(ValueError):
    """A text is not a number that calls may go to.

    ``problem`` says why. The text itself is in no message, for logs are read.
    """

    def __init__(self, problem: NumberProblem) -> None:
        """Store the reason only; the number is not kept."""
        super().__init__(problem.value)
        self.problem = problem


class NumberKind(StrEnum):
    """How far a number leads; an office may limit what people redirect to."""

    INTERNAL = "internal"
    """An extension that is known to exist, or a mailbox."""
    EXTERNAL = "external"
    ABROAD = "abroad"
    PREMIUM = "premium"
    """Charged at a rate of its own, or not known to the plan of its country."""


class DialStyle(StrEnum):
    """How the phone system wants outside numbers."""

    NATIONAL = "national"
    """``030 1234`` and ``0033 1 …``."""
    INTERNATIONAL = "international"
    """``0049 30 1234``."""
    E164 = "e164"
    """``+49 30 1234``, without a prefix for the outside line."""


@dataclass(frozen=True, slots=True)
class NumberFormat:
    """How an office's phone system writes numbers.

    ``country_code`` without plus ("49"; empty: not known, numbers stay as they
    are), ``area_code`` without trunk prefix ("30"). ``trunk_prefix``,
    ``international_prefix`` and ``national_digits`` (the length of a number with its
    area where all have the same; 0: they differ) are the country's where they are
    ``None``. ``main``: the office's own number in E.164 without extension
    ("+49301234"; empty: none). ``extensions``: those that are known, which may be
    longer than ``extension_digits``; ``internal``: what else the administrator calls
    internal (:mod:`.internal`). ``home``: the calling code of the country that the
    office is in, by which numbers are judged where ``country_code`` is not known.
    """

    outside_prefix: str = ""
    country_code: str = ""
    area_code: str = ""
    trunk_prefix: str | None = None
    international_prefix: str | None = None
    national_digits: int | None = None
    extension_digits: int = 5
    main: str = ""
    style: DialStyle = DialStyle.NATIONAL
    extensions: frozenset[str] = frozenset()
    internal: tuple[str, ...] = ()
    home: str = ""

    @property
    def country(self) -> str:
        """The calling code by which numbers are judged; empty: not known."""
        return self.country_code or self.home

    @property
    def trunk(self) -> str:
        """What is dialled before the area of another town; empty: nothing."""
        given = self.trunk_prefix
        return countries.trunk_prefix(self.country) if given is None else given

    @property
    def abroad(self) -> str:
        """What is dialled before a calling code."""
        given = self.international_prefix
        return countries.international_prefix(self.country) if given is None else given

    @property
    def whole_length(self) -> int:
        """The digits of a number with its area; 0: they differ."""
        if self.national_digits is not None:
            return self.national_digits
        return 10 if self.country == countries.NORTH_AMERICA else 0

    @property
    def has_area_codes(self) -> bool:
        """Whether a number can be dialled without its area.

        A country without a trunk prefix writes every number whole (Italy, Spain).
        """
        return self.trunk_prefix is not None or bool(self.trunk)

    def knows(self, number: str) -> bool:
        """Tell whether this is an extension that exists."""
        return number in self.extensions or is_one_of(number, self.internal)


PLAIN: Final = NumberFormat()
"""Nothing known about the office: numbers are dialled as they are written."""


def checked(number: str) -> str:
    """Return a number for the wire unchanged.

    Raises:
        BadNumber: it is empty, too long, or has anything but ``[0-9*#+]`` in it.
    """
    if not number:
        raise BadNumber(NumberProblem.EMPTY)
    for character in number:
        if character not in DIALLABLE:
            raise BadNumber(_character_problem(character))
    if "+" in number[1:] or number == "+":
        raise BadNumber(NumberProblem.MISPLACED_PLUS)
    if len(number) > LONGEST_DIALLED:
        raise BadNumber(NumberProblem.TOO_LONG)
    return number


def parse(text: str, style: NumberFormat = PLAIN) -> str:
    """Return the canonical form of what a person wrote.

    Raises:
        BadNumber: nothing that calls may go to.
    """
    typed = bare(text)
    if is_emergency(typed, style):
        raise BadNumber(NumberProblem.EMERGENCY)
    if has_code(typed):
        return _code(typed)
    canonical = _inward(_international(typed, style), style)
    if is_emergency(canonical, style):
        raise BadNumber(NumberProblem.EMERGENCY)
    return canonical


def masked(number: str, style: NumberFormat = PLAIN) -> str:
    """Return a number as everybody may read it: whole inside, its end outside.

    The last digits distinguish a person's numbers and cannot be called. A number too short
    to hide anything behind its end shows none of it.
    """
    canonical = understood(number, style)
    digits = [character for character in canonical if character in DIGITS]
    inside = not canonical.startswith("+") and _is_short(canonical, style)
    if inside and not DIGITS.issuperset(canonical):
        # A code, or what no number is, may carry one that leads outside.
        short = len(digits) <= style.extension_digits
        inside = short and DIALLABLE.issuperset(canonical)
    if inside:
        return canonical
    return MASK if len(digits) < SHORTEST_MASKED else f"{MASK} {''.join(digits[-2:])}"


def dialled(canonical: str, style: NumberFormat = PLAIN) -> str:
    """Return what the phone system dials for a canonical number."""
    if not canonical.startswith("+"):
        if _is_short(canonical, style):
            return canonical
        return checked(style.outside_prefix + canonical)
    if style.style is DialStyle.E164 or not style.country_code:
        return checked(canonical)
    national = canonical.removeprefix("+" + style.country_code)
    if style.style is DialStyle.NATIONAL and national != canonical:
        return checked(style.outside_prefix + style.trunk + national)
    return checked(style.outside_prefix + style.abroad + canonical[1:])


def understood(number: str, style: NumberFormat = PLAIN) -> str:
    """Return the canonical form of what the phone system says it dials.

    What cannot be read stays as it is: it is shown, never dialled.
    """
    if number in style.extensions:
        return number
    outside = style.outside_prefix
    if outside and len(number) > style.extension_digits:
        number = number.removeprefix(outside)
    try:
        return parse(number, style)
    except BadNumber:
        return number


def extension_of(
    number: str, extensions: Collection[str], style: NumberFormat = PLAIN
) -> str | None:
    """Return the extension that a dialled number rings, if it is one of these."""
    if number in extensions:
        return number
    canonical = understood(number, style)
    return canonical if canonical in extensions else None


def bare(text: str) -> str:
    """Return the text's digits and signs, without what people put in between.

    Raises:
        BadNumber: there is something else in it.
    """
    if len(text) > LONGEST_TEXT:
        raise BadNumber(NumberProblem.TOO_LONG)
    text = text.strip(" ")
    if text.lower().startswith("tel:"):
        text = text[4:]
    if text.startswith("+"):
        text = _without_trunk_prefix(text)
    kept = []
    for character in text:
        if character in DIALLABLE:
            kept.append(character)
        elif character not in SEPARATORS:
            raise BadNumber(_character_problem(character))
    return checked("".join(kept))


def _without_trunk_prefix(text: str) -> str:
    """Return ``+49 (0) 30 …`` without the zero, which is dialled inside a country only.

    Where numbers keep it abroad (Italy), it stays.
    """
    digits = "".join(character for character in text if character in DIGITS)
    found = countries.split_calling_code(digits)
    trunk = countries.trunk_prefix(found[0]) if found else "0"
    return text.replace(f"({trunk})", "", 1) if trunk else text


def is_emergency(number: str, style: NumberFormat = PLAIN) -> bool:
    """Return whether a number calls an emergency service, with any prefix or suffix.

    112 and the numbers of the office's own country are such always; those of other
    countries are not where an extension of that number is known: 101 is an
    extension here and calls the police elsewhere.
    """
    inside = number
    if not style.knows(number):
        # An extension that begins with the prefix dials nothing outside.
        inside = number.removeprefix(style.outside_prefix)
    return any(
        _calls_for_help(one, style) for one in {*called(number), *called(inside)}
    )


def _calls_for_help(number: str, style: NumberFormat) -> bool:
    country = style.country
    if countries.is_emergency_in(number, country):
        return True
    if style.knows(number):
        return False
    if any(countries.is_emergency_anywhere(one) for one in _inner(number, style)):
        return True
    plain = number.removeprefix(style.outside_prefix)
    return (
        len(plain) > style.extension_digits
        and DIGITS.issuperset(plain)
        and not (style.trunk and plain.startswith(style.trunk))
        and not (style.abroad and plain.startswith(style.abroad))
        and not style.country_code
        and countries.is_emergency_in(plain, country, begins=True)
    )


def _inner(number: str, style: NumberFormat) -> Iterator[str]:
    """Yield a number, and what is left of it without each prefix that it may have.

    Zeros in front count as prefixes even where the office or its country has none:
    who dials them by habit reaches the same service.
    """
    yield number
    if number[1:] in USUAL_EMERGENCY:
        yield number.removeprefix(OUTSIDE_BY_NINE)
    for outside in {"", style.outside_prefix}:
        if not number.startswith(outside):
            continue
        plain = number.removeprefix(outside)
        yield from _without_zeros(plain)
        yield plain.removeprefix(style.trunk)
        yield plain.removeprefix(style.trunk).removeprefix(style.area_code)
        for abroad in ("+", style.abroad, "00", "000"):
            if not abroad or not plain.startswith(abroad):
                continue
            yield from _of_country(plain.removeprefix(abroad), style)


def _of_country(digits: str, style: NumberFormat) -> Iterator[str]:
    """Yield what follows a plus, without calling code, trunk prefix and own area."""
    yield from _without_zeros(digits)
    found = countries.split_calling_code(digits)
    if found is None:
        return
    code, national = found
    for inside in _without_zeros(national):
        yield inside
        if code == style.country:
            yield inside.removeprefix(style.area_code)
    yield national.removeprefix(countries.trunk_prefix(code))


def _without_zeros(number: str) -> Iterator[str]:
    """Yield a number without none, one, and each further zero in front of it."""
    yield number
    while number.startswith("0"):
        number = number[1:]
        yield number


def _character_problem(character: str) -> NumberProblem:
    if character.isalpha():
        return NumberProblem.LETTERS
    if character.isprintable():
        return NumberProblem.CHARACTER
    return NumberProblem.CONTROL_CHARACTER


def _code(bare: str) -> str:
    if "+" in bare:
        raise BadNumber(NumberProblem.CODE)
    if not DIGITS & set(bare):
        raise BadNumber(NumberProblem.TOO_SHORT)
    return bare


def _is_short(canonical: str, style: NumberFormat) -> bool:
    return (
        canonical in style.extensions
        or len(canonical) <= style.extension_digits
        or not DIGITS.issuperset(canonical)
    )


def _international(bare: str, style: NumberFormat) -> str:
    """Return E.164 where the office's country is known, else what was written."""
    if bare.startswith("+"):
        return _e164(bare[1:])
    if _is_short(bare, style):
        return bare
    if not style.country_code:
        return bare
    abroad, trunk = style.abroad, style.trunk
    if abroad and bare.startswith(abroad):
        return _e164(bare.removeprefix(abroad))
    if trunk and bare.startswith(trunk):
        return _e164(style.country_code + bare.removeprefix(trunk))
    whole = not style.has_area_codes or len(bare) == style.whole_length
    return _e164(style.country_code + ("" if whole else style.area_code) + bare)


def _e164(digits: str) -> str:
    if len(digits) > LONGEST_E164:
        raise BadNumber(NumberProblem.TOO_LONG)
    if len(digits) < SHORTEST_E164:
        raise BadNumber(NumberProblem.TOO_SHORT)
    found = countries.split_calling_code(digits)
    if found is None:
        raise BadNumber(NumberProblem.NO_COUNTRY)
    code, national = found
    trunk = countries.trunk_prefix(code)
    if trunk and national.startswith(trunk) and not countries.is_valid(code, national):
        # Dialled inside the country, two zeros would lead out of it.
        raise BadNumber(NumberProblem.TRUNK_PREFIX)
    return "+" + digits


def _inward(canonical: str, style: NumberFormat) -> str:
    """Return the extension for the office's own direct number, to find loops."""
    rest = canonical.removeprefix(style.main)
    own = 0 < len(rest) <= style.extension_digits
    return rest if own or rest in style.extensions else canonical
