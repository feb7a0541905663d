"""Which profile holds, told as a person's day."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from custom_components.xpresence.languages import texts_in
from custom_components.xpresence.presence.calendar.appointments import Appointment
from custom_components.xpresence.presence.datetimes import EARLIEST, LATEST
from custom_components.xpresence.presence.decision.choose import choose
from custom_components.xpresence.presence.decision.decide import decide, note_on
from custom_components.xpresence.presence.decision.explain import explain
from custom_components.xpresence.presence.decision.simulate import simulate
from custom_components.xpresence.presence.facts.history import with_pc
from custom_components.xpresence.presence.line import AgentState
from custom_components.xpresence.presence.model import (
    Absence,
    Call,
    Choice,
    Device,
    EndingKind,
    EntityRule,
    Facts,
    InactivityRules,
    Met,
    Office,
    Pc,
    RedirectMode,
    RedirectRule,
    Source,
    Statement,
    Target,
    TargetKind,
    Verdict,
)

from ..office import (
    BERLIN,
    OFFICE,
    PROFILES,
    anna,
    at,
    calls_to,
    chosen,
    decided,
    facts,
    holds,
    meeting,
)

RUNNING = Pc(running=Statement(True, at("8:00")))


# The stack


def test_with_nothing_known_the_default_profile_holds() -> None:
    assert holds(facts(), "9:00") == "Available"
    assert decided(facts(), "9:00").source is Source.DEFAULT


EVERYTHING = {
    "choice": chosen("Vacation", "8:00"),
    "calls": (Call("teams", at("8:00")),),
    "conditions": {"r": Met(at("8:00"))},
    "pc": Pc(
        running=Statement(True, at("7:00")),
        last_input=Statement(at("8:00"), at("8:00")),
    ),
}
WITH_RULE = anna(rules=(EntityRule("r", "zone.home", frozenset({"on"}), "Quiet"),))


@pytest.mark.parametrize(
    ("left_out", "profile", "source"),
    [
        ((), "Vacation", Source.MANUAL),
        (("choice",), "MS Teams", Source.CALL),
        (("choice", "calls"), "Meeting", Source.CALENDAR),
        (("choice", "calls", "calendar"), "Quiet", Source.RULE),
        (("choice", "calls", "calendar", "conditions"), "Lunch", Source.INACTIVITY),
    ],
)
def test_the_sources_come_in_the_default_order(
    left_out: tuple[str, ...], profile: str, source: Source
) -> None:
    known = {key: value for key, value in EVERYTHING.items() if key not in left_out}
    appointments = () if "calendar" in left_out else (meeting("8:30", "10:00"),)
    decision = decided(facts(*appointments, **known), "9:00", WITH_RULE)
    assert (decision.profile.name, decision.source) == (profile, source)


def test_an_office_may_put_the_calendar_first() -> None:
    order = (Source.CALENDAR, *(s for s in Source if s is not Source.CALENDAR))
    known = facts(meeting("8:30", "10:00"), choice=chosen("Vacation", "8:00"))
    assert holds(known, "9:00", replace(OFFICE, order=order)) == "Meeting"


def test_a_teams_call_over_a_meeting_leaves_the_meetings_redirect_alone() -> None:
    known = facts(meeting("9:00", "10:00"), calls=(Call("teams", at("9:10")),))
    assert holds(known, "9:30") == "MS Teams"
    assert calls_to(known, "9:30") == "voicemail"
    assert decided(known, "9:30").redirect_claim is not None


def test_if_nobody_has_an_opinion_the_phones_own_setting_stands() -> None:
    decision = decided(facts(calls=(Call("teams", at("9:10")),)), "9:30")
    assert decision.redirect_claim is None
    assert calls_to(facts(), "9:30") == "unchanged"


def test_the_teamdesk_rule_falls_through_on_its_own() -> None:
    office = anna(default_profile="Hotline")
    known = facts(meeting("9:00", "10:00"))
    decision = decided(known, "9:30", office)
    assert decision.agent is AgentState.READY
    assert decision.agent_claim is not None
    assert decision.agent_claim.source is Source.DEFAULT
    assert decision.profile.name == "Meeting"


def test_releasing_a_claim_reveals_what_holds_now_not_what_held_before() -> None:
    known = facts(
        meeting("9:00", "10:00"), choice=chosen("Vacation", "9:30", until=at("11:00"))
    )
    assert holds(known, "9:45") == "Vacation"
    assert holds(known, "11:00") == "Available"


def test_switched_off_automation_leaves_choice_and_default() -> None:
    known = facts(meeting("9:00", "10:00"), automatic=False)
    assert holds(known, "9:30") == "Available"
    by_hand = replace(known, choice=chosen("Lunch", "9:00"))
    assert holds(by_hand, "9:30") == "Lunch"


def test_switched_off_automation_is_told_of_every_claim_it_silences() -> None:
    known = facts(meeting("9:00", "10:00"), pc=RUNNING, automatic=False)
    refused = [e for e in decided(known, "9:30").trace if e.why == "automatic_off"]
    assert [entry.claim.source for entry in refused] == [
        Source.CALENDAR,
        Source.SESSION,
    ]


def test_switched_off_automation_decides_neither_redirect_nor_hotline() -> None:
    office = anna(default_profile="Quiet")
    known = facts(
        meeting("9:00", "10:00", categories=("Hotline",)),
        choice=chosen("Quiet", "9:00"),
        automatic=False,
    )
    decision = decided(known, "9:30", office)
    assert decision.redirect_claim is None
    assert decision.agent_claim is None


# Choices by hand


@pytest.mark.parametrize(
    ("profile", "known", "clock", "expected"),
    [
        ("Vacation", {}, "23:59", "Vacation"),
        ("Lunch", {}, "23:59", "Lunch"),
        (
            "Lunch",
            {"absence": Absence(at("12:05"), at("12:40"))},
            "12:39",
            "Lunch",
        ),
        (
            "Lunch",
            {"absence": Absence(at("12:05"), at("12:40"))},
            "12:40",
            "Available",
        ),
        ("Lunch", {"absence": Absence(at("11:00"), at("11:30"))}, "13:00", "Lunch"),
        ("Lunch", {"absence": Absence(at("11:00"), at("12:05"))}, "13:00", "Lunch"),
        ("Lunch", {"absence": Absence(at("11:00"), at("12:06"))}, "13:00", "Available"),
        ("Lunch", {"absence": Absence(at("12:05"))}, "13:00", "Lunch"),
        ("Nicht stören", {"session_ended": at("17:00")}, "16:59", "Nicht stören"),
        ("Nicht stören", {"session_ended": at("17:00")}, "17:00", "Available"),
        ("Nicht stören", {"session_ended": at("11:00")}, "17:00", "Nicht stören"),
        (
            "Nicht stören",
            {"pc": Pc(Statement(False, at("12:00") - timedelta(seconds=30)))},
            "12:05",
            "Nicht stören",
        ),
        ("Siesta", {}, "21:59", "Siesta"),
        ("Siesta", {}, "22:00", "Available"),
        (
            "Siesta",
            {"absence": Absence(at("12:05"), at("12:40"))},
            "12:40",
            "Available",
        ),
        ("Break", {}, "12:14", "Break"),
        ("Break", {}, "12:15", "Available"),
        ("Vacation", {"session_ended": at("17:00")}, "18:00", "Vacation"),
    ],
    ids=[
        "sticky",
        "lunch-without-return",
        "away-at-lunch",
        "back-from-lunch",
        "absence-before-the-choice-is-none",
        "the-pc-is-late-in-telling-of-the-click-that-chose",
        "chosen-while-away-and-back",
        "still-away",
        "session-runs",
        "session-over",
        "session-over-before-the-choice",
        "chosen-while-the-pc-was-going-off",
        "the-latest-end-is-not-yet",
        "forgotten-and-ended-at-the-latest",
        "back-before-the-latest-end",
        "fixed-time-runs",
        "fixed-time-over",
        "sticky-outlives-the-session",
    ],
)
def test_a_choice_ends_by_its_profiles_own_rule(
    profile: str, known: dict[str, object], clock: str, expected: str
) -> None:
    assert holds(facts(choice=chosen(profile, "12:00"), **known), clock) == expected


@pytest.mark.parametrize(
    ("choice", "known", "ends"),
    [
        (chosen("Vacation", "12:00"), {}, None),
        (chosen("Break", "12:00"), {}, "12:15"),
        (chosen("Vacation", "12:00", until=at("14:00")), {}, "14:00"),
        (chosen("Siesta", "12:00"), {}, "22:00"),
        (
            chosen("Siesta", "12:00"),
            {"absence": Absence(at("12:05"), at("12:40"))},
            "12:40",
        ),
        (chosen("Nicht stören", "12:00"), {"session_ended": at("17:00")}, "17:00"),
        (
            chosen("Break", "12:00", ending=EndingKind.UNTIL_RETURN),
            {"absence": Absence(at("12:05"), at("12:10"))},
            "12:10",
        ),
    ],
)
def test_the_end_of_a_choice_is_foreseen(
    choice: Choice, known: dict[str, object], ends: str | None
) -> None:
    held = facts(choice=choice, **known)
    end = at(ends) if ends else None
    assert decided(held, "12:01").next_change == end
    steps = simulate(OFFICE, held, at("12:01"), at("23:00"))
    assert [step.profile.name for step in steps] == (
        [choice.profile, "Available"] if ends else [choice.profile]
    )
    assert steps[0].end == (end or at("23:00"))


def test_a_given_end_is_the_end_whatever_the_profile_says() -> None:
    known = facts(
        choice=chosen("Lunch", "12:00", until=at("14:00")),
        absence=Absence(at("12:05"), at("12:40")),
    )
    assert holds(known, "13:59") == "Lunch"
    assert holds(known, "14:00") == "Available"


def test_until_i_return_can_be_said_of_any_profile() -> None:
    choice = chosen("Vacation", "12:00", ending=EndingKind.UNTIL_RETURN)
    known = facts(choice=choice, absence=Absence(at("12:05"), at("12:40")))
    assert holds(known, "12:39") == "Vacation"
    assert holds(known, "12:40") == "Available"


def test_another_ending_keeps_the_profiles_time_as_the_latest_end() -> None:
    known = facts(
        choice=chosen("Siesta", "12:00", ending=EndingKind.UNTIL_SESSION_ENDS)
    )
    assert (
        decided(known, "12:01").until
        == decided(facts(choice=chosen("Siesta", "12:00")), "12:01").until
    )


def test_choosing_what_automation_would_choose_anyway_releases() -> None:
    known = facts(meeting("9:00", "10:00"), choice=chosen("Vacation", "8:00"))
    assert choose(OFFICE, known, "Meeting", at("9:30")).choice is None


def test_choosing_it_with_an_end_is_a_choice_all_the_same() -> None:
    known = facts(meeting("9:00", "10:00"))
    given = choose(OFFICE, known, "Meeting", at("9:30"), until=at("12:00"), by="u")
    assert given.choice is not None
    assert given.choice.by == "u"
    assert holds(given, "11:00") == "Meeting"


def test_a_text_alone_is_no_choice_but_what_colleagues_read_meanwhile() -> None:
    known = facts(meeting("9:00", "10:00"))
    said = choose(OFFICE, known, "Meeting", at("9:30"), info_text="Room 3")
    assert said.choice is None
    assert decided(said, "9:30").info_text == "Room 3"
    assert decided(said, "10:00").info_text == ""


def test_an_info_text_given_with_the_choice_is_what_colleagues_see() -> None:
    known = facts(choice=chosen("Vacation", "8:00", info_text="Back on Monday"))
    assert decided(known, "9:00").info_text == "Back on Monday"


# The seed's stories


def test_lunch_inside_a_training_day_and_the_colleague_again() -> None:
    training = meeting("8:00", "17:00", uid="t", categories=("Training",))
    lunch = meeting("12:15", "13:00", uid="l", categories=("Lunch",))
    known = facts(training, lunch)
    assert [calls_to(known, c) for c in ("11:00", "12:30", "13:00")] == [
        "bob",
        "voicemail",
        "bob",
    ]


def test_shutting_down_forwards_and_starting_in_the_morning_ends_it() -> None:
    evening = facts(pc=Pc(running=Statement(False, at("17:30"))))
    assert calls_to(evening, "18:00") == "voicemail"
    morning = facts(pc=Pc(running=Statement(True, at("7:58"))))
    assert calls_to(morning, "8:00") == "off"


def test_do_not_disturb_is_tied_to_the_colleague() -> None:
    assert calls_to(facts(choice=chosen("Nicht stören", "9:00")), "9:30") == "bob"


# What cannot be


@pytest.mark.parametrize(
    ("profile", "why"),
    [
        ("Gone for good", "profile_missing"),
        ("Retired", "profile_disabled"),
        ("Bob's own", "profile_of_another"),
    ],
)
def test_a_profile_that_cannot_hold_is_a_reason_in_the_trace(
    profile: str, why: str
) -> None:
    decision = decided(facts(choice=chosen(profile, "8:00")), "9:00")
    assert decision.profile.name == "Available"
    refused = [e for e in decision.trace if e.verdict is Verdict.REFUSED]
    assert [entry.why for entry in refused] == [why]


def test_without_any_profile_a_neutral_one_leaves_calls_alone() -> None:
    office = Office({}, OFFICE.people)
    decision = decided(facts(meeting("9:00", "10:00")), "9:30", office)
    assert decision.profile.name == "No profile"
    assert decision.redirect_claim is None
    assert decision.claim.reason == "neutral"


def test_somebody_who_left_is_available_and_nobody_redirects_their_calls() -> None:
    decision = decided(Facts("left", choice=chosen("Lunch", "8:00")), "9:00")
    assert decision.claim.reason == "person_missing"
    assert decision.profile.name == "No profile"
    assert decision.redirect_claim is None
    assert choose(OFFICE, Facts("left"), "Lunch", at("9:00")).choice is not None
    assert len(simulate(OFFICE, Facts("left"), at("9:00"), at("10:00"))) == 1


@pytest.mark.parametrize(
    ("target", "flaws"),
    [
        (Target(TargetKind.PERSON, "bob"), ()),
        (Target(TargetKind.PERSON, "carol"), ("person_missing",)),
        (Target(TargetKind.DEVICE, "desk"), ()),
        (Target(TargetKind.DEVICE, "pager"), ("device_missing",)),
        (Target(TargetKind.FIRST_AVAILABLE, deputies=("bob",)), ()),
        (
            Target(TargetKind.FIRST_AVAILABLE, deputies=("bob", "carol")),
            ("deputy_missing",),
        ),
        (Target(TargetKind.VOICEMAIL), ()),
        (Target(TargetKind.NUMBER, "0123"), ()),
    ],
)
@pytest.mark.parametrize("condition", ["unconditional", "busy", "no_reply"])
def test_a_redirect_to_who_left_is_told_with_the_claim_that_decides_it(
    target: Target, flaws: tuple[str, ...], condition: str
) -> None:
    to_carol = RedirectRule(RedirectMode.FORWARD, **{condition: target})
    office = anna(devices=(Device("desk", "Desk", "100"),))
    meeting_profile = replace(PROFILES["Meeting"], redirect=to_carol)
    office = replace(office, profiles={**PROFILES, "Meeting": meeting_profile})
    known = facts(meeting("9:00", "10:00"), calls=(Call("teams", at("9:10")),))
    told = [(e.claim.source, e.flaws) for e in decided(known, "9:30", office).trace]
    assert told[:2] == [(Source.CALL, ()), (Source.CALENDAR, flaws)]


@pytest.mark.parametrize("order", [(), (Source.CALENDAR,), (Source.MANUAL,) * 3])
def test_a_source_that_the_office_forgot_to_order_is_asked_last(
    order: tuple[Source, ...],
) -> None:
    known = facts(meeting("9:00", "10:00"), choice=chosen("Vacation", "8:00"))
    office = replace(OFFICE, order=order)
    first = order[0] if order else Source.MANUAL
    assert decided(known, "9:30", office).source is first
    assert len(decided(known, "9:30", office).trace) == 3


FAR = [EARLIEST, LATEST, at("9:00")]


@pytest.mark.parametrize("said", FAR)
@pytest.mark.parametrize("silent", [None, *FAR])
@pytest.mark.parametrize("now", FAR)
def test_what_entities_say_of_the_year_9999_hurts_nobody(
    said: datetime, silent: datetime | None, now: datetime
) -> None:
    office = anna(
        inactivity=InactivityRules("Lunch", timedelta.max, "Quiet"),
        rules=(
            EntityRule(
                "r",
                "zone.home",
                frozenset({"on"}),
                "Quiet",
                timedelta.max,
                timedelta.max,
            ),
        ),
    )
    known = facts(
        choice=Choice("Siesta", said),
        pc=Pc(
            Statement(True, said, silent),
            Statement(True, said, silent),
            Statement(said, said, silent),
        ),
        absence=Absence(said, silent),
        session_ended=said,
        conditions={"r": Met(said, silent, silent)},
        calls=(Call("teams", said),),
    )
    for pc in (known.pc, replace(known.pc, running=Statement(False, said, silent))):
        lived = with_pc(office, known, pc, now)
        decision = decide(office, lived, now)
        assert explain(office, decision, now, texts=texts_in("en"))
        assert simulate(office, lived, now, LATEST) or now == LATEST


def test_it_is_the_same_in_every_zones_clock() -> None:
    autumn = datetime(2026, 10, 25, 0, 30, tzinfo=UTC)
    day = Appointment("day", date(2026, 10, 25), date(2026, 10, 26))
    known = facts(day, choice=Choice("Break", autumn))
    for minutes in range(0, 180, 5):
        now = autumn + timedelta(minutes=minutes)
        there = decide(OFFICE, known, now.astimezone(BERLIN))
        assert there == decide(OFFICE, known, now)
    local = datetime(2026, 10, 25, 2, 50, tzinfo=BERLIN)
    chosen_there = choose(OFFICE, known, "Break", local, until=local).choice
    assert chosen_there is not None
    held = replace(known, choice=replace(chosen_there, until=None))
    steps = simulate(OFFICE, held, local, local + timedelta(hours=1))
    assert steps[0].end - steps[0].start == timedelta(minutes=15)


def test_a_disabled_default_profile_still_holds() -> None:
    assert holds(facts(), "9:00", anna(default_profile="Retired")) == "Retired"


def test_the_trace_names_every_claim_in_order() -> None:
    known = facts(
        meeting("9:00", "10:00"), choice=chosen("Vacation", "8:00"), pc=RUNNING
    )
    trace = decided(known, "9:30").trace
    assert [(e.claim.source, e.verdict) for e in trace] == [
        (Source.MANUAL, Verdict.DECIDES),
        (Source.CALENDAR, Verdict.WAITS),
        (Source.SESSION, Verdict.WAITS),
        (Source.DEFAULT, Verdict.WAITS),
    ]


# Calls


def test_a_single_reading_without_the_call_does_not_end_it() -> None:
    once = facts(calls=(Call("teams", at("9:00"), not_seen=1),))
    assert holds(once, "9:30") == "MS Teams"
    twice = facts(calls=(Call("teams", at("9:00"), not_seen=2),))
    assert holds(twice, "9:30") == "Available"


def test_a_kind_of_call_without_a_profile_claims_nothing() -> None:
    assert holds(facts(calls=(Call("fax", at("9:00")),)), "9:30") == "Available"


def test_of_two_calls_the_later_decides() -> None:
    both = facts(calls=(Call("teams", at("9:00")), Call("pbx", at("9:10"))))
    assert holds(both, "9:30") == "Quiet"


# Rules

A_CAMERA_THAT_LINGERS = EntityRule(
    "a",
    "camera.pc",
    frozenset({"on"}),
    "Meeting",
    timedelta(minutes=2),
    timedelta(minutes=30),
)


def test_rules_come_in_their_order_and_after_their_time() -> None:
    office = anna(
        rules=(
            EntityRule("a", "zone.home", frozenset({"on"}), "Gone home"),
            EntityRule(
                "b",
                "camera.pc",
                frozenset({"on", "busy"}),
                "Meeting",
                timedelta(minutes=2),
            ),
        )
    )
    camera = {"b": Met(at("9:00"))}
    assert holds(facts(conditions=camera), "9:01", office) == "Available"
    assert holds(facts(conditions=camera), "9:02", office) == "Meeting"
    both = {**camera, "a": Met(at("9:00"))}
    assert holds(facts(conditions=both), "9:02", office) == "Gone home"


def test_an_entity_that_fell_silent_is_believed_for_the_grace_time_only() -> None:
    office = anna(rules=(EntityRule("a", "zone.home", frozenset({"on"}), "Quiet"),))
    known = facts(conditions={"a": Met(at("8:00"), silent_since=at("9:00"))})
    assert holds(known, "9:04", office) == "Quiet"
    assert decided(known, "9:04", office).next_change == at("9:05")
    assert holds(known, "9:05", office) == "Available"


def test_a_rule_lingers_once_it_has_applied() -> None:
    camera = EntityRule(
        "a",
        "camera.pc",
        frozenset({"on"}),
        "Meeting",
        timedelta(minutes=2),
        timedelta(minutes=1),
    )
    office = anna(rules=(camera,))
    blip = facts(conditions={"a": Met(at("9:00"), left=at("9:01"))})
    assert {holds(blip, f"9:0{minute}", office) for minute in range(9)} == {"Available"}
    used = facts(conditions={"a": Met(at("9:00"), left=at("9:10"))})
    assert holds(used, "9:10", office) == "Meeting"
    assert decided(used, "9:10", office).next_change == at("9:11")
    assert holds(used, "9:11", office) == "Available"


def test_a_glimpse_is_none_however_long_the_rule_would_linger() -> None:
    office = anna(rules=(A_CAMERA_THAT_LINGERS,))
    blip = facts(conditions={"a": Met(at("9:00"), left=at("9:01"))})
    for minute in range(60):
        assert holds(blip, f"9:{minute:02}", office) == "Available"
        assert decided(blip, f"9:{minute:02}", office).next_change is None


def test_who_leaves_just_when_the_rule_begins_to_apply_lets_it_linger() -> None:
    office = anna(rules=(A_CAMERA_THAT_LINGERS,))
    used = facts(conditions={"a": Met(at("9:00"), left=at("9:02"))})
    assert holds(used, "9:01", office) == "Available"
    assert holds(used, "9:02", office) == "Meeting"
    assert holds(used, "9:31", office) == "Meeting"
    assert holds(used, "9:32", office) == "Available"


@pytest.mark.parametrize(
    ("left", "silent_since", "until"),
    [("9:10", "9:11", "9:16"), ("9:10", "9:50", "9:40"), ("9:30", "9:11", "9:16")],
    ids=["silent soon after", "lingered first", "silent before it was left"],
)
def test_a_rule_ends_by_whichever_comes_first_lingering_or_silence(
    left: str, silent_since: str, until: str
) -> None:
    office = anna(rules=(A_CAMERA_THAT_LINGERS,))
    met = Met(at("9:00"), left=at(left), silent_since=at(silent_since))
    known = facts(conditions={"a": met})
    assert decided(known, "9:12", office).claim.until == at(until)
    assert holds(known, until, office) == "Available"


# What colleagues read


def test_a_text_written_by_hand_shows_as_long_as_what_held_then() -> None:
    known = facts(meeting("9:00", "10:00"), choice=chosen("Vacation", "8:00"))
    written = replace(known, note=note_on(decided(known, "8:30"), "In Rome"))
    assert decided(written, "8:31").info_text == "In Rome"
    assert decided(written, "9:30").info_text == "In Rome"
    later = replace(written, choice=chosen("Lunch", "9:31"))
    assert decided(later, "9:31").info_text != "In Rome"
    assert decided(replace(written, choice=None), "9:31").info_text != "In Rome"


def test_profiles_of_the_tests_are_what_they_say() -> None:
    assert set(PROFILES) == {profile.name for profile in PROFILES.values()}
    assert isinstance(facts(), Facts)
