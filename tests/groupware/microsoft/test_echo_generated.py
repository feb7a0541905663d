"""Any history of calls, lag, faults and restarts: nothing swings, nothing sticks."""

from dataclasses import dataclass
from datetime import timedelta

from hypothesis import HealthCheck, given, settings, strategies as st

from custom_components.xpresence.presence.teams.mapping import Pair

from .loop import OWN, Loop
from .world import TeamsWorld

DND = Pair("DoNotDisturb", "DoNotDisturb")
CLIENT = {
    "available": ("Available", "Available"),
    "away": ("Away", "Away"),
    "call": ("Busy", "InACall"),
    "conference": ("Busy", "InAConferenceCall"),
    "meeting": ("Busy", "InAMeeting"),
    "presenting": ("DoNotDisturb", "Presenting"),
}
QUIET = ("available", "away")


@dataclass(frozen=True)
class Event:
    """Something happens, after some time."""

    what: str
    after: timedelta


def events(*teams: str) -> st.SearchStrategy[list[Event]]:
    what = st.sampled_from(
        [
            *("phone", "hang_up") * 2,
            *("meeting", "meeting_over", "choose", "release"),
            *("offline", "online", "lost_answers"),
            *("restart", "restart_forgetful"),
            *(f"teams_{one}" for one in teams),
        ]
    )
    after = st.integers(0, 900).map(lambda seconds: timedelta(seconds=seconds))
    return st.lists(st.builds(Event, what, after), max_size=25)


worlds = st.builds(
    TeamsWorld,
    lag=st.integers(0, 300).map(lambda seconds: timedelta(seconds=seconds)),
    newer_wins=st.booleans(),
)
generated = settings(
    max_examples=150,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
)


def happen(loop: Loop, event: Event) -> None:
    match event.what:
        case "phone" | "hang_up":
            loop.on_the_phone = event.what == "phone"
        case "meeting" | "meeting_over":
            loop.in_meeting = event.what == "meeting"
        case "choose" | "release":
            loop.chosen = DND if event.what == "choose" else None
        case "offline" | "lost_answers":
            loop.online, loop.lost_answers = False, event.what == "lost_answers"
        case "online":
            loop.online = True
        case "restart" | "restart_forgetful":
            loop.restart(with_memory=event.what == "restart")
        case teams:
            loop.teams_shows(*CLIENT[teams.removeprefix("teams_")])


def lived(world: TeamsWorld, history: list[Event]) -> Loop:
    """Return a loop that a history has happened to."""
    loop = Loop(world)
    loop.teams_shows(*CLIENT["available"])
    for event in history:
        loop.run(event.after)
        happen(loop, event)
    return loop


def settle(loop: Loop) -> None:
    """Let everything come to rest as it is."""
    loop.online = True
    loop.run(timedelta(minutes=90))


@generated
@given(worlds, events(*QUIET))
def test_what_we_write_is_never_taken_for_a_teams_call(
    world: TeamsWorld, history: list[Event]
) -> None:
    loop = lived(world, history)
    settle(loop)
    assert loop.switches == []


@generated
@given(worlds, events(*CLIENT))
def test_nothing_swings_once_nothing_happens(
    world: TeamsWorld, history: list[Event]
) -> None:
    loop = lived(world, history)
    settle(loop)
    quiet_from = loop.now
    loop.run(timedelta(minutes=90))
    assert [at for at, _ in loop.switches if at >= quiet_from] == []
    since = [what for at, what in loop.asked if at >= quiet_from]
    assert "ClearSession" not in since
    assert "ClearShown" not in since
    renewals = since.count("SetSession") + since.count("SetShown")
    assert renewals <= 90 / 10 + 2 + 90 / 45 + 1


@generated
@given(worlds, events(*CLIENT))
def test_a_phone_call_and_a_lasting_state_switch_at_most_twice(
    world: TeamsWorld, history: list[Event]
) -> None:
    loop = lived(world, history)
    loop.online = True
    before = len(loop.switches)
    loop.run(timedelta(minutes=120))
    # What was late comes true, and so does what a message of ours has hidden.
    assert len(loop.switches) - before <= 3


@generated
@given(worlds, events(*CLIENT))
def test_nothing_of_ours_stays_when_all_is_over(
    world: TeamsWorld, history: list[Event]
) -> None:
    loop = lived(world, history)
    loop.on_the_phone = loop.in_meeting = False
    loop.chosen = None
    loop.teams_shows(*CLIENT["available"])
    settle(loop)
    assert not loop.in_teams_call
    assert not world.alive(loop.now, OWN)
    preferred = world.now_holds.preferred
    assert preferred is None or preferred.expires <= loop.now
    assert world.shown(loop.now) == CLIENT["available"]


@generated
@given(worlds, events(*CLIENT))
def test_a_lasting_teams_call_is_always_found(
    world: TeamsWorld, history: list[Event]
) -> None:
    loop = lived(world, history)
    loop.on_the_phone = loop.in_meeting = False
    loop.chosen = None
    loop.teams_shows(*CLIENT["call"])
    settle(loop)
    assert loop.in_teams_call
    assert not world.alive(loop.now, OWN)


@generated
@given(worlds, events(*CLIENT))
def test_a_lasting_phone_call_always_comes_to_be_shown(
    world: TeamsWorld, history: list[Event]
) -> None:
    loop = lived(world, history)
    loop.on_the_phone, loop.in_meeting, loop.chosen = True, False, None
    loop.teams_shows(*CLIENT["available"])
    settle(loop)
    assert not loop.in_teams_call
    assert world.alive(loop.now, OWN)
    assert world.shown(loop.now) == ("Busy", "InACall")
