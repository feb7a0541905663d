"""Telephone numbers: what an office may type, and what its phone system dials.

A number has one *canonical* form here: E.164 with a plus (``+49301234101``), or the
office's own short form (an extension, a feature code). People write numbers as on
a business card; :func:`parse` reads that. The phone system dials its own form, with
the prefix for an outside line; :func:`dialled` writes it and :func:`understood`
reads it back.

The first reading that fits counts: a plus, the international prefix, the trunk
prefix, a length that only an extension has, and last a number of the own town.
"""

from collections.abc import Collection
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

DIGITS: Final = frozenset("0123456789")
DIALLABLE: Final = DIGITS | frozenset("*#+")
"""What may go over the wire; nothing else ever does."""

SEPARATORS: Final = frozenset(" -/.()\u00a0\u2009\u202f\u2010\u2011\u2012\u2013")
"""What people put between digits, typographic blanks and dashes included."""

LONGEST_TEXT: Final = 64
LONGEST_E164: Final = 15
"""Digits after the plus (ITU-T E.164, 6.1)."""
SHORTEST_E164: Final = 4
LONGEST_DIALLED: Final = 32

MASK: Final = "…"
SHORTEST_MASKED: Final = 7
"""Digits of which two may show."""

EMERGENCY: Final = frozenset({"110", "112", "911", "999"})
"""Never a target: a forwarded phone would call the police on its own."""


class NumberProblem(StrEnum):
    """Why a text is not a number; none of them tells the text."""

    EMPTY = "empty"
    TOO_LONG = "too_long"
    TOO_SHORT = "too_short"
    LETTERS = "letters"
    CONTROL_CHARACTER = "control_character"
    CHARACTER = "character"
    MISPLACED_PLUS = "misplaced_plus"
    CODE = "code"
    """``*`` or ``#`` in something that is not a short code."""
    EMERGENCY = "emergency"


class BadNumber(ValueError):
    """A text is not a number that calls may go to.

    ``problem`` says why. The text itself is in no message, for logs are read.
    """

    def __init__(self, problem: NumberProblem) -> None:
        """Keep the reason, and nothing of the number."""
        super().__init__(problem.value)
        self.problem = problem


class NumberKind(StrEnum):
    """How far a number leads; an office may limit what people redirect to."""

    INTERNAL = "internal"
    EXTERNAL = "external"
    ABROAD = "abroad"


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
    are), ``area_code`` without trunk prefix ("30"), ``national_digits``: the length
    of a number with its area where all have the same (North America: 10; 0: they
    differ), ``main``: the office's own number in E.164 without extension
    ("+49301234"; empty: none), ``extensions``: those that are known, which may be
    longer than ``extension_digits``.
    """

    outside_prefix: str = ""
    country_code: str = ""
    area_code: str = ""
    trunk_prefix: str = "0"
    international_prefix: str = "00"
    national_digits: int = 0
    extension_digits: int = 5
    main: str = ""
    style: DialStyle = DialStyle.NATIONAL
    extensions: frozenset[str] = frozenset()


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
    bare = _bare(text)
    if _is_emergency(bare, style):
        raise BadNumber(NumberProblem.EMERGENCY)
    if "*" in bare or "#" in bare:
        return _code(bare)
    return _inward(_international(bare, style), style)


def kind(canonical: str, style: NumberFormat = PLAIN) -> NumberKind:
    """Say how far a canonical number leads.

    Without the office's country code every number with a plus counts as abroad:
    a limit that cannot be judged is not passed.
    """
    if canonical.startswith("+"):
        home = style.country_code and canonical.startswith("+" + style.country_code)
        return NumberKind.EXTERNAL if home else NumberKind.ABROAD
    if _is_short(canonical, style):
        return NumberKind.INTERNAL
    if style.international_prefix and canonical.startswith(style.international_prefix):
        return NumberKind.ABROAD
    return NumberKind.EXTERNAL


def masked(number: str, style: NumberFormat = PLAIN) -> str:
    """Return a number as everybody may read it: whole inside, its end outside.

    The end tells somebody's own numbers apart and calls nobody. A number too short
    to hide anything behind its end shows none of it.
    """
    canonical = understood(number, style)
    digits = [character for character in canonical if character in DIGITS]
    inside = kind(canonical, style) is NumberKind.INTERNAL
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
        return checked(style.outside_prefix + style.trunk_prefix + national)
    return checked(style.outside_prefix + style.international_prefix + canonical[1:])


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


def _bare(text: str) -> str:
    """Return the text's digits and signs, without what people put in between."""
    if len(text) > LONGEST_TEXT:
        raise BadNumber(NumberProblem.TOO_LONG)
    text = text.strip(" ")
    if text.lower().startswith("tel:"):
        text = text[4:]
    if text.startswith("+"):
        text = text.replace("(0)", "", 1)
    bare = []
    for character in text:
        if character in DIALLABLE:
            bare.append(character)
        elif character not in SEPARATORS:
            raise BadNumber(_character_problem(character))
    return checked("".join(bare))


def _is_emergency(bare: str, style: NumberFormat) -> bool:
    """Tell an emergency number, whatever is written or dialled before it."""
    if bare in style.extensions:
        return False
    abroad, country = style.international_prefix, style.country_code
    spellings = {
        bare.removeprefix(prefix)
        for prefix in (
            style.outside_prefix,
            style.outside_prefix + style.trunk_prefix,
            style.trunk_prefix,
            "+" + country,
            abroad + country,
        )
    }
    return bool(EMERGENCY & (spellings | {bare}))


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
    abroad, trunk = style.international_prefix, style.trunk_prefix
    if abroad and bare.startswith(abroad):
        return _e164(bare.removeprefix(abroad))
    if trunk and bare.startswith(trunk):
        return _e164(style.country_code + bare.removeprefix(trunk))
    area = "" if len(bare) == style.national_digits else style.area_code
    return _e164(style.country_code + area + bare)


def _e164(digits: str) -> str:
    if len(digits) > LONGEST_E164:
        raise BadNumber(NumberProblem.TOO_LONG)
    if len(digits) < SHORTEST_E164:
        raise BadNumber(NumberProblem.TOO_SHORT)
    return "+" + digits


def _inward(canonical: str, style: NumberFormat) -> str:
    """Return the extension for the office's own direct number, to find loops."""
    rest = canonical.removeprefix(style.main)
    own = 0 < len(rest) <= style.extension_digits
    return rest if own or rest in style.extensions else canonical
