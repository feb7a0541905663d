"""The whole office by one application: connecting, who is who, rights, and what breaks."""

from collections.abc import Iterable
import copy
from datetime import UTC, datetime, timedelta
from typing import Any

from freezegun.api import FrozenDateTimeFactory
from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers import issue_registry as ir
import pytest
from pytest_homeassistant_custom_component.common import (
    MockConfigEntry,
    async_fire_time_changed,
)

from custom_components.xpresence.groupware.microsoft.application import Certificate
from custom_components.xpresence.microsoft.application import application_of
from custom_components.xpresence.operations.microsoft_import import async_from_microsoft
from custom_components.xpresence.operations.people_import import (
    Preview,
    async_confirm,
    keep_preview,
    preview_rows,
)
from tests.groupware.microsoft.graph import Fault, Person, event
from tests.groupware.microsoft.login import CLIENT_ID, TENANT
from tests.groupware.microsoft.server import Microsoft
from tests.office import OFFICE, person, profile
from tests.pages import EN, assert_worded

from .people import until

SECRET = "a secret of the office"
RIGHTS = frozenset(
    ("User.Read.All", "Presence.ReadWrite.All", "Calendars.ReadBasic.All")
)
APPLICATION = {
    "client_id": CLIENT_ID,
    "tenant": TENANT,
    "cloud": "test",
    "client_secret": SECRET,
}
IN_TEAMS = "01PROFILEINTEAMS0000000000"


def user_id(number: int) -> str:
    return f"cccccccc-0000-0000-0000-{number:012}"


def employees(microsoft: Microsoft, count: int) -> list[Any]:
    """Put people into tenant and office, with extensions from 200 on."""
    made = []
    for number in range(count):
        there = Person(
            user_id(number),
            name=f"Person {number}",
            address=f"person.{number}@example.com",
            numbers=[f"+49 30 1234-{200 + number}"],
        )
        there.world.client(datetime.now(UTC), "Available", "Available")
        microsoft.graph.people[there.id] = there
        made.append(
            person(f"01PERSON{number:018}", f"Person {number}", f"{200 + number}")
        )
    return made


def grant(microsoft: Microsoft, rights: Iterable[str] = RIGHTS) -> None:
    microsoft.login.application.secrets.add(SECRET)
    microsoft.login.application.roles = frozenset(rights)


async def office(
    hass: HomeAssistant, people: list[Any], *, application: Any = APPLICATION
) -> MockConfigEntry:
    entry = MockConfigEntry(
        domain="xpresence",
        title="Office",
        data={
            "driver": "actions",
            **({"accounts": {"microsoft": application}} if application else {}),
        },
        subentries_data=[
            *OFFICE[:3],
            profile(IN_TEAMS, "MS Teams", "busy"),
            *people,
        ],
    )
    entry.add_to_hass(hass)
    assert await hass.config_entries.async_setup(entry.entry_id)
    await hass.async_block_till_done(wait_background_tasks=True)
    return entry


class Options:
    """One page of the office's options after another."""

    def __init__(self, hass: HomeAssistant, result: Any) -> None:
        self.flow = hass.config_entries.options
        self.result = result

    async def fill(self, **said: Any) -> Any:
        self.result = await self.flow.async_configure(self.result["flow_id"], said)
        assert_worded(self.result, self._texts())
        return self.result

    def _texts(self) -> dict[str, Any]:
        """Return the texts; a field that is somebody's name needs no other words."""
        texts = copy.deepcopy(EN["options"])
        step = texts["step"].get(self.result.get("step_id"), {})
        if self.result.get("step_id") == "application_people":
            names = {str(one): str(one) for one in self.result["data_schema"].schema}
            step["data"] = names | step["data"]
            step["data_description"] = names | step["data_description"]
        return texts

    @property
    def said(self) -> dict[str, str]:
        return dict(self.result["description_placeholders"])

    @property
    def suggested(self) -> dict[str, Any]:
        return {
            str(key): key.description["suggested_value"]
            for key in self.result["data_schema"].schema
            if key.description and "suggested_value" in key.description
        }


async def page(hass: HomeAssistant, entry: MockConfigEntry) -> Options:
    options = Options(
        hass, await hass.config_entries.options.async_init(entry.entry_id)
    )
    await options.fill(next_step_id="application")
    return options


CONNECT = {"client_id": CLIENT_ID, "tenant": TENANT, "cloud": "test"}


def profile_of(hass: HomeAssistant, number: int) -> str:
    state = hass.states.get(f"select.person_{number}_profile")
    assert state is not None
    return state.state


def issues(hass: HomeAssistant) -> set[str]:
    return {
        issue.translation_key or ""
        for (domain, _), issue in ir.async_get(hass).issues.items()
        if domain == "xpresence"
    }


