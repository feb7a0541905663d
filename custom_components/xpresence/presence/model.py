"""Data types of the rules: office, people, profiles, facts, claims, decisions.

Everything here is frozen. Ids are opaque strings (Home Assistant's subentry
ids outside the tests). All datetimes are aware.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from .agenda import Agenda
from .line import AgentState, Condition, Status
from .permission.delegates import DEFAULT_ACCESS, Access
from .redirect.guards import DEFAULT_GUARDS, OfficeGuards


class Source(StrEnum):
    """Who may claim a profile; the order is the office's default order."""

    MANUAL = "manual"
    CALL = "call"
    CALENDAR = "calendar"
    RULE = "rule"
    INACTIVITY = "inactivity"
    SESSION = "session"
    DEFAULT = "default"


class RedirectMode(StrEnum):
    """What a profile does to the redirect."""

    UNCHANGED = "unchanged"
    OFF = "off"
    FORWARD = "forward"


class TargetKind(StrEnum):
    """What a redirect rule may point at."""

    VOICEMAIL = "voicemail"
    NUMBER = "number"
    PERSON = "person"
    DEVICE = "device"
    FIRST_AVAILABLE = "first_available"
    STATUS = "status"
    """A named status of the phone system, whose own forwarding then holds."""
    PRESET = "preset"
    """Wherever the phone system sends calls, where targets cannot be chosen."""


@dataclass(frozen=True, slots=True)
class Target:
    """A redirect target as configured; resolved to a number before it is written.

    ``value`` is the number, the person's id, the device's id or the status's name;
    empty for one's own voicemail. ``deputies`` are people's ids, for ``FIRST_AVAILABLE``.
    """

    kind: TargetKind
    value: str = ""
    deputies: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class RedirectRule:
    """The redirect that a profile asks for.

    With ``FORWARD`` at least one of the three targets is set; a condition
    without a target is switched off while the rule holds. ``ring_seconds``
    (5–120) belongs to ``no_reply``; ``None`` leaves the phone system's own.
    ``do_not_disturb`` asks for the phone system's own feature as well.
    """

    mode: RedirectMode = RedirectMode.UNCHANGED
    unconditional: Target | None = None
    busy: Target | None = None
    no_reply: Target | None = None
    ring_seconds: int | None = None
    do_not_disturb: bool = False

    def target(self, condition: Condition) -> Target | None:
        """Return the target for one condition."""
        match condition:
            case Condition.UNCONDITIONAL:
                return self.unconditional
            case Condition.BUSY:
                return self.busy
            case Condition.NO_REPLY:
                return self.no_reply


class EndingKind(StrEnum):
    """When a choice by hand ends, if it was given no end time."""

    UNTIL_CHANGED = "until_changed"
    UNTIL_RETURN = "until_return"
    UNTIL_SESSION_ENDS = "until_session_ends"
    FIXED_TIME = "fixed_time"


@dataclass(frozen=True, slots=True)
class Ending:
    """A profile's own ending rule.

    ``duration`` is the fixed time; with *until return* and *until the session ends*
    it is the latest end, so that a forgotten choice also ends where no entity
    reports a return.
    """

    kind: EndingKind = EndingKind.UNTIL_CHANGED
    duration: timedelta | None = None


AS_STATUS: Final = "as_status"
"""Value of :attr:`Profile.teams`: show the presence mapped from its status."""


@dataclass(frozen=True, slots=True)
class Profile:
    """A named preset. The name never changes; ``owner`` is a person's id."""

    id: str
    name: str
    status: Status
    redirect: RedirectRule = RedirectRule()
    agent: AgentState | None = None
    """The TeamDesk status it wants; ``None`` is *unchanged*."""
    teams: str = AS_STATUS
    """The presence set in Teams, or :data:`AS_STATUS`."""
    info_text: str = ""
    ending: Ending = Ending()
    enabled: bool = True
    owner: str | None = None


@dataclass(frozen=True, slots=True)
class Device:
    """A telephone a person can pick for follow-me."""

    id: str
    name: str
    number: str


@dataclass(frozen=True, slots=True)
class InactivityRules:
    """What an unused PC means. ``after``: time without input; ``None``: never."""

    inactive_profile: str | None = None
    after: timedelta | None = None
    locked_profile: str | None = None


@dataclass(frozen=True, slots=True)
class SessionRules:
    """What holds while the PC (or client) runs, and once it has ended."""

    start_profile: str | None = None
    end_profile: str | None = None


@dataclass(frozen=True, slots=True)
class EntityRule:
    """An entity that has been in one of ``states`` for a while → a profile.

    ``linger``: how long it still applies after the entity left them, because sensors
    such as camera motion switch off briefly.
    """

    id: str
    entity: str
    states: frozenset[str]
    profile: str
    duration: timedelta = timedelta()
    linger: timedelta = timedelta()


