"""FreePBX's conventions: which AstDB key means what, and which lamp goes with it.

Read in FreePBX 16's modules core, callforward, donotdisturb, findmefollow, queues
and voicemail. Mind the names: FreePBX's ``CFU`` is forwarding when *unavailable* or
unanswered, which ETSI and xpresence call CFNR; ETSI's CFU is FreePBX's ``CF``. And
``cfringtimer`` is how long a forwarded call rings at its target; how long the desk
rings before that is ``ringtimer``.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
import re
from typing import Final

from ...presence.line import (
    UNKNOWN,
    Condition,
    Destination,
    DestinationKind,
    ForwardingState,
    Known,
)

DIALLABLE: Final = re.compile(r"[0-9*#+]{1,64}")
EXTENSION: Final = re.compile(r"[0-9]{1,20}")
ANY_MAILBOX_CODE: Final = "*"
"""FreePBX's feature code *directdialvoicemail* as it comes."""
LONGEST_RING: Final = 600
"""Seconds; FreePBX's own pages offer up to 120."""

USERS: Final = "AMPUSER"
DEVICES: Final = "device"
RING_TIME: Final = "ringtimer"
FOLLOW_ME: Final = "followme/ddial"
FOLLOW_ME_LIST: Final = "followme/grplist"
FOLLOW_ME_ON: Final = "DIRECT"
FOLLOW_ME_OFF: Final = "EXTENSION"
OUTSIDE: Final = "#"
"""Ends an entry of a follow-me list that is dialled as it is."""

FORWARDS: Final = {
    Condition.UNCONDITIONAL: "CF",
    Condition.BUSY: "CFB",
    Condition.NO_REPLY: "CFU",
}
DO_NOT_DISTURB: Final = "DND"
FAMILIES: Final = (*FORWARDS.values(), DO_NOT_DISTURB)
"""Families with an extension's one value under ``family/extension``."""

NUMBERS: Final = "xpresence"
"""Family of the numbers of our last writes: ``xpresence/<whose>/<extension>``."""

LAMP: Final = re.compile(r"Custom:(?:CF|DND|FOLLOWME|DEVCF|DEVDND)([0-9]{1,20})")
"""A custom device state that tells of a redirect, with its extension or device."""


class NotDiallable(ValueError):
    """A value that must not reach a dialplan; it is not in the message."""


@dataclass(frozen=True, slots=True)
class Voicemail:
    """How a mailbox is dialled.

    A ``code`` of digits alone leads to a mailbox only where one of the ``extensions``
    follows: otherwise half of all numbers would be one.
    """

    code: str = ANY_MAILBOX_CODE
    extensions: frozenset[str] = frozenset()

    def dialled(self, mailbox: str) -> str:
        """Return what leads to a mailbox."""
        return self.code + mailbox

    def mailbox_of(self, value: str) -> str | None:
        """Return the mailbox that a value leads to, if it leads to one."""
        mailbox = value.removeprefix(self.code)
        if mailbox == value or not EXTENSION.fullmatch(mailbox):
            return None
        if self.code.isdecimal() and mailbox not in self.extensions:
            return None
        return mailbox


@dataclass(frozen=True, slots=True)
class Change:
    """One AstDB value to set, or with ``None`` to delete."""

    family: str
    key: str
    value: str | None


@dataclass(frozen=True, slots=True)
class Lamp:
    """One custom device state to set, so that phones show the redirect."""

    device: str
    state: str


type Stored = Mapping[str, str]
"""An extension's part of the AstDB: full key → value. What is not set is absent."""


# Reading


def keys(extension: str, numbers: str = "") -> list[tuple[str, str]]:
    """Return the AstDB values that say everything about an extension: family, key.

    ``numbers``: under which name the number of our last write is kept, if it is.
    """
    of_user = (DEVICES, RING_TIME, FOLLOW_ME, FOLLOW_ME_LIST)
    kept = [(NUMBERS, f"{numbers}/{extension}")] if numbers else []
    return [
        *((family, extension) for family in FAMILIES),
        *((USERS, f"{extension}/{key}") for key in of_user),
        *kept,
    ]


def number_of(name: str, extension: str, stored: Stored) -> int | None:
    """Read the number of the last write that was kept under a name."""
    found = stored.get(f"/{NUMBERS}/{name}/{extension}", "")
    return int(found) if re.fullmatch("[0-9]{1,15}", found) else None


def forwarding(
    extension: str, stored: Stored, voicemail: Voicemail = Voicemail()
) -> ForwardingState:
    """Read what an extension's part of the AstDB says."""

    def forward(condition: Condition) -> Known[Destination | None]:
        value = stored.get(f"/{FORWARDS[condition]}/{extension}")
        return destination(value, voicemail)

    ring = stored.get(_user(extension, RING_TIME), "")
    return ForwardingState(
        unconditional=forward(Condition.UNCONDITIONAL),
        busy=forward(Condition.BUSY),
        no_reply=forward(Condition.NO_REPLY),
        ring_seconds=(int(ring) or None) if re.fullmatch("[0-9]{1,4}", ring) else None,
        follow_me=_follow_me(extension, stored),
        do_not_disturb=bool(stored.get(f"/{DO_NOT_DISTURB}/{extension}")),
    )


