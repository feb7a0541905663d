"""The engine against an oracle of its own, and the properties of every answer.

``script/nightly`` asks about ten thousand offices in place of the few here.
"""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
import itertools
from typing import Any

from hypothesis import given, strategies as st

from custom_components.xpresence.presence.agenda import Agenda
from custom_components.xpresence.presence.calendar.appointments import (
    Appointment,
    CalendarRules,
    Effect,
    Invitations,
    Response,
    ShowAs,
    agenda_from,
)
from custom_components.xpresence.presence.decision.choose import (
    choose,
    resume_automatic,
)
from custom_components.xpresence.presence.decision.decide import decide
from custom_components.xpresence.presence.decision.dismissals import (
    dismissal,
    occasion_of,
    with_agenda,
)
from custom_components.xpresence.presence.decision.next_change import (
    next_visible_change,
)
from custom_components.xpresence.presence.decision.simulate import simulate
from custom_components.xpresence.presence.line import Status
from custom_components.xpresence.presence.model import (
    Absence,
    Call,
    Choice,
    ChoiceRole,
    EndingKind,
    EntityRule,
    Facts,
    InactivityRules,
    Met,
    Occasion,
    OccasionKind,
    Office,
    Pc,
    Person,
    SessionRules,
    Source,
    Statement,
)
from tests.repetition import fewer

from ..office import PROFILES
from ..oracle import judge

# Days with a clock change, the turn of the year, a leap day, and a plain one.
DAYS = (
    date(2026, 3, 29),
    date(2026, 10, 25),
    date(2026, 12, 31),
    date(2028, 2, 29),
    date(2026, 11, 24),
)
NAMES = [*PROFILES, "nobody"]
TEXTS = st.sampled_from(
    ["", "Quiet", "@nicht stoeren", "LUNCH", "Bob's own", "@", "red"]
)
names = st.sampled_from(NAMES)