class CalendarShows(StrEnum):
    """What a person's calendar entity tells; it cannot know who reads it."""

    NOTHING = "nothing"
    FREE_BUSY = "free_busy"
    """When, and whether free or busy."""
    PROFILES = "profiles"
    """The profile too: what colleagues see as it comes to pass."""
    REDIRECTS = "redirects"
    """And where calls go then."""


@dataclass(frozen=True, slots=True)
class Person:
    """A person: one extension, and the rules configured for it."""

    id: str
    name: str
    extension: str
    default_profile: str
    voicemail: str = ""
    """Mailbox number; empty: the extension's own."""
    devices: tuple[Device, ...] = ()
    queues: tuple[str, ...] = ()
    """The hotline's queues that this person is an agent of."""
    time_zone: str = "UTC"
    inactivity: InactivityRules = InactivityRules()
    session: SessionRules = SessionRules()
    rules: tuple[EntityRule, ...] = ()
    call_profiles: Mapping[str, str] = field(default_factory=dict)
    """Kind of call (``teams``, ``pbx``) → profile."""
    run_over: timedelta = timedelta()
    """How long an appointment may go on after its end, at most; zero: not at all."""
    calendar_shows: CalendarShows = CalendarShows.PROFILES


DEFAULT_ORDER = tuple(Source)


@dataclass(frozen=True, slots=True)
class Health:
    """Tolerances for entities, which are often wrong after sleep, boot and restart."""

    grace: timedelta = timedelta(minutes=5)
    """How long the last state of an unavailable entity counts."""
    hold: timedelta = timedelta(seconds=10)
    """How long a lock must stand before it counts."""
    restart: timedelta = timedelta(minutes=1)
    """How long a PC must be off before its session has ended."""


@dataclass(frozen=True, slots=True)
class Office:
    """One phone system with its people and profiles."""

    profiles: Mapping[str, Profile]
    people: Mapping[str, Person]
    order: tuple[Source, ...] = DEFAULT_ORDER
    health: Health = Health()
    no_profile: str = "No profile"
    """Name of the profile in force if even the default profile was deleted."""
    adjusted: Mapping[str, Mapping[str, Profile]] = field(default_factory=dict)
    """Person's id → office profiles (by id) with the person's adjustments."""
    ring_about: int | None = None
    """Seconds of ringing before *no reply*, if the phone system fixes them."""
    access: Access = DEFAULT_ACCESS
    guards: OfficeGuards = DEFAULT_GUARDS
    calendar_days: int = 30
    """How many days ahead calendars are read."""

    def of(self, person: str) -> Office:
        """Return the office with one person's adjusted profiles."""
        own = self.adjusted.get(person)
        if not own:
            return self
        return replace(self, profiles={**self.profiles, **own}, adjusted={})


class ChoiceRole(StrEnum):
    """What a choice by hand does while it lasts."""

    ON_TOP = "on_top"
    """It is a claim above everything automatic."""
    STANDS_IN = "stands_in"
    """It takes the place of the default profile, below everything automatic."""
    CONFIRMS = "confirms"
    """It claims nothing: an automatic claim asks for its profile. That claim then
    answers for calls, as if its profile had been chosen by hand."""


@dataclass(frozen=True, slots=True)
class Choice:
    """A profile chosen by hand, by voice or by an action."""

    profile: str
    at: datetime
    until: datetime | None = None
    info_text: str | None = None
    ending: EndingKind | None = None
    """Overrides the profile's ending rule, if no end time was given."""
    by: str | None = None
    """Id of who chose; shown only to readers with permission."""
    role: ChoiceRole = ChoiceRole.ON_TOP


class OccasionKind(StrEnum):
    """What an automatic claim is about."""

    APPOINTMENT = "appointment"
    CALL = "call"
    RULE = "rule"
    ABSENCE = "absence"
    """Locked, unused or switched off: one absence, until somebody uses the PC."""
    SESSION = "session"
    """A session at the PC that has begun."""


@dataclass(frozen=True, slots=True)
class Occasion:
    """Identifies what an automatic claim is about, also across restarts.

    ``name``: an appointment's uid, the kind of call, or the rule's id. ``calendar``
    tells apart appointments without uid. ``start`` and ``end`` are an appointment's
    own times; of a call ``start`` is when it was first read. ``meeting``: Teams only
    tells that a meeting of its calendar goes on, not a call.
    """

    kind: OccasionKind
    name: str = ""
    calendar: str = ""
    start: datetime | None = None
    end: datetime | None = None
    meeting: bool = False


