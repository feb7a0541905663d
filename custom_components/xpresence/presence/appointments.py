"""Which appointments count, and which profile each of them claims.

In this order: cancelled and declined ones are ignored; planned presence names its
profile; a category that names a profile selects it; in *categories only* nothing
else counts; otherwise the show-as state decides, and invitations count by the
person's own rule.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time
from enum import StrEnum
import re
from typing import Final
import unicodedata
from zoneinfo import ZoneInfo

from .agenda import Agenda, Entry
from .model import Person, Profile


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

    def __post_init__(self) -> None:
        """Drop what nobody may see."""
        if self.private:
            object.__setattr__(self, "subject", "")


MARKER: Final = re.compile(r"@\s*([^@\n\r]+)")


def marked(appointment: Appointment, description: str = "") -> Appointment:
    """Take ``@Profile`` in subject or description for a category.

    For calendars without categories. The description goes no further than this.
    """
    found = MARKER.findall(f"{appointment.subject}\n{description}")
    return replace(
        appointment, categories=(*appointment.categories, *(m.strip() for m in found))
    )


def agenda_from(
    calendars: Iterable[tuple[CalendarRules, Iterable[Appointment]]],
    profiles: Mapping[str, Profile],
    person: Person,
) -> Agenda:
    """Work out what counts; an occurrence told by two calendars counts once."""
    names = _names(profiles, person)
    zone = ZoneInfo(person.time_zone)
    entries: dict[tuple[str, datetime], Entry] = {}
    for rules, appointments in calendars:
        for appointment in appointments:
            entry = entry_from(appointment, rules, names, zone)
            if entry is not None:
                entries.setdefault((entry.uid, entry.start), entry)
    return Agenda.of(list(entries.values()))


def entry_from(
    appointment: Appointment,
    rules: CalendarRules,
    names: Mapping[str, str],
    zone: ZoneInfo,
) -> Entry | None:
    """Return what one appointment claims, or nothing."""
    if appointment.cancelled or appointment.response is Response.DECLINED:
        return None
    profile, by_category = _profile(appointment, rules, names)
    if not profile:
        return None
    return Entry(
        start=_instant(appointment.start, zone),
        end=_instant(appointment.end, zone),
        uid=appointment.uid,
        profile=profile,
        by_category=by_category,
        subject=appointment.subject,
        source=appointment.source,
        info_text=appointment.info_text,
    )


def _profile(
    appointment: Appointment, rules: CalendarRules, names: Mapping[str, str]
) -> tuple[str, bool]:
    """Return the profile's id, and whether a category chose it."""
    if appointment.profile:
        return appointment.profile, True
    for category in appointment.categories:
        for form in spellings(category):
            if form in names:
                return names[form], True
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


def _names(profiles: Mapping[str, Profile], person: Person) -> dict[str, str]:
    """Return each name's profile: a person's own profile before the office's."""
    names: dict[str, str] = {}
    mine = [p for p in profiles.values() if p.owner == person.id]
    offices = [p for p in profiles.values() if p.owner is None]
    for profile in (*mine, *offices):
        exact, plain = spellings(profile.name)
        names.setdefault(exact, profile.id)
        names.setdefault(plain, profile.id)
    return names


def _instant(moment: datetime | date, zone: ZoneInfo) -> datetime:
    """Return an instant; an all-day date begins at the person's own midnight."""
    if isinstance(moment, datetime):
        return moment.astimezone(UTC)
    return datetime.combine(moment, time(), zone).astimezone(UTC)