@st.composite
def days(draw: st.DrawFn) -> tuple[Office, Facts, list[Any], datetime]:
    """A person, what is known of them, and the day it is about."""
    day = draw(st.sampled_from(DAYS))
    zone = draw(st.sampled_from(["UTC", "Europe/Berlin", "Asia/Tokyo", "America/Lima"]))
    midnight = datetime(day.year, day.month, day.day, tzinfo=UTC)

    def minute() -> datetime:
        return midnight + timedelta(minutes=draw(st.integers(-300, 1740)))

    def maybe(make: Any) -> Any:
        return make() if draw(st.booleans()) else None

    def said(value: Any) -> Statement[Any]:
        return Statement(value, minute(), maybe(minute))

    def appointment(number: int) -> Appointment:
        whole = draw(st.integers(0, 5)) == 0
        if whole:
            first = day + timedelta(days=draw(st.integers(-1, 1)))
            start: Any = first
            end: Any = first + timedelta(days=draw(st.integers(-1, 2)))
        else:
            start = minute()
            end = start + timedelta(minutes=draw(st.integers(-30, 600)))
        return Appointment(
            uid=draw(
                st.sampled_from(
                    ["", f"u{draw(st.integers(0, 6)) if number % 3 == 0 else number}"]
                )
            ),
            source=draw(st.sampled_from(["Outlook", "Team"])),
            start=start,
            end=end,
            categories=tuple(draw(st.lists(TEXTS, max_size=2))),
            show_as=draw(st.sampled_from(ShowAs)),
            private=draw(st.booleans()),
            invited=draw(st.booleans()),
            response=draw(st.sampled_from(Response)),
            cancelled=draw(st.integers(0, 9)) == 0,
            profile=draw(names) if draw(st.integers(0, 9)) == 0 else "",
        )

    calendars = [
        (
            CalendarRules(
                draw(st.booleans()),
                draw(names),
                {
                    show: draw(st.sampled_from([*Effect, "Quiet"]))
                    for show in draw(st.lists(st.sampled_from(ShowAs), unique=True))
                },
                draw(st.sampled_from(Invitations)),
            ),
            [appointment(n) for n in range(draw(st.integers(0, 5)))],
        )
        for _ in range(draw(st.integers(0, 2)))
    ]
    minutes = st.integers(0, 180).map(lambda n: timedelta(minutes=n))
    person = Person(
        "anna",
        "Anna",
        "100",
        draw(names),
        time_zone=zone,
        inactivity=InactivityRules(
            maybe(lambda: draw(names)),
            maybe(lambda: draw(minutes)),
            maybe(lambda: draw(names)),
        ),
        session=SessionRules(maybe(lambda: draw(names)), maybe(lambda: draw(names))),
        rules=tuple(
            EntityRule(
                f"r{n}",
                draw(st.sampled_from(["a", "b"])),
                frozenset(draw(st.lists(st.sampled_from(["on", "off"]), unique=True))),
                draw(names),
                draw(minutes),
                draw(minutes),
            )
            for n in range(draw(st.integers(0, 2)))
        ),
        call_profiles={"teams": "MS Teams"} if draw(st.booleans()) else {},
        run_over=draw(st.sampled_from([0, 0, 10, 45])) * timedelta(minutes=1),
    )
    order = tuple(Source)
    if draw(st.booleans()):
        others = [source for source in Source if source is not Source.DEFAULT]
        order = (*draw(st.permutations(others)), Source.DEFAULT)
    office = Office(PROFILES, {"anna": person}, order)
    absence = None
    if draw(st.booleans()):
        since = minute()
        absence = Absence(
            since,
            maybe(lambda: since + timedelta(minutes=draw(st.integers(0, 300)))),
            draw(st.booleans()),
        )
    agenda = agenda_from(calendars, PROFILES, person)
    occasions = [
        *(occasion_of(entry) for entry in agenda.entries),
        *(Occasion(OccasionKind.RULE, f"r{n}") for n in range(2)),
        Occasion(OccasionKind.CALL, "teams"),
        Occasion(OccasionKind.ABSENCE),
        Occasion(OccasionKind.SESSION),
    ]
    dismissed = tuple(
        dismissal(one, person, minute())
        for one in draw(st.lists(st.sampled_from(occasions), unique=True, max_size=4))
    )
    facts = Facts(
        "anna",
        dismissed=dismissed,
        choice=maybe(
            lambda: Choice(
                draw(names),
                minute(),
                maybe(minute),
                ending=maybe(lambda: draw(st.sampled_from(EndingKind))),
                role=draw(st.sampled_from(ChoiceRole)),
            )
        ),
        automatic=draw(st.integers(0, 5)) > 0,
        pc=Pc(
            maybe(lambda: said(draw(st.booleans()))),
            maybe(lambda: said(draw(st.booleans()))),
            maybe(lambda: said(minute())),
            maybe(lambda: said(draw(st.booleans()))),
            maybe(minute),
            silence_ends=draw(st.booleans()),
        ),
        absence=absence,
        session_ended=maybe(minute),
        conditions={
            f"r{n}": Met(minute(), maybe(minute), maybe(minute))
            for n in draw(st.lists(st.integers(0, 2), unique=True))
        },
        calls=tuple(
            Call("teams", minute(), draw(st.integers(0, 3)), draw(st.booleans()))
            for _ in range(draw(st.integers(0, 2)))
        ),
        agenda=agenda,
    )
    return office, facts, calendars, midnight


def instants(midnight: datetime) -> list[datetime]:
    return [midnight + timedelta(minutes=5 * n) for n in range(0, 288, 7)]


@given(days())
def test_the_engine_and_the_oracle_agree(day: Any) -> None:
    office, facts, calendars, midnight = day
    for now in instants(midnight):
        decision = decide(office, facts, now)
        truth = judge(office, facts, calendars, now)
        assert decision.profile.id == truth.profile
        assert decision.source.value == truth.source
        claim = decision.redirect_claim
        assert (claim.profile if claim else None) == truth.redirect
        claim = decision.agent_claim
        assert (claim.profile if claim else None) == truth.agent


@fewer(3)
@given(days())
def test_the_same_question_has_the_same_answer(day: Any) -> None:
    office, facts, calendars, midnight = day
    again = replace(
        facts, agenda=agenda_from(calendars, PROFILES, office.people["anna"])
    )
    for now in instants(midnight):
        assert decide(office, facts, now) == decide(office, again, now)


