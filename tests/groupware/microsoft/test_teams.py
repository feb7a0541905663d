"""Reading Teams and writing to it, against what Graph documents."""

from datetime import UTC, datetime, timedelta

import pytest

from custom_components.xpresence.groupware.microsoft.failures import SignInRefused
from custom_components.xpresence.groupware.microsoft.teams import TeamsClient, duration
from custom_components.xpresence.presence.teams.mapping import (
    IN_A_CALL,
    PREFERRED_PAIRS,
    SESSION_PAIRS,
    Pair,
    Seen,
)
from custom_components.xpresence.presence.teams.state import (
    ClearSession,
    ClearShown,
    Outcome,
    SetMessage,
    SetSession,
    SetShown,
)

from .conftest import SignedIn
from .graph import Fault
from .login import ANNA, BOB, CLIENT_ID
from .server import Microsoft
from .world import TeamsWorld

QUARTER = timedelta(minutes=15)
HOUR = timedelta(hours=1)


@pytest.fixture
def teams(anna: SignedIn) -> TeamsClient:
    return TeamsClient(anna.graph, CLIENT_ID)


@pytest.fixture
def world(microsoft: Microsoft) -> TeamsWorld:
    world = microsoft.graph.people[ANNA].world
    world.client(microsoft.graph.clock(), "Available", "Available")
    return world


async def test_a_reading_says_what_teams_shows(
    teams: TeamsClient, world: TeamsWorld, microsoft: Microsoft
) -> None:
    world.client(microsoft.graph.clock(), "Busy", "InAConferenceCall")
    world.say("Back at three")
    microsoft.graph.people[ANNA].out_of_office = True
    reading = await teams.read()
    assert reading.shown.shows is Seen.CONFERENCE
    assert reading.message == "Back at three"
    assert reading.out_of_office


async def test_a_word_that_nobody_knows_is_no_error(
    teams: TeamsClient, world: TeamsWorld, microsoft: Microsoft
) -> None:
    world.client(microsoft.graph.clock(), "focusing", "DeepThought")
    reading = await teams.read()
    assert reading.shown == Pair("focusing", "DeepThought")
    assert reading.shown.shows is Seen.NOTHING


async def test_a_call_is_shown_and_taken_back(
    teams: TeamsClient, world: TeamsWorld
) -> None:
    assert await teams.write(SetSession(IN_A_CALL, QUARTER)) is Outcome.DONE
    assert (await teams.read()).shown == IN_A_CALL
    assert await teams.write(ClearSession()) is Outcome.DONE
    assert (await teams.read()).shown == Pair("Available", "Available")


async def test_there_may_be_no_session_to_clear(teams: TeamsClient) -> None:
    assert await teams.write(ClearSession()) is Outcome.GONE


@pytest.mark.parametrize("pair", SESSION_PAIRS)
async def test_graph_takes_every_pair_for_a_session(
    teams: TeamsClient, pair: Pair
) -> None:
    assert await teams.write(SetSession(pair, QUARTER)) is Outcome.DONE


@pytest.mark.parametrize("pair", PREFERRED_PAIRS)
async def test_graph_takes_every_pair_for_a_preferred_presence(
    teams: TeamsClient, world: TeamsWorld, pair: Pair
) -> None:
    assert await teams.write(SetShown(pair, HOUR)) is Outcome.DONE
    assert (await teams.read()).shown == pair
    assert await teams.write(ClearShown()) is Outcome.DONE
    assert (await teams.read()).shown == Pair("Available", "Available")


async def test_a_message_is_shown_and_taken_back(
    teams: TeamsClient, world: TeamsWorld
) -> None:
    until = datetime.now(UTC) + HOUR
    assert await teams.write(SetMessage("In a training", until)) is Outcome.DONE
    assert (await teams.read()).message == "In a training"
    assert world.message_expires == until
    assert await teams.write(SetMessage("", until)) is Outcome.DONE
    assert (await teams.read()).message == ""


async def test_who_is_signed_in_is_asked_once(
    teams: TeamsClient, microsoft: Microsoft
) -> None:
    for _ in range(3):
        await teams.write(SetSession(IN_A_CALL, QUARTER))
    assert [path for _, path in microsoft.graph.asked].count("/me") == 1


@pytest.mark.parametrize(
    ("fault", "outcome"),
    [
        (Fault("setPresence", 403), Outcome.REFUSED),
        (Fault("setPresence", 400), Outcome.REFUSED),
        (Fault("setPresence", 404), Outcome.REFUSED),
        (Fault("setPresence", 429), Outcome.UNKNOWN),
        (Fault("setPresence", 503), Outcome.UNKNOWN),
        (Fault("setPresence", kind="dropped"), Outcome.UNKNOWN),
    ],
)
async def test_what_became_of_a_write_is_told_honestly(
    teams: TeamsClient, microsoft: Microsoft, fault: Fault, outcome: Outcome
) -> None:
    microsoft.graph.faults = [fault]
    assert await teams.write(SetSession(IN_A_CALL, QUARTER)) is outcome


async def test_a_write_whose_answer_is_lost_may_have_happened(
    teams: TeamsClient, world: TeamsWorld, microsoft: Microsoft
) -> None:
    microsoft.graph.faults = [Fault("setPresence", kind="done_but_lost")]
    assert await teams.write(SetSession(IN_A_CALL, QUARTER)) is Outcome.UNKNOWN
    assert (await teams.read()).shown == IN_A_CALL


async def test_a_write_without_a_sign_in_needs_the_person(
    teams: TeamsClient, microsoft: Microsoft
) -> None:
    microsoft.login.revoke()
    with pytest.raises(SignInRefused):
        await teams.write(ClearSession())


async def test_a_whole_office_is_read_with_one_request(
    teams: TeamsClient, world: TeamsWorld, microsoft: Microsoft
) -> None:
    bob = microsoft.graph.people[BOB].world
    bob.client(microsoft.graph.clock(), "Busy", "InACall")
    readings = await teams.read_many([ANNA, BOB, BOB, "nobody"])
    assert readings[BOB].shown == IN_A_CALL
    assert set(readings) == {ANNA, BOB}
    assert microsoft.graph.count("getPresencesByUserId") == 1
    await teams.read_many(f"id-{n}" for n in range(651))
    assert microsoft.graph.count("getPresencesByUserId") == 3


def test_a_duration_is_written_in_whole_minutes() -> None:
    assert duration(QUARTER) == "PT15M"
    assert duration(timedelta(minutes=5, seconds=1)) == "PT6M"
    assert duration(timedelta(hours=4)) == "PT240M"
