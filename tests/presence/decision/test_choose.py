"""What a tap on a profile does, told as a person's day."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest

from custom_components.xpresence.presence.agenda import Agenda
from custom_components.xpresence.presence.decision.choose import (
    bring_back,
    choose,
    dismiss,
    resume_automatic,
    set_automatic,
)
from custom_components.xpresence.presence.decision.decide import decide
from custom_components.xpresence.presence.decision.dismissals import (
    occasion_of,
    with_agenda,
    with_calls,
    without_rules,
)
from custom_components.xpresence.presence.line import AgentState, Status
from custom_components.xpresence.presence.model import (
    Absence,
    Call,
    ChoiceRole,
    EndingKind,
    EntityRule,
    Facts,
    Met,
    Office,
    Pc,
    Source,
    Statement,
)

from ..office import (
    OFF,
    OFFICE,
    PROFILES,
    TO_VOICEMAIL,
    Appointment,
    anna,
    at,
    calls_to,
    chosen,
    decided,
    facts,
    holds,
    meeting,
    profile,
)

BUDGET = meeting("10:00", "11:00", uid="budget", subject="Budget")
REVIEW = meeting("11:00", "12:00", uid="review")
NEXT_DAY = date(2026, 11, 25)


def tap(
    known: Facts, name: str, clock: str, office: Office = OFFICE, **more: Any
) -> Facts:
    return choose(office, known, name, at(clock), **more)


def agenda(*appointments: Appointment) -> Agenda:
    return facts(*appointments).agenda


def day(known: Facts, *clocks: str, office: Office = OFFICE) -> list[str]:
    """Return what holds at some times, each with where its rule sends calls."""
    return [f"{clock} {holds(known, clock, office)}" for clock in clocks]


def aside(known: Facts, clock: str, office: Office = OFFICE) -> list[str]:
    """Return what is dismissed at a time, as the trace tells it."""
    trace = decided(known, clock, office).trace
    return [entry.claim.reason for entry in trace if entry.why == "dismissed"]


# Available


def test_available_in_a_meeting_leaves_this_meeting_and_no_other() -> None:
    known = tap(facts(BUDGET, REVIEW), "Available", "10:32")
    assert known.choice is None
    assert day(known, "10:32", "10:59", "11:00", "12:00") == [
        "10:32 Available",
        "10:59 Available",
        "11:00 Meeting",
        "12:00 Available",
    ]
    assert calls_to(known, "10:32") == "unchanged"
    assert aside(known, "10:32") == ["appointment"]
    assert decided(known, "10:32").next_change == at("11:00")


def test_available_chosen_twice_stays_available() -> None:
    once = tap(facts(BUDGET, REVIEW), "Available", "10:32")
    twice = tap(once, "Available", "10:40")
    assert twice == once


def test_available_sets_aside_everything_that_asks_for_something_else() -> None:
    known = tap(
        facts(
            BUDGET,
            meeting("9:00", "17:00", uid="training", categories=("Training",)),
            calls=(Call("teams", at("10:05")),),
        ),
        "Available",
        "10:32",
    )
    assert day(known, "10:32", "11:30") == ["10:32 Available", "11:30 Available"]
    assert len(aside(known, "10:32")) == 3


def test_what_begins_later_counts_as_usual() -> None:
    known = tap(facts(BUDGET), "Available", "10:32")
    called = with_calls(known, "teams", (Call("teams", at("10:40")),))
    assert holds(called, "10:41") == "MS Teams"


@pytest.mark.parametrize(
    ("told", "expected"),
    [
        pytest.param({}, ["10:45 Available", "11:15 Available"], id="unchanged"),
        pytest.param(
            {"start": at("10:30"), "end": at("11:30")},
            ["10:45 Available", "11:15 Available"],
            id="moved a little",
        ),
        pytest.param(
            {"start": at("11:00"), "end": at("12:00")},
            ["10:45 Available", "11:15 Meeting"],
            id="moved away",
        ),
        pytest.param(
            {"end": at("12:00")},
            ["10:45 Available", "11:15 Available"],
            id="extended",
        ),
        pytest.param(
            {"end": at("10:40")},
            ["10:45 Available", "11:15 Available"],
            id="shortened",
        ),
        pytest.param(
            {"uid": "another"},
            ["10:45 Meeting", "11:15 Available"],
            id="another one at the same time",
        ),
        pytest.param(
            {"categories": ("Training",)},
            ["10:45 Available", "11:15 Available"],
            id="under another profile",
        ),
    ],
)
@pytest.mark.parametrize("meanwhile", [True, False])
def test_an_appointment_that_is_read_anew_is_the_same_while_it_overlaps(
    told: dict[str, Any], expected: list[str], meanwhile: bool
) -> None:
    known = tap(facts(BUDGET), "Available", "10:32")
    if meanwhile:
        # Cancelled, and entered again; a restart without the calendar looks alike.
        known = with_agenda(known, Agenda())
        assert holds(known, "10:35") == "Available"
    again = with_agenda(known, agenda(replace(BUDGET, **told)))
    assert day(again, "10:45", "11:15") == expected


def test_it_is_followed_step_by_step_however_far_it_goes() -> None:
    known = tap(facts(BUDGET), "Available", "10:32")
    for start, end in (("10:45", "12:00"), ("11:45", "13:00"), ("12:45", "14:00")):
        moved = replace(BUDGET, start=at(start), end=at(end))
        known = with_agenda(known, agenda(moved))
    assert day(known, "13:30", "14:00") == ["13:30 Available", "14:00 Available"]


def test_of_a_series_only_the_occurrence_that_runs_is_set_aside() -> None:
    series = [
        meeting("9:00", "9:15", uid="daily"),
        meeting("15:00", "15:15", uid="daily"),
    ]
    known = with_agenda(tap(facts(*series), "Available", "9:05"), agenda(*series))
    assert day(known, "9:10", "15:05") == ["9:10 Available", "15:05 Meeting"]


@pytest.mark.parametrize(
    ("calendar", "expected"), [("Outlook", "Available"), ("Team", "Meeting")]
)
@pytest.mark.parametrize("made_up", [("", ""), ("#0", "#0"), ("#0", "#1")])
def test_without_uid_it_is_the_one_of_the_same_calendar(
    calendar: str, expected: str, made_up: tuple[str, str]
) -> None:
    before, after = made_up
    nameless = meeting("10:00", "11:00", uid=before, source="Outlook")
    known = tap(facts(nameless), "Available", "10:32")
    later = replace(nameless, uid=after, end=at("11:30"), source=calendar)
    assert holds(with_agenda(known, agenda(later)), "10:45") == expected


def test_without_uid_a_second_one_beside_it_is_another() -> None:
    nameless = meeting("10:00", "12:00", uid="", source="Outlook")
    other = meeting("11:00", "11:30", uid="", source="Outlook")
    known = tap(facts(nameless, other), "Available", "10:32")
    again = with_agenda(known, agenda(other, nameless))
    assert day(again, "10:45", "11:15", "11:45") == [
        "10:45 Available",
        "11:15 Meeting",
        "11:45 Available",
    ]


def test_an_all_day_appointment_counts_again_at_four_in_the_morning() -> None:
    week = Appointment("fair", date(2026, 11, 23), date(2026, 11, 28))
    known = tap(facts(week), "Available", "10:00")
    assert decided(known, "23:59").next_change == at("4:00", NEXT_DAY)
    assert day(known, "9:59", "23:59") == ["9:59 Available", "23:59 Available"]
    assert decide(OFFICE, known, at("3:59", NEXT_DAY)).profile.name == "Available"
    assert decide(OFFICE, known, at("4:00", NEXT_DAY)).profile.name == "Meeting"


@pytest.mark.parametrize("on", [date(2026, 3, 29), date(2026, 10, 25)])
def test_four_in_the_morning_is_the_clocks_on_the_wall(on: date) -> None:
    eve = on - timedelta(days=1)
    night = Appointment("night", at("20:00", eve), at("9:00", on))
    known = choose(OFFICE, facts(night), "Available", at("23:00", eve))
    assert decide(OFFICE, known, at("3:59", on)).profile.name == "Available"
    assert decide(OFFICE, known, at("4:00", on)).profile.name == "Meeting"
    assert decide(OFFICE, known, at("23:30", eve)).next_change == at("4:00", on)


def test_planned_presence_is_set_aside_like_an_appointment() -> None:
    plan = meeting("10:00", "11:00", uid="planned-1", profile="Lunch")
    known = tap(facts(plan), "Available", "10:10")
    assert day(known, "10:30") == ["10:30 Available"]
    assert aside(known, "10:30") == ["planned"]


# A call, an absence, a session, a rule


def test_a_call_is_set_aside_until_a_reading_shows_none() -> None:
    known = tap(facts(calls=(Call("teams", at("10:00")),)), "Available", "10:05")
    assert holds(known, "10:06") == "Available"
    # After a restart, before anything was read, and once it is read again.
    restarted = with_calls(known, "teams", (), read=False)
    again = with_calls(restarted, "teams", (Call("teams", at("10:20")),))
    assert holds(again, "10:21") == "Available"
    over = with_calls(again, "teams", ())
    another = with_calls(over, "teams", (Call("teams", at("10:30")),))
    assert holds(another, "10:31") == "MS Teams"


@pytest.mark.parametrize(
    ("since", "in_meeting", "clock", "expected"),
    [
        ("10:00", True, "10:40", "Available"),
        ("10:40", True, "10:41", "Available"),
        ("10:40", False, "10:41", "MS Teams"),
        ("9:30", True, "10:41", "Available"),
        # Told a little late that it is over.
        ("10:40", True, "11:01", "Available"),
        ("11:01", True, "11:02", "MS Teams"),
    ],
)
def test_a_meeting_in_teams_belongs_to_the_appointment_that_was_set_aside(
    since: str, in_meeting: bool, clock: str, expected: str
) -> None:
    known = tap(facts(BUDGET), "Available", "10:32")
    call = Call("teams", at(since), meeting=in_meeting)
    assert holds(with_calls(known, "teams", (call,)), clock) == expected


def test_a_meeting_in_teams_that_goes_on_belongs_to_the_next_appointment() -> None:
    known = tap(facts(BUDGET, REVIEW), "Available", "10:32")
    call = Call("teams", at("10:40"), meeting=True)
    known = with_calls(known, "teams", (call,))
    assert day(known, "10:59", "11:01") == ["10:59 Available", "11:01 MS Teams"]
    assert decided(known, "10:59").next_change == at("11:00")


AWAY = Absence(at("9:50"))
LOCKED = Pc(
    running=Statement(True, at("8:00")),
    locked=Statement(True, at("9:50")),
    last_input=Statement(at("9:50"), at("9:50")),
)
OFF_SINCE = replace(LOCKED, running=Statement(False, at("10:10")))


def test_one_absence_is_locked_then_unused_then_switched_off() -> None:
    known = tap(facts(pc=LOCKED, absence=AWAY), "Available", "9:55")
    assert holds(known, "9:56") == "Available"
    # Unused from 10:00 on, and switched off from 10:10: still the same absence.
    assert holds(known, "10:05") == "Available"
    assert holds(replace(known, pc=OFF_SINCE), "10:30") == "Available"


def test_the_first_activity_ends_it_and_the_next_absence_counts() -> None:
    known = tap(facts(pc=LOCKED, absence=AWAY), "Available", "9:55")
    back = replace(known, absence=Absence(at("9:50"), at("10:20")))
    again = replace(
        back,
        pc=replace(LOCKED, locked=Statement(True, at("10:40"))),
        absence=Absence(at("10:40")),
    )
    assert holds(again, "10:41") == "Quiet"


def test_the_profile_of_the_start_is_set_aside_until_the_session_ends() -> None:
    running = Pc(running=Statement(True, at("8:00")))
    known = tap(facts(pc=running), "Available", "9:00")
    assert day(known, "9:00", "15:00") == ["9:00 Available", "15:00 Available"]
    tomorrow = replace(
        known,
        session_ended=at("17:00"),
        pc=Pc(running=Statement(True, at("17:30"))),
    )
    assert holds(tomorrow, "17:31") == "At work"


RULED = anna(rules=(EntityRule("zone", "person.anna", frozenset({"away"}), "Lunch"),))


def test_a_rule_is_set_aside_until_its_entity_leaves_its_states() -> None:
    known = tap(facts(conditions={"zone": Met(at("9:00"))}), "Available", "9:30", RULED)
    assert holds(known, "9:40", RULED) == "Available"
    # Silent for long after a restart, it is met anew; that is no leaving.
    silent = replace(known, conditions={"zone": Met(at("10:00"))})
    assert holds(silent, "10:01", RULED) == "Available"
    left = without_rules(replace(silent, conditions={}), ["zone"])
    again = replace(left, conditions={"zone": Met(at("11:00"))})
    assert holds(again, "11:01", RULED) == "Lunch"


# The default profile


def test_another_available_profile_stands_in_for_the_default() -> None:
    known = tap(facts(BUDGET, REVIEW), "Hotline", "10:32")
    assert day(known, "10:32", "11:00", "12:00", "20:00") == [
        "10:32 Hotline",
        "11:00 Meeting",
        "12:00 Hotline",
        "20:00 Hotline",
    ]
    assert decided(known, "12:00").source is Source.MANUAL
    assert decided(known, "12:00").agent is AgentState.READY
    back = resume_automatic(known)
    assert day(back, "10:40", "12:00") == ["10:40 Meeting", "12:00 Available"]


def test_it_stands_in_only_until_its_own_ending_rule() -> None:
    short = replace(PROFILES["Hotline"], ending=PROFILES["Break"].ending)
    office = replace(OFFICE, profiles=PROFILES | {"Hotline": short})
    known = tap(facts(BUDGET, REVIEW), "Hotline", "10:32", office)
    assert day(known, "10:46", "10:47", office=office) == [
        "10:46 Hotline",
        "10:47 Available",
    ]


def test_it_stands_in_only_until_another_choice() -> None:
    known = tap(facts(), "Hotline", "9:00")
    lunch = tap(known, "Lunch", "12:00", until=at("12:30"))
    assert day(lunch, "12:15", "12:30") == ["12:15 Lunch", "12:30 Available"]


def test_with_an_end_it_holds_over_every_meeting_until_then() -> None:
    known = tap(facts(BUDGET, REVIEW), "Hotline", "10:32", until=at("11:30"))
    assert known.dismissed == ()
    assert day(known, "10:32", "11:15", "11:30") == [
        "10:32 Hotline",
        "11:15 Hotline",
        "11:30 Meeting",
    ]
    assert calls_to(known, "11:15") == "unchanged"


def test_until_i_change_it_is_an_end() -> None:
    known = tap(
        facts(BUDGET, REVIEW), "Available", "10:32", ending=EndingKind.UNTIL_CHANGED
    )
    assert day(known, "10:32", "11:15", "20:00") == [
        "10:32 Available",
        "11:15 Available",
        "20:00 Available",
    ]


FORWARDING = replace(
    anna(default_profile="Front desk"),
    profiles=PROFILES
    | {"Front desk": profile("Front desk", Status.BUSY, TO_VOICEMAIL)},
)


def test_available_over_a_default_profile_that_forwards_answers_for_calls() -> None:
    known = tap(facts(BUDGET), "Available", "10:32", FORWARDING)
    decision = decided(known, "10:40", FORWARDING)
    assert decision.profile.name == "Available"
    assert decision.redirect.mode.value == "unchanged"
    assert decision.redirect_claim is None
    assert holds(known, "12:00", FORWARDING) == "Available"


def test_a_default_profile_that_is_not_available_sets_aside_what_is_above_it() -> None:
    known = tap(facts(BUDGET, REVIEW), "Front desk", "10:32", FORWARDING)
    assert known.choice is None
    assert day(known, "10:32", "11:15", office=FORWARDING) == [
        "10:32 Front desk",
        "11:15 Meeting",
    ]
    assert decided(known, "10:32", FORWARDING).redirect == TO_VOICEMAIL


SILENT_START = replace(
    FORWARDING,
    profiles=FORWARDING.profiles | {"At work": profile("At work", Status.AVAILABLE)},
)
AT_PC = Pc(running=Statement(True, at("8:00")))


def test_available_that_the_pc_asks_for_answers_for_calls_once_it_is_tapped() -> None:
    known = facts(BUDGET, pc=AT_PC)
    untouched = decided(known, "9:30", SILENT_START)
    assert untouched.redirect == TO_VOICEMAIL
    for clock in ("9:30", "10:30"):
        tapped = tap(known, "At work", clock, SILENT_START)
        decision = decided(tapped, clock, SILENT_START)
        assert (decision.profile.name, decision.source) == ("At work", Source.SESSION)
        assert decision.redirect_claim is None
        assert tapped.choice is not None
        assert tapped.choice.role is ChoiceRole.CONFIRMS
    # The next meeting comes as planned, and its redirect with it.
    early = tap(known, "At work", "9:30", SILENT_START)
    assert calls_to_in(early, "10:30", SILENT_START) == "voicemail"


def calls_to_in(known: Facts, clock: str, office: Office) -> str:
    target = decided(known, clock, office).redirect.unconditional
    return target.kind.value if target else "unchanged"


# Other profiles


def test_choosing_what_holds_below_sets_aside_what_is_above_it() -> None:
    known = facts(BUDGET, calls=(Call("teams", at("10:05")),))
    tapped = tap(known, "Meeting", "10:32")
    assert (holds(tapped, "10:32"), tapped.choice) == ("Meeting", None)
    assert aside(tapped, "10:32") == ["call_teams"]


def test_choosing_what_was_set_aside_lets_it_count_again() -> None:
    known = facts(
        BUDGET, meeting("10:15", "10:45", uid="inner", categories=("Training",))
    )
    free = tap(known, "Available", "10:32")
    assert holds(free, "10:33") == "Available"
    back = tap(free, "Meeting", "10:35")
    assert day(back, "10:35", "10:50") == ["10:35 Meeting", "10:50 Meeting"]
    assert back.choice is None


def test_any_other_profile_is_a_claim_on_top_and_leaves_dismissals_alone() -> None:
    free = tap(facts(BUDGET), "Available", "10:10")
    lunch = tap(free, "Break", "10:20")
    assert day(lunch, "10:20", "10:35", "10:50") == [
        "10:20 Break",
        "10:35 Available",
        "10:50 Available",
    ]


def test_choosing_what_automation_wants_anyway_releases_every_dismissal() -> None:
    free = tap(facts(BUDGET), "Available", "10:10")
    back = tap(free, "Meeting", "10:20")
    assert (back.dismissed, back.choice) == ((), None)


def test_a_delegates_choice_is_noted_as_theirs() -> None:
    known = tap(facts(BUDGET), "Available", "10:32", by="dora")
    (one,) = known.dismissed
    assert one.by == "dora"


# Ways back


@pytest.mark.parametrize(
    "way_back",
    [
        resume_automatic,
        bring_back,
        lambda known: bring_back(known, known.dismissed[0].occasion),
    ],
)
def test_what_was_set_aside_comes_back(way_back: Callable[[Facts], Facts]) -> None:
    known = way_back(tap(facts(BUDGET), "Available", "10:32"))
    assert day(known, "10:33") == ["10:33 Meeting"]


def test_automatic_off_ends_dismissals_and_on_again_everything_counts() -> None:
    known = tap(facts(BUDGET), "Available", "10:32")
    off = set_automatic(known, automatic=False)
    assert off.dismissed == ()
    assert holds(off, "10:33") == "Available"
    assert holds(set_automatic(off, automatic=True), "10:33") == "Meeting"


def test_with_automatic_off_available_needs_nothing_to_be_set_aside() -> None:
    known = set_automatic(facts(BUDGET), automatic=False)
    assert tap(known, "Available", "10:32").dismissed == ()
    hotline = tap(known, "Hotline", "10:32")
    assert holds(hotline, "10:33") == "Hotline"


@pytest.mark.parametrize("when", ["9:00", "10:30"])
def test_an_appointment_of_the_list_is_set_aside_by_hand(when: str) -> None:
    known = facts(BUDGET, REVIEW)
    (entry,) = known.agenda.running(at("10:30"))
    known = dismiss(OFFICE, known, occasion_of(entry), at(when))
    assert day(known, "10:45", "11:15") == ["10:45 Available", "11:15 Meeting"]


def test_one_of_tomorrow_is_set_aside_for_the_whole_of_its_day() -> None:
    fair = Appointment("fair", date(2026, 11, 26), date(2026, 11, 28))
    known = facts(fair)
    (entry,) = known.agenda.entries
    known = dismiss(OFFICE, known, occasion_of(entry), at("10:00"))
    for clock, on, expected in (
        ("9:00", date(2026, 11, 26), "Available"),
        ("3:59", date(2026, 11, 27), "Available"),
        ("4:00", date(2026, 11, 27), "Meeting"),
    ):
        assert decide(OFFICE, known, at(clock, on)).profile.name == expected


# Running over


def late(minutes: int = 15) -> Office:
    return anna(run_over=timedelta(minutes=minutes))


def test_an_appointment_ends_on_time_unless_it_may_run_over() -> None:
    known = facts(BUDGET, calls=(Call("pbx", at("10:50")),))
    silent = anna(call_profiles={})
    assert holds(known, "11:00", silent) == "Available"


@pytest.mark.parametrize(
    ("kept_up_by", "expected"),
    [
        ({"calls": (Call("pbx", at("10:50")),)}, "Meeting"),
        ({"calls": (Call("pbx", at("11:01")),)}, "Available"),
        ({"calls": (Call("pbx", at("10:50"), not_seen=2),)}, "Available"),
        ({"absence": Absence(at("9:55"))}, "Meeting"),
        ({"absence": Absence(at("9:55"), at("10:58"))}, "Available"),
        ({"absence": Absence(at("11:02"))}, "Available"),
        ({}, "Available"),
    ],
)
def test_it_runs_over_while_what_went_on_at_its_end_goes_on(
    kept_up_by: dict[str, Any], expected: str
) -> None:
    office = replace_calls(late())
    known = facts(BUDGET, **kept_up_by)
    assert holds(known, "11:05", office) == expected


def replace_calls(office: Office) -> Office:
    person = replace(office.people["anna"], call_profiles={})
    return replace(office, people={**office.people, "anna": person})


def test_it_runs_over_no_longer_than_its_minutes_and_under_what_began_later() -> None:
    office = late()
    known = facts(BUDGET, absence=Absence(at("9:55")))
    assert decided(known, "11:00", office).next_change == at("11:15")
    assert day(known, "11:14", "11:15", office=office) == [
        "11:14 Meeting",
        "11:15 Available",
    ]
    training = meeting("11:05", "12:00", uid="t", categories=("Training",))
    both = facts(BUDGET, training, absence=Absence(at("9:55")))
    assert day(both, "11:04", "11:06", office=office) == [
        "11:04 Meeting",
        "11:06 Training",
    ]


def test_what_was_set_aside_does_not_run_over() -> None:
    known = tap(facts(BUDGET, absence=Absence(at("9:55"))), "Available", "10:32")
    assert holds(known, "11:05", late()) == "Available"


def test_no_claim_sends_the_calls_of_somebody_away_who_tapped_available() -> None:
    known = facts(BUDGET, calls=(Call("teams", at("10:05")),), pc=LOCKED, absence=AWAY)
    for name in ("Available", "Hotline", "At work"):
        decision = decided(tap(known, name, "10:32"), "10:32")
        assert decision.profile.name == name
        assert decision.redirect in (OFF, type(OFF)())


def test_a_stand_in_that_was_switched_off_leaves_the_default_profile() -> None:
    known = facts(choice=chosen("Hotline", "9:00", role=ChoiceRole.STANDS_IN))
    disabled = replace(PROFILES["Hotline"], enabled=False)
    office = replace(OFFICE, profiles=PROFILES | {"Hotline": disabled})
    assert holds(known, "9:30", office) == "Available"
