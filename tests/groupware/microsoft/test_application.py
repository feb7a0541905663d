"""The office's own sign-in: by secret or certificate, and what is missing is named."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
import time

import aiohttp
import pytest

from custom_components.xpresence.groupware.microsoft.application import (
    Application,
    ApplicationTokens,
    Certificate,
    days_left,
)
from custom_components.xpresence.groupware.microsoft.calendar import OutlookCalendar
from custom_components.xpresence.groupware.microsoft.clouds import Cloud
from custom_components.xpresence.groupware.microsoft.directory import read_directory
from custom_components.xpresence.groupware.microsoft.failures import SignInRefused
from custom_components.xpresence.groupware.microsoft.graph import GraphClient
from custom_components.xpresence.groupware.microsoft.rights import Right, try_rights
from custom_components.xpresence.groupware.microsoft.teams import TeamsClient
from custom_components.xpresence.groupware.source import SourceUnavailable
from custom_components.xpresence.presence.teams.mapping import Pair
from custom_components.xpresence.presence.teams.state import (
    Outcome as Written,
    SetSession,
)

from .conftest import in_executor
from .graph import Fault, Person, event
from .login import ANNA, BOB, CLIENT_ID, TENANT
from .server import Microsoft

SECRET = "a secret of the office"
ALL = frozenset(("User.Read.All", "Presence.ReadWrite.All", "Calendars.ReadBasic.All"))
NOON = datetime(2026, 11, 30, 12, tzinfo=UTC)


@pytest.fixture(scope="module")
def certificate() -> Certificate:
    return Certificate.make(datetime.now(UTC))


def tokens_at(microsoft: Microsoft, proof: str | Certificate) -> ApplicationTokens:
    cloud = Cloud(microsoft.login_url, microsoft.graph_url)
    return ApplicationTokens(Application(CLIENT_ID, TENANT, cloud, proof), in_executor)


@pytest.fixture
async def graph(microsoft: Microsoft) -> AsyncIterator[GraphClient]:
    microsoft.login.application.secrets.add(SECRET)
    microsoft.login.application.roles = ALL
    async with aiohttp.ClientSession() as session:
        tokens = tokens_at(microsoft, SECRET)
        yield GraphClient(session, tokens, microsoft.graph_url)


async def test_a_token_is_asked_for_once_and_kept(microsoft: Microsoft) -> None:
    microsoft.login.application.secrets.add(SECRET)
    tokens = tokens_at(microsoft, SECRET)
    assert await tokens.token() == await tokens.token()
    assert microsoft.login.asked.count("client_credentials") == 1


async def test_a_token_that_graph_refuses_is_replaced(
    microsoft: Microsoft, graph: GraphClient
) -> None:
    await read_directory(graph)
    microsoft.login.expire_tokens()
    assert len((await read_directory(graph)).users) == 2
    assert microsoft.login.asked.count("client_credentials") == 2


async def test_what_graph_asks_of_the_next_token_is_passed_on(
    microsoft: Microsoft, graph: GraphClient
) -> None:
    await read_directory(graph)
    microsoft.login.claims_needed = "1700000000"
    assert (await read_directory(graph)).users


async def test_a_certificate_proves_the_office(
    microsoft: Microsoft, certificate: Certificate
) -> None:
    microsoft.login.application.certificates.append(certificate.public)
    assert await tokens_at(microsoft, certificate).token()


async def test_a_certificate_that_is_not_uploaded_is_refused_by_its_number(
    microsoft: Microsoft, certificate: Certificate
) -> None:
    with pytest.raises(SignInRefused) as refused:
        await tokens_at(microsoft, certificate).token()
    assert (refused.value.reason, refused.value.code) == (
        "secret_wrong",
        "AADSTS700027",
    )


@pytest.mark.parametrize("minutes", [-90, -10, 10, 90])
async def test_a_clock_that_is_wrong_keeps_no_certificate_out(
    microsoft: Microsoft, certificate: Certificate, minutes: int
) -> None:
    microsoft.login.application.certificates.append(certificate.public)
    microsoft.login.clock = lambda: time.time() + 60 * minutes
    assert await tokens_at(microsoft, certificate).token()


async def test_a_certificate_can_be_changed_while_both_count(
    microsoft: Microsoft, certificate: Certificate
) -> None:
    newer = Certificate.make(datetime.now(UTC))
    microsoft.login.application.certificates += [certificate.public, newer.public]
    assert await tokens_at(microsoft, certificate).token()
    microsoft.login.application.certificates.remove(certificate.public)
    assert await tokens_at(microsoft, newer).token()
    with pytest.raises(SignInRefused):
        await tokens_at(microsoft, certificate).token()


def test_a_certificate_says_how_long_it_is_good(certificate: Certificate) -> None:
    now = datetime.now(UTC)
    assert days_left(certificate, now + timedelta(days=700)) == 29
    assert days_left(certificate, now + timedelta(days=740)) < 0


@pytest.mark.parametrize(
    ("secret", "reason", "code"),
    [
        ("another", "secret_wrong", "AADSTS7000215"),
        ("old", "secret_wrong", "AADSTS7000222"),
    ],
)
async def test_a_secret_that_does_not_count_is_refused_by_its_number(
    microsoft: Microsoft, secret: str, reason: str, code: str
) -> None:
    microsoft.login.application.expired.add("old")
    with pytest.raises(SignInRefused) as refused:
        await tokens_at(microsoft, secret).token()
    assert (refused.value.reason, refused.value.code) == (reason, code)


async def test_the_office_gets_in_again_after_a_refusal(microsoft: Microsoft) -> None:
    tokens = tokens_at(microsoft, SECRET)
    with pytest.raises(SignInRefused):
        await tokens.token()
    microsoft.login.application.secrets.add(SECRET)
    assert await tokens.token()


async def test_everybody_but_guests_is_listed_page_by_page(
    microsoft: Microsoft, graph: GraphClient
) -> None:
    microsoft.graph.page = 7
    for number in range(20):
        microsoft.graph.people[f"user-{number}"] = Person(
            f"user-{number}",
            name=f"Person {number}",
            address=f"Person.{number}@Example.com",
            numbers=["+49 30 1234-" + str(100 + number)],
            guest=number == 3,
        )
    directory = await read_directory(graph)
    assert directory.whole
    assert len(directory.users) == 21
    user = directory.by_address()["person.5@example.com"]
    assert (user.id, user.numbers) == ("user-5", ("+49 30 1234-105",))


async def test_a_shared_address_is_nobodys(
    microsoft: Microsoft, graph: GraphClient
) -> None:
    for one in ("first", "second"):
        microsoft.graph.people[one] = Person(one, address="desk@example.com")
    assert "desk@example.com" not in (await read_directory(graph)).by_address()


async def test_calendar_and_teams_are_those_of_the_named_user(
    microsoft: Microsoft, graph: GraphClient
) -> None:
    there = microsoft.graph.people[BOB]
    there.events[""] = [event("one", NOON, NOON + timedelta(hours=1), "Review")]
    calendar = OutlookCalendar(graph, "Outlook", user_id=BOB)
    (found,) = await calendar.read(NOON, NOON + timedelta(hours=2))
    assert found.subject == "Review"
    there.world.client(datetime.now(UTC), "Available", "Available")
    teams = TeamsClient(graph, CLIENT_ID, BOB)
    written = await teams.write(
        SetSession(Pair("Busy", "InACall"), timedelta(minutes=15))
    )
    assert written is Written.DONE
    assert (await teams.read()).shown == Pair("Busy", "InACall")


def told(rights: tuple[Right, ...]) -> dict[str, str]:
    return {one.permission: one.outcome.value for one in rights}


@pytest.mark.parametrize(
    ("roles", "missing"),
    [
        (ALL, set()),
        (ALL - {"User.Read.All"}, {"User.Read.All"}),
        (ALL - {"Calendars.ReadBasic.All"}, {"Calendars.ReadBasic.All"}),
        (
            ALL - {"Presence.ReadWrite.All"} | {"Presence.Read.All"},
            {"Presence.ReadWrite.All"},
        ),
        (
            ALL - {"Presence.ReadWrite.All"},
            {"Presence.Read.All", "Presence.ReadWrite.All"},
        ),
    ],
)
async def test_each_missing_right_is_named_and_nothing_is_changed(
    microsoft: Microsoft, graph: GraphClient, roles: frozenset[str], missing: set[str]
) -> None:
    microsoft.login.application.roles = roles
    rights = await try_rights(graph, CLIENT_ID, {ANNA: graph, BOB: graph})
    assert {p for p, outcome in told(rights).items() if outcome == "missing"} == missing
    assert all(not one.world.written for one in microsoft.graph.people.values())


async def test_a_right_for_a_group_names_who_is_outside(
    microsoft: Microsoft, graph: GraphClient
) -> None:
    microsoft.login.application.group = frozenset({ANNA})
    *_, calendars = await try_rights(graph, CLIENT_ID, {ANNA: graph, BOB: graph})
    assert (calendars.outcome, calendars.without) == ("granted", (BOB,))
    assert calendars.code == "ErrorAccessDenied"


async def test_a_user_without_mailbox_does_not_hide_that_the_right_is_there(
    microsoft: Microsoft, graph: GraphClient
) -> None:
    microsoft.graph.people[ANNA].has_mailbox = False
    *_, calendars = await try_rights(graph, CLIENT_ID, {ANNA: graph, BOB: graph})
    assert (calendars.outcome, calendars.without) == ("granted", (ANNA,))


async def test_a_right_that_could_not_be_tried_is_not_called_missing(
    microsoft: Microsoft, graph: GraphClient
) -> None:
    microsoft.graph.faults.append(Fault("/users$", 503))
    rights = await try_rights(graph, CLIENT_ID, {})
    assert told(rights) == {
        "User.Read.All": "not_tried",
        "Presence.Read.All": "granted",
        "Presence.ReadWrite.All": "not_tried",
        "Calendars.ReadBasic.All": "not_tried",
    }


async def test_an_office_that_does_not_get_in_is_told_so_and_not_of_rights(
    microsoft: Microsoft, graph: GraphClient
) -> None:
    microsoft.login.application.secrets.clear()
    with pytest.raises(SignInRefused):
        await try_rights(graph, CLIENT_ID, {ANNA: graph})


async def test_microsoft_out_of_reach_is_no_refusal(microsoft: Microsoft) -> None:
    cloud = Cloud("https://127.0.0.1:9", microsoft.graph_url)
    tokens = ApplicationTokens(
        Application(CLIENT_ID, TENANT, cloud, SECRET), in_executor
    )
    with pytest.raises(SourceUnavailable):
        await tokens.token()
