"""The rules of choosing once more, written to be obviously right and slow.

It looks at one instant, knows nothing of deadlines, claims or agendas, and shares
with the engine only the dataclasses that describe a person's day.
"""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
import unicodedata
from zoneinfo import ZoneInfo

from custom_components.xpresence.presence.calendar.appointments import (
    Appointment,
    CalendarRules,
)
from custom_components.xpresence.presence.model import Facts, Office, Profile

HALF_A_MINUTE = timedelta(seconds=30)


@dataclass(frozen=True)
class Verdict:
    """The profile that holds, and the profile that decides each of the rules."""

    profile: str
    redirect: str | None
    agent: str | None
    source: str


def judge(
    office: Office,
    facts: Facts,
    calendars: list[tuple[CalendarRules, list[Appointment]]],
    now: datetime,
) -> Verdict:
    person = office.people[facts.person]
    running = _calendar(office, person, facts, calendars, now)
    counting = [(wish, what) for wish, what in running if not _aside(facts, now, what)]
    choice, role = _manual(office, facts, now), "on_top"
    if facts.choice is not None:
        role = facts.choice.role.value
    wishes: dict[str, list[str]] = {
        "manual": choice if role == "on_top" else [],
        "call": [
            person.call_profiles[c.kind]
            for c in sorted(facts.calls, key=lambda c: c.since)[::-1]
            if c.kind in person.call_profiles
            and c.not_seen in (0, 1)
            and not _aside(facts, now, ("call", c.kind))
            and not (c.meeting and _of_an_appointment(facts, now, c, counting))
        ],
        "calendar": [wish for wish, _ in counting],
        "rule": [
            r.profile
            for r in person.rules
            if r.id in facts.conditions
            and _applies(office, r, facts.conditions[r.id], now)
            and not _aside(facts, now, ("rule", r.id))
        ],
        "inactivity": []
        if _aside(facts, now, ("absence", ""))
        else _inactivity(office, person, facts, now),
        "session": _session(office, person, facts, now),
        "default": [person.default_profile],
    }
    if not facts.automatic:
        wishes = {key: wishes[key] for key in ("manual", "default")}
    if role == "stands_in":
        wishes["default"] = [*choice, person.default_profile]
    pile = _pile(office, person, wishes)
    if not pile:
        return Verdict("", None, None, "default")
    confirmed = ""
    if role == "confirms" and choice and facts.choice:
        same_day = _days(person, now) == _days(person, facts.choice.at)
        confirmed = facts.choice.profile if same_day else ""
    redirect, agent = _opinions(pile, confirmed)
    return Verdict(pile[0][1].id, redirect, agent, pile[0][0])


def _pile(
    office: Office, person: Any, wishes: dict[str, list[str]]
) -> list[tuple[str, Profile]]:
    pile: list[tuple[str, Profile]] = []
    for source in office.order:
        for number, wish in enumerate(wishes.get(source.value, [])):
            whose = source.value
            if whose == "default" and len(wishes["default"]) - number == 2:
                whose = "manual"
            profile = office.profiles.get(wish)
            if profile is None or (profile.owner and profile.owner != person.id):
                continue
            if not profile.enabled and whose != "default":
                continue
            pile.append((whose, profile))
    return pile


def _opinions(
    pile: list[tuple[str, Profile]], confirmed: str
) -> tuple[str | None, str | None]:
    redirect = agent = None
    for whose, profile in pile:
        if redirect is None and profile.redirect.mode.value != "unchanged":
            redirect = profile.id
        if agent is None and profile.agent:
            agent = profile.id
        by_hand = whose == "manual" or profile.id == confirmed
        if by_hand and profile.status.value == "available":
            break
    return redirect, agent


def _days(person: Any, moment: datetime) -> date:
    """Return the day that a moment belongs to; it goes on until four at night."""
    there = moment.astimezone(ZoneInfo(person.time_zone))
    early = there.time() < time(4)
    return there.date() - timedelta(days=1) if early else there.date()


def _aside(facts: Facts, now: datetime, what: tuple[Any, ...]) -> bool:
    """Tell whether somebody set aside what is named, and it is not over."""
    for one in facts.dismissed:
        known = one.occasion
        if now >= one.until or known.kind.value != what[0] or known.name != what[1]:
            continue
        if (
            what[0] == "appointment"
            and (known.calendar, known.start, known.end) != (what[2:])
        ):
            continue
        if what[0] == "absence" and facts.absence is not None:
            returned = facts.absence.until is not None
            if returned or facts.absence.since > one.at:
                continue
        if (
            what[0] == "session"
            and facts.session_ended is not None
            and facts.session_ended > one.at
        ):
            continue
        return True
    return False