@fewer(10)  # each looks at every minute of a day
@given(days())
def test_nothing_changes_before_next_change_and_something_does_at_it(day: Any) -> None:
    office, facts, _, midnight = day
    now = midnight
    end = midnight + timedelta(days=1)
    for _ in range(60):
        decision = decide(office, facts, now)
        then = decision.next_change
        until = min(then, end) if then else end
        minute = now
        while minute < until:
            there = decide(office, facts, minute)
            assert replace(there, next_change=then) == decision
            minute += timedelta(minutes=1)
        last = until - timedelta(microseconds=1)
        if last >= now:
            assert replace(decide(office, facts, last), next_change=then) == decision
        if then is None or then >= end:
            return
        after = decide(office, facts, then)
        assert replace(after, next_change=None) != replace(decision, next_change=None)
        now = then


def visible(decision: Any) -> tuple[object, ...]:
    """Return what the entities show of a decision."""
    return (
        decision.profile,
        decision.source,
        decision.since,
        decision.until,
        decision.info_text,
        decision.redirect,
        decision.agent,
    )


@given(days())
def test_nobody_sees_a_change_before_the_one_that_is_foretold(day: Any) -> None:
    office, facts, _, midnight = day
    now, end = midnight, midnight + timedelta(days=1)
    for _ in range(20):
        decision = decide(office, facts, now)
        foretold = next_visible_change(office, facts, decision)
        change = decision.next_change
        while change and visible(decide(office, facts, change)) == visible(decision):
            change = decide(office, facts, change).next_change
        assert foretold == change
        if change is None or change >= end:
            return
        now = change


@given(days())
def test_a_simulated_day_is_the_day_lived_step_by_step(day: Any) -> None:
    office, facts, _, midnight = day
    end = midnight + timedelta(days=1)
    steps = simulate(office, facts, midnight, end)
    assert steps[0].start == midnight
    assert steps[-1].end == end
    for before, after in itertools.pairwise(steps):
        assert before.end == after.start
        assert not before.continues(after)
    for now in instants(midnight):
        (step,) = (step for step in steps if step.start <= now < step.end)
        decision = decide(office, facts, now)
        assert (step.profile, step.claim) == (decision.profile, decision.claim)
        assert step.redirect == decision.redirect


def known_by(facts: Facts, now: datetime) -> Facts:
    """Return the facts without what is still to happen at the PC."""
    absence, ended = facts.absence, facts.session_ended
    if absence is not None and max(absence.since, absence.until or now) > now:
        absence = None
    if ended is not None and ended > now:
        ended = None
    return replace(facts, absence=absence, session_ended=ended)


FREE = [p.id for p in PROFILES.values() if p.status is Status.AVAILABLE]


@given(days(), st.sampled_from(FREE), st.integers(0, 23))
def test_whoever_taps_an_available_profile_is_rung_by_no_rule_but_its_own(
    day: Any, name: str, hour: int
) -> None:
    office, facts, _, midnight = day
    now = midnight + timedelta(hours=hour)
    facts = known_by(facts, now)
    tapped = choose(office, facts, name, now)
    decision = decide(office, tapped, now)
    assert decision.profile.id == name
    assert decision.redirect_claim is None or decision.redirect_claim.profile == name
    assert choose(office, tapped, name, now) == tapped
    back = resume_automatic(tapped)
    assert decide(office, back, now) == decide(office, resume_automatic(facts), now)


@given(days(), names, st.integers(0, 23))
def test_what_is_tapped_holds_at_once(day: Any, name: str, hour: int) -> None:
    office, facts, _, midnight = day
    office = replace(office, order=tuple(Source))
    now = midnight + timedelta(hours=hour)
    facts = known_by(facts, now)
    profile = PROFILES.get(name)
    if profile is None or not profile.enabled or profile.owner:
        return
    assert decide(office, choose(office, facts, name, now), now).profile.id == name


@given(days(), st.sampled_from(FREE), st.integers(0, 23))
def test_reading_the_same_appointments_again_changes_nothing(
    day: Any, name: str, hour: int
) -> None:
    office, facts, _, midnight = day
    now = midnight + timedelta(hours=hour)
    facts = known_by(facts, now)
    tapped = choose(office, facts, name, now)
    lost = with_agenda(tapped, Agenda())
    assert with_agenda(lost, facts.agenda) == tapped
