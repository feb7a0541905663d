"""An office to decide for, and short words to write its days in."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from custom_components.xpresence.presence.calendar.appointments import (
    Appointment,
    CalendarRules,
    agenda_from,
)
from custom_components.xpresence.presence.decision.decide import decide
from custom_components.xpresence.presence.line import AgentState, Status
from custom_components.xpresence.presence.model import (
    Choice,
    Decision,
    Ending,
    EndingKind,
    Facts,
    InactivityRules,
    Office,
    Person,
    Profile,
    RedirectMode,
    RedirectRule,
    SessionRules,
    Target,
    TargetKind,
)

BERLIN = ZoneInfo("Europe/Berlin")
DAY = date(2026, 11, 24)

TO_VOICEMAIL = RedirectRule(
    RedirectMode.FORWARD, unconditional=Target(TargetKind.VOICEMAIL)
)
TO_BOB = RedirectRule(
    RedirectMode.FORWARD, unconditional=Target(TargetKind.PERSON, "bob")
)
OFF = RedirectRule(RedirectMode.OFF)
UNCHANGED = RedirectRule()


def profile(
    name: str,
    status: Status = Status.BUSY,
    redirect: RedirectRule = UNCHANGED,
    **more: Any,
) -> Profile:
    return Profile(name, name, status, redirect, **more)


PROFILES = {
    p.id: p
    for p in (
        profile("Available", Status.AVAILABLE),
        profile(
            "Nicht stören",
            Status.DO_NOT_DISTURB,
            TO_BOB,
            ending=Ending(EndingKind.UNTIL_SESSION_ENDS),
        ),
        profile("Meeting", redirect=TO_VOICEMAIL),
        profile("Training", redirect=TO_BOB),
        profile(
            "Lunch", Status.AWAY, TO_VOICEMAIL, ending=Ending(EndingKind.UNTIL_RETURN)
        ),
        profile("Quiet", Status.BUSY),
        profile(
            "Siesta",
            Status.AWAY,
            TO_VOICEMAIL,
            ending=Ending(EndingKind.UNTIL_RETURN, timedelta(hours=10)),
        ),
        profile(
            "Break",
            Status.AWAY,
            ending=Ending(EndingKind.FIXED_TIME, timedelta(minutes=15)),
        ),
        profile("Vacation", Status.AWAY, TO_VOICEMAIL),
        profile("Gone home", Status.OFFLINE, TO_VOICEMAIL),
        profile("At work", Status.AVAILABLE, OFF),
        profile("Hotline", Status.AVAILABLE, agent=AgentState.READY),
        profile("MS Teams", Status.BUSY),
        profile("Retired", enabled=False),
        profile("Bob's own", owner="bob"),
    )
}
ANNA = Person(
    "anna",
    "Anna",
    "100",
    "Available",
    time_zone="Europe/Berlin",
    inactivity=InactivityRules("Lunch", timedelta(minutes=10), "Quiet"),
    session=SessionRules("At work", "Gone home"),
    call_profiles={"teams": "MS Teams", "pbx": "Quiet"},
)
OFFICE = Office(
    PROFILES, {"anna": ANNA, "bob": Person("bob", "Bob", "101", "Available")}
)
RULES = CalendarRules(default_profile="Meeting")


def at(clock: str, day: date = DAY) -> datetime:
    """Return an instant from a time of day in Berlin."""
    hour, minute = (int(part) for part in clock.split(":"))
    return datetime(
        day.year, day.month, day.day, hour, minute, tzinfo=BERLIN
    ).astimezone(UTC)


def meeting(start: str, end: str, **more: Any) -> Appointment:
    more.setdefault("uid", f"{start}-{end}")
    return Appointment(start=at(start), end=at(end), **more)


def facts(
    *appointments: Appointment, rules: CalendarRules = RULES, **more: Any
) -> Facts:
    agenda = agenda_from([(rules, appointments)], PROFILES, ANNA)
    return Facts("anna", agenda=agenda, **more)


def chosen(name: str, clock: str, **more: Any) -> Choice:
    return Choice(name, at(clock), **more)


def holds(known: Facts, clock: str, office: Office = OFFICE) -> str:
    """Return the name of the profile that holds at a time of day."""
    return decided(known, clock, office).profile.name


def decided(known: Facts, clock: str, office: Office = OFFICE) -> Decision:
    return decide(office, known, at(clock))


def calls_to(known: Facts, clock: str) -> str:
    """Return where the deciding rule sends calls."""
    rule = decided(known, clock).redirect
    if rule.mode is not RedirectMode.FORWARD or rule.unconditional is None:
        return rule.mode.value
    return rule.unconditional.value or rule.unconditional.kind.value


def anna(**more: Any) -> Office:
    """Return the office with another Anna."""
    return replace(OFFICE, people={**OFFICE.people, "anna": replace(ANNA, **more)})