def _of_an_appointment(
    facts: Facts, now: datetime, call: Any, counting: list[Any]
) -> bool:
    """Tell whether a meeting in Teams belongs to an appointment that was set aside."""
    for one in facts.dismissed:
        known = one.occasion
        if known.kind.value != "appointment" or now >= one.until or now < known.start:
            continue
        if now < known.end or (call.since < known.end and not counting):
            return True
    return False


def _speaks(office: Office, said: Any, now: datetime) -> bool:
    if said is None:
        return False
    return said.silent_since is None or now - said.silent_since < office.health.grace


def _applies(office: Office, rule: Any, met: Any, now: datetime) -> bool:
    if now - met.since < rule.duration or not _speaks(office, met, now):
        return False
    if met.left is None:
        return True
    return bool(met.left - met.since >= rule.duration and now - met.left < rule.linger)


def _runs(office: Office, facts: Facts, now: datetime) -> tuple[bool, datetime] | None:
    """Return whether the PC runs, and since when it does or does not."""
    said = facts.pc.running
    if said is None:
        return None
    on, since = said.value, said.since
    ran_since = since if on else facts.pc.ran_since
    if not _speaks(office, said, now):
        if not facts.pc.silence_ends:
            return None
        if on:
            silent = _all_silent(office, facts)
            if silent is None or now < silent:
                return on, since
            on, since = False, silent
    if not on and _was_active_after(office, facts, since):
        return True, ran_since or since
    if not on and now - since < office.health.restart:
        return (True, ran_since) if ran_since else None
    return on, since


def _all_silent(office: Office, facts: Facts) -> datetime | None:
    pc = facts.pc
    said = [s for s in (pc.running, pc.locked, pc.last_input, pc.active) if s]
    if any(s.silent_since is None for s in said):
        return None
    return max(s.silent_since for s in said if s.silent_since) + office.health.grace


def _was_active_after(office: Office, facts: Facts, end: datetime) -> bool:
    used, active = facts.pc.last_input, facts.pc.active
    signs = [used.value] if used else []
    signs += [active.since] if active and active.value else []
    return any(sign - end > office.health.hold for sign in signs)


def _goes_off(office: Office, facts: Facts) -> tuple[datetime, datetime] | None:
    """Return since when the PC is off, and when that is the end of the session."""
    said, health = facts.pc.running, office.health
    if said is None:
        return None
    if said.value:
        off = _all_silent(office, facts)
        if off is None or not facts.pc.silence_ends:
            return None
        if _was_active_after(office, facts, off):
            return None
        return off, off + health.restart
    if _was_active_after(office, facts, said.since):
        return None
    counts = said.since + health.restart
    if not facts.pc.silence_ends and not _speaks(office, said, counts):
        return None
    return said.since, counts


def _manual(office: Office, facts: Facts, now: datetime) -> list[str]:
    choice = facts.choice
    if choice is None:
        return []
    profile = office.profiles.get(choice.profile)
    if choice.until is not None:
        return [choice.profile] if now < choice.until else []
    kind = (choice.ending or profile.ending.kind).value if profile else "until_changed"
    over = False
    if kind != "until_changed" and profile and profile.ending.duration:
        over = now - choice.at >= profile.ending.duration
    if kind == "until_return" and facts.absence and facts.absence.until:
        stayed_away = facts.absence.until - choice.at > office.health.grace or (
            facts.absence.told and facts.absence.until - choice.at >= HALF_A_MINUTE
        )
        followed_it = facts.absence.since >= choice.at or stayed_away
        over = over or (followed_it and facts.absence.until <= now)
    if kind == "until_session_ends" and facts.session_ended:
        over = over or choice.at < facts.session_ended <= now
    off = _goes_off(office, facts)
    if kind == "until_session_ends" and off is not None and off[0] > choice.at:
        already = facts.session_ended and facts.session_ended > choice.at
        over = over or (not already and off[1] <= now)
    return [] if over else [choice.profile]