def destination(
    value: str | None, voicemail: Voicemail = Voicemail()
) -> Known[Destination | None]:
    """Read what stands in the AstDB.

    What no telephone can dial (``SIP/trunk/0301234567``) is on with an unknown target;
    it is kept unchanged.
    """
    if not value:
        return None
    if not DIALLABLE.fullmatch(value):
        return Destination(DestinationKind.UNKNOWN, value)
    if mailbox := voicemail.mailbox_of(value):
        return Destination(DestinationKind.VOICEMAIL, mailbox)
    return Destination(DestinationKind.NUMBER, value)


def devices(extension: str, stored: Stored) -> tuple[str, ...]:
    """Return the devices of an extension; without FreePBX the one of its name."""
    return _listed_devices(extension, stored) or (extension,)


def _listed_devices(extension: str, stored: Stored) -> tuple[str, ...]:
    listed = stored.get(_user(extension, DEVICES), "").split("&")
    return tuple(device for device in listed if EXTENSION.fullmatch(device))


def _follow_me(extension: str, stored: Stored) -> Known[str | None]:
    if stored.get(_user(extension, FOLLOW_ME)) != FOLLOW_ME_ON:
        return None
    number = _follow_me_number(extension, stored)
    return number if DIALLABLE.fullmatch(number) else UNKNOWN


def _follow_me_number(extension: str, stored: Stored) -> str:
    """Return the first number of a follow-me list that is not the desk itself."""
    for entry in stored.get(_user(extension, FOLLOW_ME_LIST), "").split("-"):
        number = entry.removesuffix(OUTSIDE)
        if number and number != extension:
            return number
    return extension


def _user(extension: str, key: str) -> str:
    return f"/{USERS}/{extension}/{key}"


# Writing


def changes(
    extension: str,
    desired: ForwardingState,
    stored: Stored,
    voicemail: Voicemail = Voicemail(),
) -> tuple[list[Change], list[Lamp]]:
    """Return the changes that bring AstDB and lamps to the desired state.

    Only what differs is written, and only what is there is deleted.

    Raises:
        NotDiallable: nothing of it may be written.
    """
    values: list[Change] = []
    lamps: list[Lamp] = []
    listed = _listed_devices(extension, stored)
    for condition, family in FORWARDS.items():
        target = desired.forward(condition)
        if target is UNKNOWN:
            continue
        value = None if target is None else dialled(target, voicemail)
        if change := _change(family, extension, value, stored):
            values.append(change)
            if condition is Condition.UNCONDITIONAL:
                state = "NOT_INUSE" if value is None else "BUSY"
                lamps += _lamps("CF", extension, listed, state)
    if desired.do_not_disturb is not UNKNOWN:
        on = desired.do_not_disturb
        key = f"/{DO_NOT_DISTURB}/{extension}"
        if on != bool(stored.get(key)):
            values.append(Change(DO_NOT_DISTURB, extension, "YES" if on else None))
            state = "BUSY" if on else "UNAVAILABLE"
            lamps += _lamps("DND", extension, listed, state)
    if desired.ring_seconds is not UNKNOWN:
        values += _ring_changes(extension, desired.ring_seconds, stored)
    if desired.follow_me is not UNKNOWN:
        follow = list(_follow_me_changes(extension, desired.follow_me, stored))
        values += follow
        if follow:
            state = "NOT_INUSE" if desired.follow_me is None else "BUSY"
            for device in listed or (extension,):
                lamps.append(Lamp(f"Custom:FOLLOWME{device}", state))
    return values, lamps


def dialled(target: Destination, voicemail: Voicemail = Voicemail()) -> str:
    """Return what the dialplan dials.

    Raises:
        NotDiallable: nothing that may stand in the AstDB, or a *number* that could
            not be told from voicemail when it is read back.
    """
    number = target.number
    if target.kind is DestinationKind.VOICEMAIL:
        number = voicemail.dialled(number)
    if destination(number, voicemail) != target:
        raise NotDiallable("number")
    return number


def _change(
    family: str, extension: str, value: str | None, stored: Stored
) -> Change | None:
    before = stored.get(f"/{family}/{extension}") or None
    return None if value == before else Change(family, extension, value)


def _lamps(
    feature: str, extension: str, listed: tuple[str, ...], state: str
) -> Iterator[Lamp]:
    yield Lamp(f"Custom:{feature}{extension}", state)
    for device in listed:
        yield Lamp(f"Custom:DEV{feature}{device}", state)


