"""Feature codes, as the makers ship them: tables, no branches.

Every code can be changed by whoever administers the phone system. Braces stand for
what is put in: ``{target}`` the number dialled, ``{extension}`` the person's own,
``{mailbox}`` a mailbox, ``{line}`` the person's line where a code needs one.

Sources: ``maker`` marks codes read in the maker's program or documents, ``third`` those
known from elsewhere. What a phone system does with a code, its read-back shows; where
there is none, that is declared.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
import re
from string import Formatter
from typing import Final

from ...presence.line import Condition

DIALLABLE: Final = re.compile(r"[0-9*#+]{1,64}")
"""What a code may look like once it is filled in."""
TARGET: Final = re.compile(r"[0-9*#+]{1,64}")
PLACES: Final = frozenset({"target", "extension", "mailbox", "line"})


class NotDiallable(ValueError):
    """A code or a value in it that no telephone could dial; it is not in the text."""


@dataclass(frozen=True, slots=True)
class Code:
    """The codes of one feature.

    ``lamp``: whom to subscribe to for its state (``dialog``); with ``{target}`` in it
    the lamp tells of that very target. ``query``: what answers (200) when it is on
    and does not (480) when it is off. With neither, nothing is read back.
    """

    on: str
    off: str
    lamp: str = ""
    query: str = ""

    @property
    def readable(self) -> bool:
        """Whether its state can be asked for."""
        return bool(self.lamp or self.query)


@dataclass(frozen=True, slots=True)
class CodeTable:
    """The codes of one kind of phone system.

    ``voicemail``: what to forward to so that a mailbox answers; empty: it has no such
    number. ``do_not_disturb_lights_telephone``: the lamp of a telephone is also lit
    while it is not to be disturbed.
    """

    name: str
    forwards: Mapping[Condition, Code] = field(default_factory=dict)
    do_not_disturb: Code | None = None
    voicemail: str = ""
    do_not_disturb_lights_telephone: bool = False

    def codes(self) -> Iterator[Code]:
        """Yield every code there is."""
        yield from self.forwards.values()
        if self.do_not_disturb is not None:
            yield self.do_not_disturb


def _three(always: Code, busy: Code, no_reply: Code) -> Mapping[Condition, Code]:
    return {
        Condition.UNCONDITIONAL: always,
        Condition.BUSY: busy,
        Condition.NO_REPLY: no_reply,
    }


_ETSI: Final = _three(
    Code("*21*{target}#", "#21#"),
    Code("*67*{target}#", "#67#"),
    Code("*61*{target}#", "#61#"),
)
"""ETSI's supplementary services, as public networks and many phone systems have them.

``*#21#`` asks, but most networks answer by an announcement whatever the answer is; so
no query is built in, and a table of one's own may name one.
"""

TABLES: Final[Mapping[str, CodeTable]] = {
    # maker: the modules callforward, donotdisturb and voicemail of FreePBX 16. Hints
    # exist for the toggle codes *96 and *76 only.
    "freepbx": CodeTable(
        "FreePBX, Asterisk",
        _three(
            Code("*72{target}", "*73", lamp="*96{extension}"),
            Code("*90{target}", "*91"),
            Code("*52{target}", "*53"),
        ),
        Code("*78", "*79", lamp="*76{extension}"),
        voicemail="*{mailbox}",
        do_not_disturb_lights_telephone=True,
    ),
    # maker: FusionPBX, app/dialplans. Enabling one of them ends the other.
    "fusionpbx": CodeTable(
        "FusionPBX (codes)",
        {Condition.UNCONDITIONAL: Code("*72{target}", "*73")},
        Code("*78", "*79"),
        voicemail="*99{mailbox}",
    ),
    # third for the redirects; maker for do-not-disturb: *77 is ON and *78 is OFF, the
    # opposite of FreePBX, where *78 is on.
    "grandstream": CodeTable(
        "Grandstream UCM",
        _three(
            Code("*72{target}", "*73"),
            Code("*90{target}", "*91"),
            Code("*92{target}", "*93"),
        ),
        Code("*77", "*78"),
    ),
    # maker: Yeastar P-Series. Each can be switched off by the administrator.
    "yeastar_p": CodeTable(
        "Yeastar P-Series",
        _three(
            Code("*31{target}", "*031"),
            Code("*32{target}", "*032"),
            Code("*33{target}", "*033"),
        ),
    ),
    # maker: Yeastar S-Series and Cloud PBX.
    "yeastar_s": CodeTable(
        "Yeastar S-Series",
        _three(
            Code("*71{target}", "*071"),
            Code("*72{target}", "*072"),
            Code("*73{target}", "*073"),
        ),
        Code("*74", "*074"),
    ),
    # third, before V20: the code switches the status, and with it whatever forwards
    # hang on it. *30 is Available.
    "threecx": CodeTable("3CX (codes)", {}, Code("*32", "*30")),
    # maker: wiki.auerswald.de, keys of the COMfortel. A subscription to the code
    # itself tells its state. How do-not-disturb is ended is not documented there.
    "auerswald": CodeTable(
        "Auerswald COMpact, COMmander",
        _three(
            *(
                Code(
                    f"##96{{line}}#*{service}*{{target}}#{{extension}}",
                    f"##96{{line}}##{service}#{{extension}}",
                    lamp=f"##96{{line}}#*{service}*{{target}}#{{extension}}",
                )
                for service in ("21", "67", "61")
            )
        ),
    ),
    # maker: innovaphone. SIP telephones need an object "DTMF features" there.
    "innovaphone": CodeTable("innovaphone", _ETSI),
    "carrier": CodeTable("Telephone line (Germany, Switzerland, Austria)", _ETSI),
}
"""Key, as a config entry stores it → table."""
OWN: Final = "own"
"""The key of a table that was entered by hand."""


def filled(template: str, **values: str) -> str:
    """Return a code with its values put in.

    Raises:
        NotDiallable: a value is missing, or the whole is nothing to be dialled.
    """
    try:
        code = template.format(**values)
    except (IndexError, KeyError, ValueError) as error:
        raise NotDiallable("value missing") from error
    if not DIALLABLE.fullmatch(code):
        raise NotDiallable("code")
    return code


def places(template: str) -> set[str]:
    """Return the names in a code's braces.

    Raises:
        NotDiallable: it is no code.
    """
    try:
        parts = list(Formatter().parse(template))
    except ValueError as error:
        raise NotDiallable("braces") from error
    names = {name for _, name, *_ in parts if name is not None}
    if not names <= PLACES or any(spec or sign for *_, spec, sign in parts):
        raise NotDiallable("braces")
    sample = template.format(**dict.fromkeys(names, "1"))
    if not DIALLABLE.fullmatch(sample):
        raise NotDiallable("code")
    return names