@dataclass(frozen=True, slots=True)
class Dismissal:
    """An automatic claim that a person dismissed; ignored until its occasion ends.

    ``until`` is the latest end: the next 04:00 in the person's time zone.
    """

    occasion: Occasion
    at: datetime
    until: datetime
    by: str | None = None
    """Id of who dismissed it, as in :class:`Choice`."""


@dataclass(frozen=True, slots=True)
class Statement[T]:
    """An entity's value, since when, and since when the entity is unavailable."""

    value: T
    since: datetime
    silent_since: datetime | None = None


@dataclass(frozen=True, slots=True)
class Pc:
    """What is known of somebody's PC or client.

    ``last_input`` is when a key or the mouse was last used, as the PC tells it;
    ``active`` whether it counts as used now, from clients that tell no more.
    """

    running: Statement[bool] | None = None
    locked: Statement[bool] | None = None
    last_input: Statement[datetime] | None = None
    active: Statement[bool] | None = None
    ran_since: datetime | None = None
    """Since when it had been running before it last went off."""
    silence_ends: bool = False
    """Whether an unavailable client counts as ended."""


@dataclass(frozen=True, slots=True)
class Met:
    """How the condition of a rule stands: met since, left since, silent since."""

    since: datetime
    left: datetime | None = None
    silent_since: datetime | None = None


@dataclass(frozen=True, slots=True)
class Absence:
    """The last time somebody was away from the PC; ``until`` is ``None`` still."""

    since: datetime
    until: datetime | None = None
    told: bool = False
    """Whether an unlock or a start ended it; else the return is inferred from input."""


@dataclass(frozen=True, slots=True)
class Call:
    """A call as it was last read.

    ``not_seen``: how many readings in a row have not shown it any more. A single
    one may be wrong; two end it.
    """

    kind: str
    since: datetime
    not_seen: int = 0
    meeting: bool = False
    """Teams reports *InAMeeting*, which may come from its calendar without a call."""


@dataclass(frozen=True, slots=True)
class Note:
    """An info text written by hand; it goes with the claim it was written under."""

    text: str
    claim: str


@dataclass(frozen=True, slots=True)
class Facts:
    """All that is known about one person; nothing else enters a decision."""

    person: str
    choice: Choice | None = None
    dismissed: tuple[Dismissal, ...] = ()
    """Automatic claims that the person dismissed and that still go on."""
    automatic: bool = True
    note: Note | None = None
    pc: Pc = Pc()
    absence: Absence | None = None
    session_ended: datetime | None = None
    """When the last session ended, for choices that end with it."""
    conditions: Mapping[str, Met] = field(default_factory=dict)
    """Rule's id → how its condition stands; absent: not met."""
    calls: tuple[Call, ...] = ()
    agenda: Agenda = field(default_factory=Agenda)
    """The appointments that count, worked out once when they were read."""


@dataclass(frozen=True, slots=True)
class Claim:
    """A profile that one source asks for. ``key`` identifies it within its source."""

    source: Source
    profile: str
    key: str
    since: datetime | None = None
    until: datetime | None = None
    reason: str = ""
    info_text: str | None = None
    subject: str = ""
    """Of an appointment that is not private; shown only to who may see it."""
    flaw: str = ""
    """Why it cannot count, where that is known beforehand."""
    occasion: Occasion | None = None
    """What an automatic claim is about; ``None``: it cannot be dismissed."""
    overrun: datetime | None = None
    """When an appointment should have ended that runs over."""


class Verdict(StrEnum):
    """What became of a claim."""

    DECIDES = "decides"
    WAITS = "waits"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class TraceEntry:
    """One line of a decision's trace: a claim and what became of it."""

    claim: Claim
    verdict: Verdict
    why: str
    flaws: tuple[str, ...] = ()
    """What is wrong with the redirect that this claim decides."""
    dismissal: Dismissal | None = None
    """Why it is refused, if a person set it aside."""
    answers: bool = False
    """Whether it was chosen by hand and is *available*: then no claim below it
    decides where calls go, even if its own profile has no opinion."""


@dataclass(frozen=True, slots=True)
class Decision:
    """What holds for a person, and why."""

    person: str
    profile: Profile
    source: Source
    claim: Claim
    since: datetime | None
    until: datetime | None
    info_text: str
    redirect: RedirectRule
    redirect_claim: Claim | None
    """The claim whose profile decides the redirect; ``None``: no claim does."""
    agent: AgentState | None
    agent_claim: Claim | None
    trace: tuple[TraceEntry, ...]
    next_change: datetime | None
    redirect_profile: str | None = None
    """The name of the profile that decides the redirect, if one does."""