def _ring_changes(
    extension: str, seconds: int | None, stored: Stored
) -> Iterator[Change]:
    if seconds is not None and not 0 < seconds <= LONGEST_RING:
        raise NotDiallable("ring seconds")
    if seconds != forwarding(extension, stored).ring_seconds:
        # 0 means the office's default; FreePBX never deletes this key.
        yield Change(USERS, f"{extension}/{RING_TIME}", str(seconds or 0))


def _follow_me_changes(
    extension: str, number: str | None, stored: Stored
) -> Iterator[Change]:
    on = stored.get(_user(extension, FOLLOW_ME)) == FOLLOW_ME_ON
    if number is not None:
        if not DIALLABLE.fullmatch(number):
            raise NotDiallable("number")
        # A list that begins with this number keeps what else is in it.
        if number != _follow_me_number(extension, stored):
            entry = _follow_me_entry(extension, number)
            yield Change(USERS, f"{extension}/{FOLLOW_ME_LIST}", entry)
    if on != (number is not None):
        state = FOLLOW_ME_OFF if number is None else FOLLOW_ME_ON
        yield Change(USERS, f"{extension}/{FOLLOW_ME}", state)


def _follow_me_entry(extension: str, number: str) -> str:
    """Return a list of one number, marked unless it looks like an extension.

    FreePBX rings an unmarked one as a telephone, without its voicemail answering.
    """
    inside = EXTENSION.fullmatch(number) and len(number) <= len(extension) + 1
    return number if inside else number + OUTSIDE


# Queues

QUEUE_LAMP: Final = ("INUSE", "NOT_INUSE")
"""The device state of a queue's lamp: logged in, logged off."""

_MEMBER: Final = re.compile(
    r"(?:Local/(?:FMPR-|FMGL-|FMUN-|LC-)?([0-9]+)@"
    r"(?:from-queue(?:-exten-only|-exten-internal)?|from-internal|ext-queues|ext-local)"
    r"(?:/[a-z]+)?"
    r"|(?:PJSIP|SIP|IAX2|SCCP|Agent)/([0-9]+))",
    re.IGNORECASE,
)
"""Spellings of an extension as a member of a queue.

FreePBX's own codes, its static agents, and those with call confirmation or follow-me
(modules queues and findmefollow, and what other tools write).
"""
_STATE_INTERFACE: Final = re.compile(r"hint:([0-9]+)@.*", re.IGNORECASE)


def member(extension: str, context: str = "from-queue") -> str:
    """Return the queue member that FreePBX's own codes make of an extension."""
    return f"Local/{extension}@{context}/n"


QUEUE_CONTEXTS: Final = ("from-queue", "from-internal")
"""Where an extension is called as a member of a queue; the second without FreePBX."""


def member_state(extension: str, context: str) -> str:
    """Return the device state by which a queue sees whether an extension is free.

    ``context``: in which the extension has its hint, mostly ``ext-local``.
    """
    return f"hint:{extension}@{context}"


PENALTIES: Final = "QPENALTY"
"""Family of the dynamic members' penalties: ``QPENALTY/<queue>/agents/<extension>``."""
RESTRICTED: Final = "dynmemberonly"
"""``QPENALTY/<queue>/dynmemberonly``: *Restrict Dynamic Agents* of a queue's page."""


def penalty(queue: str, extension: str, stored: Stored) -> str | None:
    """Return the penalty with which FreePBX logs an extension in, if it has one."""
    found = stored.get(f"/{PENALTIES}/{queue}/agents/{extension}", "")
    return found if re.fullmatch("[0-9]{1,4}", found) else None


def admits(queue: str, extension: str, stored: Stored) -> bool:
    """Tell whether FreePBX's own code would log an extension in.

    Where a queue is restricted, only the dynamic agents that it lists; the dialplan of
    module queues asks for ``yes``, and whether the agent's key exists.
    """
    of_queue = f"/{PENALTIES}/{queue}"
    restricted = stored.get(f"{of_queue}/{RESTRICTED}", "").casefold() == "yes"
    return not restricted or f"{of_queue}/agents/{extension}" in stored


def extension_of(interface: str, state_interface: str = "") -> str | None:
    """Return the extension of a queue member, in any of its spellings."""
    if found := _MEMBER.fullmatch(interface):
        return found[1] or found[2]
    if found := _STATE_INTERFACE.fullmatch(state_interface):
        return found[1]
    return None


def queue_lamps(
    extension: str, queue: str, stored: Stored, *, logged_in: bool
) -> list[Lamp]:
    """Return the lamps that show whether an extension is in a queue."""
    state = QUEUE_LAMP[not logged_in]
    return [
        Lamp(f"Custom:QUEUE{device}*{queue}", state)
        for device in devices(extension, stored)
    ]
