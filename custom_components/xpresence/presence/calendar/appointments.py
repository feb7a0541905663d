"""Which appointments count, and which profile each of them claims.

In this order: cancelled and declined ones are ignored; planned presence names its
profile; a category that names a profile selects it; in *categories only* nothing
else counts; otherwise the show-as state decides, and invitations count by the
person's own rule.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time, tzinfo
from enum import StrEnum
from typing import Final
import unicodedata

from ..agenda import Agenda, Entry
from ..datetimes import utc, zone_named
from ..model import Person, Profile


class ShowAs(StrEnum):
    """How an appointment fills its time."""

    FREE = "free"
    TENTATIVE = "tentative"
    BUSY = "busy"
    OUT_OF_OFFICE = "out_of_office"
    WORKING_ELSEWHERE = "working_elsewhere"


class Response(StrEnum):
    """The person's own answer to an invitation."""

    NONE = "none"
    ACCEPTED = "accepted"
    TENTATIVE = "tentative"
    DECLINED = "declined"


class Invitations(StrEnum):
    """Whether appointments that somebody else made count."""

    ALWAYS = "always"
    ACCEPTED = "accepted"
    NEVER = "never"


class Effect(StrEnum):
    """What a show-as state leads to, if it names no profile."""

    IGNORE = "ignore"
    DEFAULT = "default"


SHOW_AS: Final[Mapping[ShowAs, str]] = {
    ShowAs.FREE: Effect.IGNORE,
    ShowAs.TENTATIVE: Effect.DEFAULT,
    ShowAs.BUSY: Effect.DEFAULT,
    ShowAs.OUT_OF_OFFICE: Effect.DEFAULT,
    ShowAs.WORKING_ELSEWHERE: Effect.IGNORE,
}
"""The seed's rule: neither free time nor work elsewhere."""


@dataclass(frozen=True, slots=True)
class CalendarRules:
    """A person's rules for one calendar.

    ``show_as`` maps to an :class:`Effect` or to a profile's id.
    """

    categories_only: bool = False
    default_profile: str = ""
    show_as: Mapping[ShowAs, str] = field(default_factory=lambda: SHOW_AS)
    invitations: Invitations = Invitations.ALWAYS


@dataclass(frozen=True, slots=True)
class Appointment:
    """One occurrence, already expanded.

    All-day ones are told by dates, ``end`` exclusive. A private subject is dropped
    here, before anything else can get hold of it. ``profile`` is an id, for planned
    presence, which has no creator.
    """

    uid: str
    start: datetime | date
    end: datetime | date
    subject: str = ""
    categories: tuple[str, ...] = ()
    show_as: ShowAs = ShowAs.BUSY
    private: bool = False
    invited: bool = False
    response: Response = Response.NONE
    cancelled: bool = False
    source: str = ""
    profile: str = ""
    info_text: str | None = None
    markers: tuple[str, ...] = field(default=(), repr=False)
    """What stood behind an ``@``; a piece of what may be private, so never shown."""

    def __post_init__(self) -> None:
        """Drop a private subject, and characters that hide or reorder text."""
        if self.private:
            object.__setattr__(self, "subject", "")
        elif self.subject:
            object.__setattr__(self, "subject", one_line(self.subject))


LONGEST_SUBJECT: Final = 255
"""Characters of a subject that are kept."""
UNWANTED: Final = frozenset({"Cc", "Cf", "Co", "Cn", "Cs", "Zl", "Zp"})
"""Unicode categories that break lines, cannot be seen, or turn a text round."""
JOINER: Final = "\u200d"
"""Zero-width joiner: kept because it joins the parts of an emoji."""


def one_line(text: str) -> str:
    """Return text from outside as one line without control characters."""
    text = text[: 2 * LONGEST_SUBJECT]
    if not text.isprintable():
        text = "".join(
            " " if unicodedata.category(c) in UNWANTED and c != JOINER else c
            for c in text
        )
    return " ".join(text.split())[:LONGEST_SUBJECT]


@dataclass(frozen=True, slots=True, weakref_slot=True, eq=False)
class Counted:
    """The entries of one calendar that count by a person's rules and profiles."""

    appointments: tuple[Appointment, ...] = field(repr=False)
    """The appointments from which the entries were computed."""
    entries: tuple[Entry, ...]
    private: frozenset[tuple[str, datetime]]
    """Occurrences that are private in this calendar, hence in every calendar."""


def counted(
    appointments: Iterable[Appointment],
    rules: CalendarRules,
    names: Mapping[str, str],
    zone: tzinfo,
) -> Counted:
    """Return the entries of one calendar that count."""
    appointments = tuple(appointments)
    entries = (
        entry
        for one in appointments
        for entry in (
            entry_from(one, rules, names, zone),
            _switched_off(one, rules, names, zone),
        )
    )
    return Counted(
        appointments,
        tuple(entry for entry in entries if entry and entry.end > entry.start),
        frozenset(
            (one.uid, _instant(one.start, zone)) for one in appointments if one.private
        ),
    )