async def later(
    hass: HomeAssistant, clock: FrozenDateTimeFactory, **time: float
) -> None:
    clock.tick(timedelta(**time))
    async_fire_time_changed(hass)
    await hass.async_block_till_done(wait_background_tasks=True)


async def connected(
    hass: HomeAssistant, microsoft: Microsoft, count: int = 3
) -> MockConfigEntry:
    """Return an office that was connected on the pages, everybody proposed as found."""
    grant(microsoft)
    entry = await office(hass, employees(microsoft, count), application=None)
    options = await page(hass, entry)
    await options.fill(**CONNECT, proof="secret", client_secret=SECRET)
    await options.fill()
    await options.fill(**options.suggested, use_calendar=True, align_teams=True)
    assert options.result["type"] == "create_entry"
    await hass.async_block_till_done(wait_background_tasks=True)
    return entry


async def test_thirty_people_are_connected_in_four_pages_and_nobody_signs_in(
    hass: HomeAssistant, microsoft: Microsoft
) -> None:
    now = datetime.now(UTC)
    grant(microsoft)
    people = employees(microsoft, 30)
    for number in (4, 17):
        microsoft.graph.people[user_id(number)].events[""] = [
            event("a", now - timedelta(hours=1), now + timedelta(hours=1))
        ]
    microsoft.graph.people[user_id(9)].world.client(now, "Busy", "InACall")
    entry = await office(hass, people, application=None)
    options = await page(hass, entry)
    await options.fill(**CONNECT, proof="secret", client_secret=SECRET)
    assert options.result["step_id"] == "application_check"
    assert options.said["rights"].count("✓") == 2
    await options.fill()
    assert (options.said["found"], options.said["by_name"]) == ("30", "–")
    await options.fill(**options.suggested, use_calendar=True, align_teams=True)
    assert options.result["type"] == "create_entry"
    await until(hass, lambda: profile_of(hass, 17) == "Meeting")
    await until(hass, lambda: profile_of(hass, 9) == "MS Teams")
    others = {profile_of(hass, one) for one in range(30)} - {"Meeting", "MS Teams"}
    assert others == {"Available"}
    assert microsoft.login.asked.count("client_credentials") <= 2
    assert "device code" not in microsoft.login.asked
    # Everybody's presence in a request, each calendar in one.
    assert microsoft.graph.count("getPresencesByUserId") <= 3
    assert issues(hass) == set()


async def test_a_certificate_waits_to_be_uploaded_and_its_key_is_shown_to_nobody(
    hass: HomeAssistant, microsoft: Microsoft
) -> None:
    microsoft.login.application.roles = RIGHTS
    entry = await office(hass, employees(microsoft, 1), application=None)
    options = await page(hass, entry)
    await options.fill(**CONNECT, proof="certificate")
    first = options.said["certificate"]
    assert "PRIVATE" not in str(options.said)
    await options.fill()
    assert options.result["errors"] == {"base": "application_refused"}
    assert "AADSTS700027" in options.said["reason"]
    assert "microsoft" not in entry.data["accounts"]
    # Another day, by somebody else: the same certificate.
    options = await page(hass, entry)
    await options.fill(**CONNECT, proof="certificate")
    assert options.said["certificate"] == first
    microsoft.login.application.certificates.append(first)
    await options.fill()
    assert options.result["step_id"] == "application_check"
    assert entry.data["accounts"].keys() == {"microsoft"}


async def test_what_is_refused_leaves_nothing_behind(
    hass: HomeAssistant, microsoft: Microsoft
) -> None:
    entry = await office(hass, employees(microsoft, 1), application=None)
    options = await page(hass, entry)
    for said, errors in (
        ({"tenant": "organizations"}, {"tenant": "tenant_needed"}),
        ({"client_secret": ""}, {"client_secret": "secret_missing"}),
        ({"client_id": "no id"}, {"client_id": "client_id_invalid"}),
        ({}, {"base": "application_refused"}),
    ):
        await options.fill(
            **CONNECT | {"client_secret": "wrong", "proof": "secret"} | said
        )
        assert options.result["errors"] == errors
    assert "AADSTS7000215" in options.said["reason"]
    assert "wrong" not in options.suggested.values()
    assert not entry.data.get("accounts")


async def test_the_check_names_what_is_missing_and_whom_it_does_not_hold_for(
    hass: HomeAssistant, microsoft: Microsoft
) -> None:
    entry = await connected(hass, microsoft)
    microsoft.login.application.group = frozenset({user_id(0), user_id(1)})
    microsoft.login.application.roles = RIGHTS - {"User.Read.All"}
    options = await page(hass, entry)
    await options.fill(next_step_id="application_check")
    lines = options.said["rights"].splitlines()
    assert lines[0].startswith("- ✗ **User.Read.All**")
    assert lines[3].startswith("- ✓ **Calendars.ReadBasic.All**")
    assert "Person 2" in lines[3]
    assert "Person 1" not in lines[3]