def _calendar(
    office: Office,
    person: Any,
    facts: Facts,
    calendars: list[tuple[CalendarRules, list[Appointment]]],
    now: datetime,
) -> list[tuple[str, tuple[Any, ...]]]:
    zone = ZoneInfo(person.time_zone)

    def instant(moment: Any) -> datetime:
        if isinstance(moment, datetime):
            return moment
        return datetime.combine(moment, time(0), zone).astimezone(UTC)

    # Everything that counts; of one occurrence that with a category, or else the first.
    counting: list[tuple[Any, ...]] = []
    for rules, appointments in calendars:
        for one in appointments:
            start, end = instant(one.start), instant(one.end)
            wish, category = _wish(office, person, rules, one)
            if wish and end > start:
                counting.append((one.uid, start, end, wish, category, one.source))
    running: list[tuple[Any, ...]] = []
    for number, (uid, start, end, wish, category, source) in enumerate(counting):
        same = [row for row in counting if row[:2] == (uid, start) and uid]
        if uid and category and any(row[4] for row in counting[:number] if row in same):
            continue
        if (
            uid
            and not category
            and (
                any(row[4] for row in same)
                or any(row in same for row in counting[:number])
            )
        ):
            continue
        if start <= now < end or _runs_over(person, facts, end, now):
            length = (end - start).total_seconds()
            what = ("appointment", uid, "" if uid else source, start, end)
            order = (-start.timestamp(), length, not category, uid)
            running.append((order, wish, what))
    running.sort(key=lambda row: row[0])
    return [(wish, what) for _, wish, what in running]


def _runs_over(person: Any, facts: Facts, end: datetime, now: datetime) -> bool:
    if not end <= now < end + person.run_over:
        return False
    calls = [c for c in facts.calls if c.not_seen < 2 and c.since <= end]
    away = facts.absence
    return bool(calls) or bool(away and away.since <= end and away.until is None)


def _wish(
    office: Office, person: Any, rules: CalendarRules, one: Appointment
) -> tuple[str, bool]:
    if one.cancelled or one.response.value == "declined":
        return "", False
    if one.profile:
        return one.profile, True
    mine = [p for p in office.profiles.values() if p.owner == person.id]
    everybodys = [p for p in office.profiles.values() if not p.owner]
    for category in one.categories:
        for same in (_exactly, _same):
            for profile in mine + everybodys:
                if same(category, profile.name):
                    return profile.id, True
    if rules.categories_only:
        return "", False
    if one.invited and rules.invitations.value == "never":
        return "", False
    if (
        one.invited
        and rules.invitations.value == "accepted"
        and one.response.value != "accepted"
    ):
        return "", False
    effect = rules.show_as.get(one.show_as, "ignore")
    return {"ignore": "", "default": rules.default_profile}.get(effect, effect), False


def _bare(text: str) -> str:
    text = unicodedata.normalize("NFC", text).strip()
    return " ".join(text.removeprefix("@").lower().split())


def _exactly(category: str, name: str) -> bool:
    return _bare(category) == _bare(name)


def _same(category: str, name: str) -> bool:
    def plain(text: str) -> str:
        return _bare(text).replace("ä", "ae").replace("ö", "oe").replace("ü", "ue")

    return plain(category) == plain(name)


def _inactivity(office: Office, person: Any, facts: Facts, now: datetime) -> list[str]:
    def heard(said: Any) -> Any:
        return said if said is not None and _speaks(office, said, now) else None

    lock, used, active = map(
        heard, (facts.pc.locked, facts.pc.last_input, facts.pc.active)
    )
    runs = _runs(office, facts, now)
    if runs is not None and not runs[0]:
        return []
    signs = []  # of somebody who was there
    if used is not None:
        signs.append(used.value)
    if active is not None and active.value:
        signs.append(active.since)
    if runs is not None:
        signs.append(runs[1])
    found = []
    if lock is not None and lock.value:
        contradicted = any(sign - lock.since > office.health.hold for sign in signs)
        if not contradicted and now - lock.since >= office.health.hold:
            found.append(person.inactivity.locked_profile)
    after = person.inactivity.after
    counting = used is not None or active is not None
    in_use = active is not None and active.value
    if active is not None:
        signs.append(active.since)
    if counting and not in_use and after is not None and now - max(signs) >= after:
        found.append(person.inactivity.inactive_profile)
    return [wish for wish in found if wish]


def _session(office: Office, person: Any, facts: Facts, now: datetime) -> list[str]:
    runs = _runs(office, facts, now)
    if runs is None:
        return []
    what = ("session", "") if runs[0] else ("absence", "")
    if _aside(facts, now, what):
        return []
    if runs[0]:
        wish, stands = person.session.start_profile, now >= runs[1]
    else:
        wish = person.session.end_profile
        stands = now - runs[1] >= office.health.restart
    return [wish] if wish and stands else []