def agenda_of(calendars: Iterable[Counted]) -> Agenda:
    """Merge calendars; an occurrence that is in two of them counts once."""
    calendars = tuple(calendars)
    entries = _once(entry for one in calendars for entry in one.entries)
    private = frozenset().union(*(one.private for one in calendars))
    if private:
        entries = [
            replace(entry, subject="") if entry.occurrence in private else entry
            for entry in entries
        ]
    return Agenda.of(entries)


def agenda_from(
    calendars: Iterable[tuple[CalendarRules, Iterable[Appointment]]],
    profiles: Mapping[str, Profile],
    person: Person,
) -> Agenda:
    """Return the agenda of all of a person's calendars."""
    names, zone = names_for(profiles, person), zone_of(person)
    return agenda_of(
        counted(appointments, rules, names, zone) for rules, appointments in calendars
    )


def zone_of(person: Person) -> tzinfo:
    """Return the zone in which a person's days begin."""
    return zone_named(person.time_zone) or UTC


def _once(entries: Iterable[Entry]) -> Iterable[Entry]:
    """Keep one of each occurrence: the one with a category, else the first.

    Without a uid nothing says that two appointments are the same.
    """
    kept: dict[tuple[str, datetime, bool] | int, Entry] = {}
    for number, entry in enumerate(entries):
        key = (*entry.occurrence, bool(entry.why)) if entry.has_uid else number
        other = kept.get(key)
        if other is None or (entry.by_category and not other.by_category):
            kept[key] = entry
    return kept.values()


def entry_from(
    appointment: Appointment,
    rules: CalendarRules,
    names: Mapping[str, str],
    zone: tzinfo,
) -> Entry | None:
    """Return what one appointment claims, or nothing."""
    if appointment.cancelled or appointment.response is Response.DECLINED:
        return None
    profile, by_category = _profile(appointment, rules, names)
    if not profile:
        return None
    start, end = _instant(appointment.start, zone), _instant(appointment.end, zone)
    return Entry(
        start=min(start, end),
        end=max(start, end),
        uid=appointment.uid,
        profile=profile,
        by_category=by_category,
        subject=appointment.subject,
        source=appointment.source,
        info_text=appointment.info_text,
        planned=bool(appointment.profile) and not appointment.source,
        why="ends_before_it_starts" if end < start else "",
    )


def _switched_off(
    appointment: Appointment,
    rules: CalendarRules,
    names: Mapping[str, str],
    zone: tzinfo,
) -> Entry | None:
    """Return what an appointment would claim if its profile were not switched off."""
    named = _category(appointment, names)
    if appointment.profile or named is None or not named.startswith(OFF):
        return None
    marked = replace(appointment, profile=named.removeprefix(OFF))
    entry = entry_from(marked, rules, names, zone)
    return entry and replace(entry, planned=False, why="profile_disabled")


OFF: Final = "-"
"""Prefix of the id of a profile that is disabled."""


def _category(appointment: Appointment, names: Mapping[str, str]) -> str | None:
    """Return what the first category that names a profile names."""
    for category in (*appointment.categories, *appointment.markers):
        for form in spellings(category):
            if form in names:
                return names[form]
    return None


def _profile(
    appointment: Appointment, rules: CalendarRules, names: Mapping[str, str]
) -> tuple[str, bool]:
    """Return the profile's id, and whether a category chose it."""
    if appointment.profile:
        return appointment.profile, True
    named = _category(appointment, names)
    if named is not None and not named.startswith(OFF):
        return named, True
    if rules.categories_only:
        return "", False
    if appointment.invited:
        if rules.invitations is Invitations.NEVER:
            return "", False
        if (
            rules.invitations is Invitations.ACCEPTED
            and appointment.response is not Response.ACCEPTED
        ):
            return "", False
    effect = rules.show_as.get(appointment.show_as, Effect.IGNORE)
    if effect == Effect.IGNORE:
        return "", False
    return (rules.default_profile if effect == Effect.DEFAULT else effect), False


UMLAUTS: Final = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue"})


def spellings(name: str) -> tuple[str, str]:
    """Return the forms under which a name is found: as it is, without umlauts."""
    plain = unicodedata.normalize("NFC", name).strip().removeprefix("@")
    folded = " ".join(plain.casefold().split())
    return folded, folded.translate(UMLAUTS)


def names_for(profiles: Mapping[str, Profile], person: Person) -> dict[str, str]:
    """Return each name's profile: as it is written before without umlauts.

    A person's own profile comes before the office's of the same name. The id of one
    that is switched off stands behind :data:`OFF`: its appointments get the calendar's
    default profile, as those of one that was deleted.
    """
    known = sorted(profiles.values(), key=lambda profile: not profile.enabled)
    mine = [p for p in known if p.owner == person.id and p.enabled]
    offices = [p for p in known if p.owner is None]
    names: dict[str, str] = {}
    for form in (0, 1):
        for profile in (*mine, *offices):
            named = profile.id if profile.enabled else OFF + profile.id
            names.setdefault(spellings(profile.name)[form], named)
    return names


def _instant(moment: datetime | date, zone: tzinfo) -> datetime:
    """Return an instant; an all-day date begins at the person's own midnight.

    A time without a zone is in the person's time zone (RFC 5545, 3.3.5: floating).
    """
    if not isinstance(moment, datetime):
        moment = datetime.combine(moment, time(), zone)
    return utc(moment, zone)