async def test_who_has_another_address_is_typed_and_two_are_never_one(
    hass: HomeAssistant, microsoft: Microsoft
) -> None:
    grant(microsoft)
    people = employees(microsoft, 2)
    microsoft.graph.people[user_id(0)].numbers = []
    microsoft.graph.people[user_id(0)].name = "Somebody Else"
    entry = await office(hass, people)
    options = await page(hass, entry)
    await options.fill(next_step_id="application_people")
    assert options.suggested == {"Person 1 (201)": "person.1@example.com"}
    both = {"use_calendar": False, "align_teams": False}
    said = options.suggested | both
    await options.fill(**said, **{"Person 0 (200)": "nobody@example.com"})
    assert options.result["errors"] == {"Person 0 (200)": "microsoft_address_unknown"}
    await options.fill(**said, **{"Person 0 (200)": "person.1@example.com"})
    assert options.result["errors"] == {"base": "microsoft_user_twice"}
    await options.fill(**said, **{"Person 0 (200)": "Person.0@Example.com"})
    assert options.result["type"] == "create_entry"
    data = entry.subentries["01PERSON" + "0" * 18].data
    assert data["microsoft"]["user_id"] == user_id(0)
    assert "calendars" not in data


async def test_a_missing_right_is_one_repair_of_the_office_and_ends_with_it(
    hass: HomeAssistant, microsoft: Microsoft
) -> None:
    grant(microsoft)
    entry = await connected(hass, microsoft, 5)
    assert issues(hass) == set()
    microsoft.login.application.roles = frozenset({"User.Read.All"})
    office_app = application_of(hass, entry)
    assert office_app is not None
    office_app.renew()
    for state in entry.runtime_data.people.values():
        for one in state.inputs:
            if hasattr(one, "calendars"):
                for calendar in one.calendars:
                    calendar.read_again()
    await hass.async_block_till_done(wait_background_tasks=True)
    found = [
        one.translation_placeholders["permission"]
        for one in ir.async_get(hass).issues.values()
        if one.translation_key == "microsoft_right" and one.translation_placeholders
    ]
    assert "Calendars.ReadBasic.All" in found
    assert len(found) == len(set(found)) <= 3
    grant(microsoft)
    options = await page(hass, entry)
    await options.fill(next_step_id="application_check")
    await hass.async_block_till_done(wait_background_tasks=True)
    assert issues(hass) == set()


async def test_a_secret_that_ended_is_said_once_and_the_office_comes_back_by_itself(
    hass: HomeAssistant, microsoft: Microsoft, freezer: FrozenDateTimeFactory
) -> None:
    entry = await connected(hass, microsoft)
    microsoft.login.application.secrets.clear()
    microsoft.login.application.expired.add(SECRET)
    microsoft.login.expire_tokens()
    await later(hass, freezer, minutes=2)
    assert issues(hass) == {"microsoft_application"}
    before = len(microsoft.login.asked)
    for _ in range(3):
        await later(hass, freezer, minutes=1)
    assert len(microsoft.login.asked) - before <= 4
    microsoft.login.application.expired.clear()
    microsoft.login.application.secrets.add(SECRET)
    await later(hass, freezer, minutes=6)
    assert issues(hass) == set()
    microsoft.graph.people[user_id(1)].world.client(
        microsoft.graph.clock(), "Busy", "InACall"
    )
    for _ in range(3):
        await later(hass, freezer, minutes=1)
    assert profile_of(hass, 1) == "MS Teams"
    assert application_of(hass, entry) is not None


async def test_a_certificate_that_ends_soon_is_told_and_another_one_takes_over(
    hass: HomeAssistant, microsoft: Microsoft, freezer: FrozenDateTimeFactory
) -> None:
    old = Certificate.make(datetime.now(UTC) - timedelta(days=710))
    microsoft.login.application.certificates.append(old.public)
    microsoft.login.application.roles = RIGHTS
    entry = await office(
        hass,
        employees(microsoft, 1),
        application={
            **CONNECT,
            "private_key": old.private_key,
            "certificate": old.public,
        },
    )
    assert application_of(hass, entry) is not None
    await later(hass, freezer, hours=25)
    assert issues(hass) == {"microsoft_certificate"}
    options = await page(hass, entry)
    await options.fill(next_step_id="application_connect")
    await options.fill(**CONNECT, proof="certificate")
    microsoft.login.application.certificates = [options.said["certificate"]]
    await options.fill()
    assert options.result["step_id"] == "application_check"
    assert issues(hass) == set()


