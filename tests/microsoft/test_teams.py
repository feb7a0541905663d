"""Teams and telephone show each other, and nothing echoes."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers import issue_registry as ir
import pytest

from custom_components.xpresence.diagnostics_person import Names, person_diagnostics
from custom_components.xpresence.inputs.teams import TeamsInput
from custom_components.xpresence.languages import texts_in
from custom_components.xpresence.microsoft import link_of
from custom_components.xpresence.microsoft.sign_in import async_sign_out
from custom_components.xpresence.presence.calendar.appointments import (
    Appointment,
    CalendarRules,
    agenda_from,
)
from custom_components.xpresence.presence.decision.explain import explain
from custom_components.xpresence.presence.line import CallState
from tests.groupware.microsoft.graph import Fault
from tests.groupware.microsoft.login import BOB as BOB_AT_MICROSOFT
from tests.office import ANNA, BOB, MEETING, person

from .teams_day import IN_TEAMS, QUIET, TeamsDay, at_microsoft

MINUTE = timedelta(minutes=1)
CALM = ("Available", "Available")
IN_A_CALL = ("Busy", "InACall")
CONFERENCE = ("Busy", "InAConferenceCall")
DND = ("DoNotDisturb", "DoNotDisturb")


def issues(hass: HomeAssistant) -> dict[str, dict[str, str] | None]:
    return {
        i.translation_key or "": i.translation_placeholders
        for i in ir.async_get(hass).issues.values()
        if i.active
    }


def names(day: TeamsDay) -> list[str]:
    """Return the profiles that held, one after the other."""
    return [profile for _, profile in day.profiles]


def turns_of(day: TeamsDay) -> list[object]:
    """Count from now on how often something is looked at."""
    turns: list[object] = []
    run = day.input._async_run

    async def counted() -> None:
        turns.append(None)
        await run()

    day.input._async_run = counted  # type: ignore[method-assign]
    return turns


# One direction, and the other


async def test_a_call_on_the_telephone_shows_in_teams_and_disappears(
    day: TeamsDay,
) -> None:
    await day.begin()
    assert day.shown == CALM
    await day.phone(CallState.RINGING)
    assert day.shown == CALM
    await day.phone(CallState.IN_CALL)
    assert day.shown == IN_A_CALL
    await day.after(minutes=40, step=20)
    assert day.shown == IN_A_CALL
    await day.phone(CallState.IDLE)
    assert day.shown == CALM
    await day.after(minutes=20, step=20)
    assert day.world.written[-1][1] == "clear"
    assert names(day) == ["Available"]


async def test_a_call_in_teams_activates_the_profile_and_its_redirect(
    day: TeamsDay,
) -> None:
    await day.begin()
    day.teams(*CONFERENCE)
    await day.until(lambda: day.profile == "MS Teams", within=2 * MINUTE)
    assert day.target == "Voicemail"
    assert not day.session
    said = explain(
        day.entry.runtime_data.office, day.state.decision, day.now, texts=texts_in("en")
    )
    assert "because of a call in Teams" in said
    day.teams(*CALM)
    await day.until(lambda: day.profile == "Available", within=3 * MINUTE)
    assert day.target is None


@pytest.mark.parametrize(
    ("shown", "counts", "profile"),
    [
        (("busy", "inACall"), None, "MS Teams"),
        (("inACall", "busy"), None, "MS Teams"),
        (("DoNotDisturb", "Presenting"), None, "MS Teams"),
        (("Busy", "InAMeeting"), None, "MS Teams"),
        (("Busy", "InAMeeting"), ["call", "conference"], "Available"),
        (("Busy", "Busy"), None, "Available"),
        (("Offline", "Offline"), None, "Available"),
        (("PresenceUnknown", "PresenceUnknown"), None, "Available"),
        (("Busy", "DeepThought"), None, "Available"),
    ],
)
async def test_what_counts_as_a_call_is_for_the_person_to_say(
    day: TeamsDay, shown: tuple[str, str], counts: list[str] | None, profile: str
) -> None:
    teams: dict[str, Any] = {"read": True, "write": True}
    if counts is not None:
        teams["counts"] = counts
    await day.begin(microsoft=at_microsoft(teams))
    day.teams(*shown)
    await day.after(minutes=2, step=20)
    assert day.profile == profile


async def test_a_call_in_teams_leaves_the_redirect_of_a_meeting_alone(
    day: TeamsDay,
) -> None:
    await day.begin(call_profiles={"teams": QUIET})
    office, person_ = day.entry.runtime_data.office, day.state.person
    meeting = Appointment("one", day.now, day.now + timedelta(hours=1))
    agenda = agenda_from(
        [(CalendarRules(default_profile=MEETING), [meeting])],
        office.profiles,
        person_,
    )
    day.input._input_context.learn(lambda facts: replace(facts, agenda=agenda))
    await day.settle()
    assert (day.profile, day.target) == ("Meeting", "Voicemail")
    day.teams(*CONFERENCE)
    await day.until(lambda: day.profile == "Quiet", within=2 * MINUTE)
    assert day.target == "Voicemail"


async def test_both_at_once_show_what_each_is_and_end_each_by_itself(
    day: TeamsDay,
) -> None:
    await day.begin()
    await day.phone(CallState.IN_CALL)
    assert day.session
    day.teams(*CONFERENCE)
    await day.until(lambda: day.profile == "MS Teams", within=MINUTE)
    assert not day.session
    day.teams(*CALM)
    # The telephone goes on, and is shown again once Teams' own call is over.
    await day.until(lambda: day.profile == "Available", within=3 * MINUTE)
    assert day.shown == IN_A_CALL
    await day.phone(CallState.IDLE)
    assert day.shown == CALM
    await day.after(minutes=15, step=20)
    assert names(day) == ["Available", "MS Teams", "Available"]


async def test_the_profile_shows_in_teams_with_its_info_text_until_it_ends(
    day: TeamsDay,
) -> None:
    await day.begin()
    await day.choose("Quiet")
    assert day.shown == DND
    assert day.says == "Writing the offer"
    await day.after(hours=2, step=60)
    assert day.shown == DND
    await day.resume()
    assert day.shown == CALM
    assert day.says == ""


async def test_an_info_text_that_is_not_for_everybody_does_not_show_in_teams(
    day: TeamsDay,
) -> None:
    await day.begin(sharing={"info_tier": "delegate"})
    await day.choose("Quiet")
    assert day.shown == DND
    assert day.says == ""


async def test_a_maintainer_reads_how_the_account_is_doing(day: TeamsDay) -> None:
    await day.begin()
    coordinator = day.entry.runtime_data
    told = person_diagnostics(coordinator, ANNA, Names(coordinator))
    assert told["inputs"]["TeamsInput"] == {
        "aligns": True,
        "signed_in": True,
        "problem": None,
        "has_read": True,
        "has_session": False,
        "not_before": None,
    }


async def test_a_profiles_own_word_comes_before_the_persons_mapping(
    day: TeamsDay,
) -> None:
    teams = {"read": True, "write": True, "mapping": {"do_not_disturb": "away"}}
    await day.begin(microsoft=at_microsoft(teams))
    await day.choose("Quiet")
    assert day.preferred == ("Away", "Away")
    for word, shown in (("busy", ("Busy", "Busy")), ("no_change", None)):
        quiet = day.entry.subentries[QUIET]
        day.hass.config_entries.async_update_subentry(
            day.entry, quiet, data={**quiet.data, "teams": word}
        )
        await day.settle()
        assert day.preferred == shown


async def test_what_somebody_changed_in_teams_is_theirs(day: TeamsDay) -> None:
    await day.begin()
    await day.choose("Quiet")
    day.world.prefer(day.microsoft.graph.clock(), ("Away", "Away"), timedelta(hours=9))
    await day.after(minutes=20, step=20)
    assert day.preferred == ("Away", "Away")
    await day.resume()
    assert day.preferred == ("Away", "Away")


# Limits


async def test_each_direction_rests_where_the_person_switched_it_off(
    day: TeamsDay,
) -> None:
    teams = {"read": False, "write": True, "calls": False, "message": False}
    await day.begin(microsoft=at_microsoft(teams))
    await day.phone(CallState.IN_CALL)
    await day.choose("Quiet")
    await day.after(minutes=5, step=20)
    assert not day.session
    assert day.preferred == DND
    assert day.says == ""
    assert day.microsoft.graph.count("/me/presence") == 0
    assert day.hass.states.get("sensor.anna_teams") is None


async def test_what_the_office_switches_off_is_taken_back(day: TeamsDay) -> None:
    await day.begin()
    await day.choose("Quiet")
    await day.phone(CallState.IN_CALL)
    assert day.session
    await day.set_options(teams={"read": True, "write": False})
    assert not day.session
    assert day.preferred is None
    assert day.says == ""
    await day.phone(CallState.IDLE)
    await day.resume()
    day.teams(*CONFERENCE)
    await day.until(lambda: day.profile == "MS Teams", within=6 * MINUTE)
    await day.set_options(teams={"read": False, "write": False})
    assert day.profile == "Available"
    asked = len(day.microsoft.graph.asked)
    await day.after(minutes=10, step=30)
    assert len(day.microsoft.graph.asked) == asked


async def test_the_office_says_how_often_teams_is_read_at_rest(day: TeamsDay) -> None:
    await day.begin(options={"teams": {"read": True, "write": True, "seconds": 300}})
    await day.after(minutes=5, step=30)
    before = day.microsoft.graph.count("/me/presence")
    await day.after(minutes=30, step=30)
    assert day.microsoft.graph.count("/me/presence") - before == 6


async def test_who_has_no_account_is_asked_nothing(day: TeamsDay) -> None:
    await day.begin(microsoft={})
    await day.phone(CallState.IN_CALL)
    await day.after(minutes=5, step=30)
    assert day.microsoft.graph.asked == []
    assert day.hass.states.get("sensor.anna_teams") is None


# Restarts


async def test_a_session_from_before_a_restart_is_cleared_once(day: TeamsDay) -> None:
    await day.begin()
    await day.phone(CallState.IN_CALL)
    assert day.session
    await day.restart()
    assert not day.session
    assert day.microsoft.graph.count("clearPresence") == 2  # at first, and now
    await day.after(minutes=20, step=20)
    assert day.microsoft.graph.count("clearPresence") == 2
    assert names(day) == ["Available"]


async def test_a_call_that_goes_on_over_a_restart_takes_its_session_over(
    day: TeamsDay,
) -> None:
    await day.begin()
    await day.phone(CallState.IN_CALL)
    await day.restart()
    await day.phone(CallState.IN_CALL)
    assert day.session
    await day.after(minutes=20, step=20)
    assert day.shown == IN_A_CALL
    await day.phone(CallState.IDLE)
    await day.after(minutes=20, step=20)
    assert day.shown == CALM
    assert names(day) == ["Available"]


async def test_a_teams_call_goes_on_over_a_restart_without_a_flicker(
    day: TeamsDay,
) -> None:
    await day.begin()
    day.teams(*CONFERENCE)
    await day.until(lambda: day.profile == "MS Teams", within=2 * MINUTE)
    since = day.state.facts.calls[0].since
    day.microsoft.graph.faults = [Fault("presence", 503, times=3)]
    await day.restart(minutes=2)
    assert day.profile == "MS Teams"
    assert day.state.facts.calls[0].since == since
    await day.after(minutes=10, step=20)
    assert names(day) == ["Available", "MS Teams"]
    day.teams(*CALM)
    await day.until(lambda: day.profile == "Available", within=3 * MINUTE)


async def act(day: TeamsDay, action: str, **said: Any) -> None:
    await day.hass.services.async_call(
        "xpresence",
        action,
        {"entity_id": "select.anna_profile", **said},
        blocking=True,
    )
    await day.settle()


async def test_a_teams_call_that_was_dismissed_stays_so_over_a_restart(
    day: TeamsDay,
) -> None:
    await day.begin()
    day.teams(*CONFERENCE)
    await day.until(lambda: day.profile == "MS Teams", within=2 * MINUTE)
    await act(day, "set_profile", profile="Available")
    await day.restart(minutes=2)
    await day.after(minutes=5, step=20)
    assert names(day) == ["Available", "MS Teams", "Available"]
    # It ends, and the next one counts.
    day.teams(*CALM)
    await day.after(minutes=5, step=20)
    day.teams(*CONFERENCE)
    await day.until(lambda: day.profile == "MS Teams", within=2 * MINUTE)


async def test_in_a_meeting_belongs_to_the_dismissed_one_over_a_restart(
    day: TeamsDay,
) -> None:
    await day.begin()
    start, end = day.now - MINUTE, day.now + 30 * MINUTE
    await act(
        day,
        "plan_presence",
        profile="Meeting",
        start=start.isoformat(),
        end=end.isoformat(),
    )
    assert day.profile == "Meeting"
    await act(day, "set_profile", profile="Available")
    day.teams("Busy", "InAMeeting")
    await day.after(minutes=3, step=20)
    await day.restart(minutes=2)
    await day.after(minutes=3, step=20)
    assert names(day) == ["Available", "Meeting", "Available"]


async def test_a_teams_call_from_long_before_a_restart_is_over(day: TeamsDay) -> None:
    await day.begin()
    day.teams(*CONFERENCE)
    await day.until(lambda: day.profile == "MS Teams", within=2 * MINUTE)

    async def hung_up() -> None:
        day.teams(*CALM)

    await day.restart(minutes=30, meanwhile=hung_up)
    assert day.profile == "Available"


async def test_changed_settings_of_a_person_interrupt_nothing(day: TeamsDay) -> None:
    await day.begin()
    day.teams(*CONFERENCE)
    await day.until(lambda: day.profile == "MS Teams", within=2 * MINUTE)
    await day.change(voicemail="555")
    assert names(day) == ["Available", "MS Teams"]
    day.teams(*CALM)
    await day.until(lambda: day.profile == "Available", within=3 * MINUTE)
    await day.phone(CallState.IN_CALL)
    cleared = day.microsoft.graph.count("clearPresence")
    await day.change(voicemail="556")
    await day.after(minutes=1)
    assert day.session
    assert day.microsoft.graph.count("clearPresence") == cleared


# Faults


async def test_a_token_that_dies_in_the_middle_of_a_call_sticks_nothing(
    day: TeamsDay,
) -> None:
    await day.begin()
    await day.phone(CallState.IN_CALL)
    day.microsoft.login.revoke()
    await day.phone(CallState.IDLE)
    await day.after(minutes=2, step=20)
    link = link_of(day.hass, day.entry, ANNA)
    assert link is not None
    assert link.problem
    asked = len(day.microsoft.graph.asked)
    # What cannot be taken back ends by itself.
    await day.after(minutes=16, step=30)
    assert len(day.microsoft.graph.asked) == asked
    assert not day.session
    await day.sign_in()
    await day.phone(CallState.IN_CALL)
    assert day.session
    await day.phone(CallState.IDLE)
    assert not day.session
    assert names(day) == ["Available"]


async def test_a_token_that_dies_during_a_teams_call_ends_it_after_a_while(
    day: TeamsDay,
) -> None:
    await day.begin()
    day.teams(*CONFERENCE)
    await day.until(lambda: day.profile == "MS Teams", within=2 * MINUTE)
    day.microsoft.login.revoke()
    await day.after(minutes=8, step=30)
    assert day.profile == "MS Teams"
    await day.after(minutes=4, step=30)
    assert day.profile == "Available"
    await day.sign_in()
    await day.settle()
    assert day.profile == "MS Teams"


async def test_an_expired_token_is_renewed_without_a_word(day: TeamsDay) -> None:
    await day.begin()
    day.microsoft.login.expire_tokens()
    await day.phone(CallState.IN_CALL)
    assert day.session
    assert issues(day.hass) == {}


@pytest.mark.parametrize(
    "fault",
    [
        Fault("presence", 503, times=8),
        Fault("presence", 429, times=3),
        Fault("presence", 500, {"Retry-After": "40"}, times=4),
        Fault("presence", kind="dropped", times=8),
        Fault("presence", kind="done_but_lost", times=8),
        Fault("/me/presence", kind="cut", times=5),
    ],
    ids=lambda fault: f"{fault.status or fault.kind}",
)
async def test_faults_delay_but_nothing_sticks_and_nothing_swings(
    day: TeamsDay, fault: Fault
) -> None:
    await day.begin()
    day.microsoft.graph.faults = [fault]
    await day.phone(CallState.IN_CALL)
    await day.after(minutes=6, step=20)
    await day.phone(CallState.IDLE)
    await day.after(minutes=16, step=20)
    assert fault.times == 0
    assert not day.session
    day.teams(*CONFERENCE)
    await day.until(lambda: day.profile == "MS Teams", within=10 * MINUTE)
    day.teams(*CALM)
    await day.until(lambda: day.profile == "Available", within=10 * MINUTE)
    assert names(day) == ["Available", "MS Teams", "Available"]


async def test_a_lost_connection_to_the_phone_system_keeps_a_call_for_the_grace_time(
    day: TeamsDay,
) -> None:
    await day.begin()
    await day.phone(CallState.IN_CALL)
    await day.phone(None)
    await day.after(minutes=4, step=20)
    assert day.session
    turns = turns_of(day)
    await day.after(minutes=2, step=20)
    assert not day.session
    # Silence is nothing to be looked at again and again.
    await day.after(minutes=20, step=20)
    assert len(turns) < 100


async def test_a_missing_permission_is_named_and_rests_nothing_else(
    day: TeamsDay,
) -> None:
    await day.begin()
    day.microsoft.graph.faults = [Fault("setPresence", 403, times=99)]
    await day.phone(CallState.IN_CALL)
    assert issues(day.hass)["teams_not_allowed"] == {
        "person": "Anna",
        "permission": "Presence.ReadWrite",
    }
    await day.phone(CallState.IDLE)
    day.teams(*CONFERENCE)
    await day.until(lambda: day.profile == "MS Teams", within=2 * MINUTE)
    day.teams(*CALM)
    asked = day.microsoft.graph.count("setPresence")
    await day.after(minutes=30, step=30)
    assert day.microsoft.graph.count("setPresence") == asked == 1
    day.microsoft.graph.faults = []
    await day.after(minutes=40, step=60)
    await day.phone(CallState.IN_CALL)
    assert day.session
    assert issues(day.hass) == {}


async def test_teams_that_may_not_be_read_is_named_and_asked_seldom(
    day: TeamsDay,
) -> None:
    await day.begin()
    day.microsoft.graph.faults = [Fault("/me/presence", 403, times=99)]
    await day.after(minutes=2, step=20)
    assert issues(day.hass)["teams_not_allowed"] == {
        "person": "Anna",
        "permission": "Presence.Read",
    }
    asked = day.microsoft.graph.count("/me/presence")
    await day.phone(CallState.IN_CALL)
    assert day.session
    await day.after(minutes=40, step=30)
    assert day.session
    assert day.microsoft.graph.count("/me/presence") == asked


async def test_reading_by_hand_says_what_went_wrong(day: TeamsDay) -> None:
    await day.begin()
    day.teams(*CONFERENCE)
    await day.input.async_sync()
    await day.settle()
    assert day.profile == "MS Teams"
    day.microsoft.graph.faults = [Fault("presence", 503)]
    with pytest.raises(HomeAssistantError):
        await day.input.async_sync()
    assert day.profile == "MS Teams"


# Leaving


async def test_who_leaves_takes_back_what_is_set_in_teams(day: TeamsDay) -> None:
    await day.begin()
    await day.choose("Quiet")
    await day.phone(CallState.IN_CALL)
    assert day.session
    day.hass.config_entries.async_remove_subentry(day.entry, ANNA)
    await day.hass.async_block_till_done(wait_background_tasks=True)
    assert not day.session
    assert day.preferred is None
    assert day.says == ""
    assert not [key for key in day.entry.runtime_data.store if key.startswith(ANNA)]


async def test_who_signs_out_takes_back_what_is_set_in_teams(day: TeamsDay) -> None:
    await day.begin()
    await day.choose("Quiet")
    await day.phone(CallState.IN_CALL)
    assert day.session
    await async_sign_out(day.hass, day.entry, ANNA)
    await day.settle()
    assert not day.session
    assert day.preferred is None
    assert day.says == ""
    assert day.hass.states.get("sensor.anna_teams") is None
    asked = len(day.microsoft.graph.asked)
    await day.after(minutes=5, step=30)
    assert len(day.microsoft.graph.asked) == asked


async def test_an_office_that_is_removed_takes_back_what_is_set_in_teams(
    day: TeamsDay,
) -> None:
    await day.begin()
    await day.choose("Quiet")
    await day.phone(CallState.IN_CALL)
    assert day.session
    await day.hass.config_entries.async_remove(day.entry.entry_id)
    await day.hass.async_block_till_done(wait_background_tasks=True)
    assert not day.session
    assert day.preferred is None
    assert day.says == ""


# Everybody at once


async def test_one_who_may_read_all_reads_those_without_a_sign_in(
    day: TeamsDay,
) -> None:
    bob = person(
        BOB,
        "Bob",
        "101",
        microsoft={"teams": {"read": True, "object_id": BOB_AT_MICROSOFT.upper()}},
        call_profiles={"teams": IN_TEAMS},
    )
    teams = {"read": True, "write": True, "reads_all": True}
    await day.begin(microsoft=at_microsoft(teams), people=[bob])
    graph = day.microsoft.graph
    bobs = graph.people[BOB_AT_MICROSOFT].world
    bobs.client(graph.clock(), *CONFERENCE)
    shown = lambda: day.hass.states.get("select.bob_profile").state  # noqa: E731
    await day.until(lambda: shown() == "MS Teams", within=2 * MINUTE)
    assert day.hass.states.get("sensor.bob_teams").state == "in_a_conference_call"
    assert day.profile == "Available"
    bobs.client(graph.clock(), *CALM)
    await day.until(lambda: shown() == "Available", within=3 * MINUTE)
    await day.after(minutes=10, step=20)
    before = graph.count("getPresencesByUserId")
    await day.after(minutes=60, step=20)
    assert graph.count("getPresencesByUserId") - before == 60
    assert graph.count("/me/presence") == 0


async def test_who_may_not_read_all_reads_at_least_themselves(day: TeamsDay) -> None:
    bob = person(
        BOB,
        "Bob",
        "101",
        microsoft={"teams": {"read": True, "object_id": BOB_AT_MICROSOFT}},
    )
    teams = {"read": True, "write": True, "reads_all": True}
    day.microsoft.graph.faults = [Fault("getPresencesByUserId", 403, times=999)]
    await day.begin(microsoft=at_microsoft(teams), people=[bob])
    assert issues(day.hass)["teams_not_allowed"] == {
        "person": "Anna",
        "permission": "Presence.Read.All",
    }
    day.teams(*CONFERENCE)
    await day.until(lambda: day.profile == "MS Teams", within=2 * MINUTE)
    await day.after(minutes=30, step=30)
    assert day.microsoft.graph.count("getPresencesByUserId") == 1


async def test_an_id_that_nobody_has_is_asked_for_ever_more_seldom(
    day: TeamsDay,
) -> None:
    nobody = "dddddddd-0000-0000-0000-000000000009"
    bob = person(
        BOB, "Bob", "101", microsoft={"teams": {"read": True, "object_id": nobody}}
    )
    teams = {"read": True, "write": True, "reads_all": True}
    await day.begin(microsoft=at_microsoft(teams), people=[bob])
    await day.after(minutes=10, step=20)
    before = day.microsoft.graph.count("getPresencesByUserId")
    await day.after(minutes=60, step=20)
    asked = day.microsoft.graph.count("getPresencesByUserId") - before
    assert 60 <= asked <= 80


# What is shown of it


async def test_the_sensor_says_what_teams_says_and_goes_with_the_account(
    day: TeamsDay,
) -> None:
    await day.begin()
    state = day.hass.states.get("sensor.anna_teams")
    assert state is not None
    assert (state.state, state.attributes["availability"]) == ("available",) * 2
    day.teams("Busy", "DeepThought")
    await day.after(minutes=2, step=20)
    assert day.hass.states.get("sensor.anna_teams").state == "deepthought"
    day.teams("PresenceUnknown", "PresenceUnknown")
    await day.after(minutes=2, step=20)
    assert day.hass.states.get("sensor.anna_teams").state == "unknown"
    await day.change(microsoft=at_microsoft({"read": False, "write": True}))
    assert day.hass.states.get("sensor.anna_teams") is None
    await day.change(microsoft=at_microsoft())
    assert day.hass.states.get("sensor.anna_teams") is not None


async def test_an_input_that_cannot_store_what_it_writes_writes_nothing(
    day: TeamsDay, monkeypatch: pytest.MonkeyPatch
) -> None:
    await day.begin()

    async def full(*_: Any) -> None:
        raise OSError

    monkeypatch.setattr(type(day.entry.runtime_data.store), "async_put", full)
    await day.phone(CallState.IN_CALL)
    assert not day.session
    monkeypatch.undo()
    await day.after(minutes=2, step=20)
    assert isinstance(day.input, TeamsInput)
    assert day.session