async def test_the_own_sign_in_of_a_person_counts_before_the_offices(
    hass: HomeAssistant, microsoft: Microsoft
) -> None:
    entry = await connected(hass, microsoft, 1)
    subentry = next(one for one in entry.subentries.values() if "extension" in one.data)
    hass.config_entries.async_update_subentry(
        entry,
        subentry,
        data={
            **subentry.data,
            "microsoft": {**subentry.data["microsoft"], **CONNECT, "connected": True},
        },
    )
    await hass.async_block_till_done(wait_background_tasks=True)
    (state,) = entry.runtime_data.people.values()
    accesses = [one._access.link for one in state.inputs if hasattr(one, "_access")]
    assert [one.user_id for one in accesses] == [None]


async def test_disconnecting_forgets_the_secret_and_stops_asking(
    hass: HomeAssistant, microsoft: Microsoft, freezer: FrozenDateTimeFactory
) -> None:
    entry = await connected(hass, microsoft)
    options = await page(hass, entry)
    await options.fill(next_step_id="application_disconnect")
    await options.fill()
    await hass.async_block_till_done(wait_background_tasks=True)
    assert SECRET not in str(entry.as_dict())
    before = len(microsoft.graph.asked)
    for _ in range(3):
        await later(hass, freezer, minutes=10)
    assert len(microsoft.graph.asked) == before


async def test_only_who_is_known_by_name_is_pointed_out(
    hass: HomeAssistant, microsoft: Microsoft
) -> None:
    grant(microsoft)
    people = employees(microsoft, 3)
    microsoft.graph.people[user_id(2)].numbers = ["+49 30 123499"]
    entry = await office(hass, people)
    options = await page(hass, entry)
    await options.fill(next_step_id="application_people")
    assert (options.said["found"], options.said["by_name"]) == ("3", "Person 2")


@pytest.mark.parametrize(
    ("status", "code"), [(503, "serviceNotAvailable"), (429, "TooManyRequests")]
)
async def test_microsoft_failing_for_a_while_raises_no_repair(
    hass: HomeAssistant,
    microsoft: Microsoft,
    freezer: FrozenDateTimeFactory,
    status: int,
    code: str,
) -> None:
    await connected(hass, microsoft)
    microsoft.graph.faults.append(Fault(".*", status, times=50, code=code))
    for _ in range(5):
        await later(hass, freezer, minutes=1)
    assert issues(hass) == set()
    microsoft.graph.faults.clear()
    there = microsoft.graph.people[user_id(0)].world
    there.client(microsoft.graph.clock(), "Busy", "InACall")
    for _ in range(12):
        await later(hass, freezer, minutes=1)
    assert profile_of(hass, 0) == "MS Teams"


async def test_people_are_imported_with_extension_and_account(
    hass: HomeAssistant, microsoft: Microsoft
) -> None:
    grant(microsoft)
    people = employees(microsoft, 4)
    for number, typed in ((2, "(030) 1234/302"), (3, "+49 30 1234567")):
        microsoft.graph.people[user_id(number)].numbers = [typed]
    entry = await office(hass, people[:2])
    coordinator = entry.runtime_data
    candidates = await async_from_microsoft(coordinator)
    rows = {
        row.data["name"]: row
        for row in preview_rows(coordinator, candidates, {})
        if row.data["name"].startswith("Person")
    }
    told = {
        name: (row.state.value, row.data["extension"]) for name, row in rows.items()
    }
    assert told == {
        "Person 0": ("changed", "200"),
        "Person 1": ("changed", "201"),
        "Person 2": ("new", "302"),
        "Person 3": ("invalid", ""),
    }
    assert rows["Person 2"].data["microsoft"] == {
        "user_id": user_id(2),
        "expected_account": "person.2@example.com",
    }
    assert rows["Person 3"].problems == {"extension": "extension_missing"}
    preview = Preview(
        entry.entry_id, candidates, {}, preview_rows(coordinator, candidates, {})
    )
    chosen = [n for n, row in enumerate(preview.rows) if row.state.value != "invalid"]
    await async_confirm(coordinator, keep_preview(hass, preview), chosen, "Admin")
    again = preview_rows(coordinator, candidates, {})
    assert {again[n].state.value for n in chosen} == {"same"}


async def test_an_import_without_the_right_says_which_is_missing(
    hass: HomeAssistant, microsoft: Microsoft
) -> None:
    grant(microsoft, ())
    entry = await office(hass, employees(microsoft, 1))
    with pytest.raises(HomeAssistantError, match=r"User\.Read\.All"):
        await async_from_microsoft(entry.runtime_data)
