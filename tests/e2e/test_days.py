"""A day at work: the calendar and the PC move real calls by themselves."""

import asyncio
from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime, timedelta
import time

import pytest
import pytest_asyncio

from tests.pbx.asterisk import Asterisk
from tests.pbx.sip import lands, phone

from .conftest import settled
from .diaries import Appointment, Diary, Published, diaries as kept, file_of, soon
from .home import CONFIGURATION, Home

pytestmark = [
    pytest.mark.asterisk,
    pytest.mark.e2e,
    pytest.mark.asyncio(loop_scope="module"),
]

PROFILE = "select.anna_profile"
REDIRECT = "sensor.anna_redirect"
RUNS = "input_boolean.pc_runs"
LOCKED = "input_boolean.screen_locked"
HOUR = timedelta(hours=1)
SHOW_AS = {
    "free": "ignore",
    "tentative": "default",
    "busy": "default",
    "out_of_office": "default",
    "working_elsewhere": "ignore",
}
PC = """
input_boolean:
  pc_runs:
    initial: true
  screen_locked:
    initial: false
template:
  - binary_sensor:
      - name: PC lock
        device_class: lock
        state: "{{ is_state('input_boolean.screen_locked', 'off') }}"
"""


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def diaries(
    tmp_path_factory: pytest.TempPathFactory,
) -> AsyncIterator[dict[str, Diary]]:
    """Keep three calendars."""
    async with kept(tmp_path_factory.mktemp("diaries")) as diaries:
        yield diaries


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def home(
    pbx: Asterisk,
    diaries: dict[str, Diary],
    tmp_path_factory: pytest.TempPathFactory,
) -> AsyncIterator[Home]:
    """Run a Home Assistant in which Anna follows three calendars and her PC."""
    folder = tmp_path_factory.mktemp("home") / "config"
    async with Home(folder, configuration=CONFIGURATION + PC) as home:
        entry = await home.add_asterisk(pbx)
        await home.add_person(entry, "Anna", "100")
        await home.add_person(entry, "Bob", "101")
        people = await home.people(entry)
        to_bob = {"kind": "person", "person": people["Bob"]}
        await home.add_profile(entry, "Training", to_bob)
        await impatient(home, entry)
        for diary in diaries.values():
            await diary.connect(home)
            await home.change(
                entry,
                "person",
                people["Anna"],
                {"next_step_id": "calendars"},
                {"next_step_id": "add_calendar"},
                {"next_step_id": "calendar_home_assistant"},
                {"entity_id": diary.entity_id},
                {
                    "name": diary.name,
                    "categories_only": True,
                    "invitations": "always",
                    "show_as": SHOW_AS,
                },
            )
        await follow_pc(home, entry, people["Anna"], to_bob)
        await home.until(REDIRECT, "off")
        yield home
    assert home.complaints() == []


async def impatient(home: Home, entry: str) -> None:
    """Let a lock and the end of a PC count after a second."""
    result = await home.flow(
        "/api/config/config_entries/options/flow",
        {"handler": entry},
        {"next_step_id": "rules"},
    )
    usual = {
        field["name"]: field.get("description", {}).get("suggested_value")
        for field in result["data_schema"]
    }
    asked = {name: said for name, said in usual.items() if said is not None}
    result = await home.post(
        f"/api/config/config_entries/options/flow/{result['flow_id']}",
        {**asked, "hold": 1, "restart": 1},
    )
    assert result["type"] == "create_entry", result


async def follow_pc(home: Home, entry: str, anna: str, to_bob: dict[str, str]) -> None:
    """Let Be right back forward to Bob, and the PC tell when it is due."""
    profiles = await home.profiles(entry)
    await home.change(
        entry,
        "profile",
        profiles["Be right back"],
        {
            "status": "be_right_back",
            "ending": "until_changed",
            "agent": "unchanged",
            "enabled": True,
        },
        {"mode": "forward"},
        {
            "unconditional": to_bob,
            "busy": {"kind": "nowhere"},
            "no_reply": {"kind": "nowhere"},
        },
    )
    await home.change(
        entry,
        "person",
        anna,
        {"next_step_id": "activity"},
        {"client": "own"},
        {
            "session": "input_boolean.pc_runs",
            "end_profile": profiles["Gone home"],
        },
        {
            "locked": "binary_sensor.pc_lock",
            "locked_profile": profiles["Be right back"],
        },
        {},
    )


@pytest.mark.parametrize("kind", ["local_calendar", "caldav", "remote_calendar"])
async def test_calls_follow_the_inner_appointment_then_the_outer_one_again(
    home: Home,
    pbx: Asterisk,
    diaries: dict[str, Diary],
    kind: str,
    record_property: Callable[[str, object], None],
) -> None:
    diary = diaries[kind]

    async def comes(what: str, due: datetime, value: str | None) -> None:
        """Wait for the redirect, and tell how late it was; no more than that."""
        await settled(pbx, "CF", "100", value)
        late = time.time() - due.timestamp()
        record_property(f"{kind}: {what}", f"{late:.2f} s")
        print(f"{kind}: {what} after {late:.2f} s")

    def training(start: datetime, end: datetime) -> Appointment:
        return Appointment(subject="First aid @Training", start=start, end=end)

    def lunch(start: datetime, end: datetime) -> Appointment:
        return Appointment(subject="Pizza @Lunch", start=start, end=end)

    async with phone(pbx, "100"), phone(pbx, "101"):
        begins = soon()
        later = begins + HOUR
        await diary.write(home, training(begins, later))
        await comes("the training begins", begins, "101")
        assert (await home.attributes(PROFILE))["source"] == "calendar"
        assert await lands(pbx, "102", "100") == "101"

        noon = soon()
        await diary.write(home, training(begins, later), lunch(noon, later))
        await comes("lunch begins", noon, "*100")
        await home.until(PROFILE, "Lunch")
        assert await lands(pbx, "102", "100") == "voicemail 100"

        over = soon()
        await diary.write(home, training(begins, later), lunch(noon, over))
        await comes("the training resumes", over, "101")
        await home.until(PROFILE, "Training")
        assert await lands(pbx, "102", "100") == "101"

        over = soon()
        await diary.write(home, training(begins, over))
        await comes("the training ends", over, None)
        await home.until(PROFILE, "Available")
        assert await lands(pbx, "102", "100") == "100"
    await diary.write(home)


async def test_a_locked_pc_sends_calls_to_a_colleague_until_it_is_unlocked(
    home: Home, pbx: Asterisk
) -> None:
    async with phone(pbx, "100"), phone(pbx, "101"):
        await home.act("input_boolean", "turn_on", entity_id=LOCKED)
        await settled(pbx, "CF", "100", "101")
        await home.until(PROFILE, "Be right back")
        assert (await home.attributes(PROFILE))["source"] == "inactivity"
        assert await lands(pbx, "102", "100") == "101"
        await home.act("input_boolean", "turn_off", entity_id=LOCKED)
        await settled(pbx, "CF", "100", None)
        await home.until(PROFILE, "Available")
        assert await lands(pbx, "102", "100") == "100"


async def test_an_unlock_ends_a_lunch_that_was_chosen_at_the_locked_pc(
    home: Home, pbx: Asterisk
) -> None:
    async with phone(pbx, "100"), phone(pbx, "101"):
        await home.act("input_boolean", "turn_on", entity_id=LOCKED)
        await home.until(PROFILE, "Be right back")
        await home.choose(PROFILE, "Lunch")
        await settled(pbx, "CF", "100", "*100")
        assert await lands(pbx, "102", "100") == "voicemail 100"
        # What is unlocked earlier may still belong to the choice.
        await asyncio.sleep(31)
        await home.until(PROFILE, "Lunch")
        await home.act("input_boolean", "turn_off", entity_id=LOCKED)
        await settled(pbx, "CF", "100", None)
        await home.until(PROFILE, "Available")
        assert await lands(pbx, "102", "100") == "100"


async def test_newer_input_brings_the_calls_back_whatever_the_session_said(
    home: Home, pbx: Asterisk
) -> None:
    """A PC that tells it is about to sleep when it wakes."""
    (entry,) = await home.get("/api/config/config_entries/entry?domain=xpresence")
    entry_id = entry["entry_id"]
    profiles, people = await home.profiles(entry_id), await home.people(entry_id)
    profile = "select.bob_profile"

    async def says(session: str) -> None:
        await home.post("/api/states/sensor.bobs_pc", {"state": session})

    async def used(ago: timedelta = timedelta()) -> None:
        when = (datetime.now(UTC) - ago).isoformat()
        await home.post("/api/states/sensor.bobs_input", {"state": when})

    await says("SessionUnlock")
    await used(timedelta(minutes=1))
    await home.change(
        entry_id,
        "person",
        people["Bob"],
        {"next_step_id": "activity"},
        {"client": "own"},
        {
            "session": "sensor.bobs_pc",
            "session_states": ["sessionunlock", "Resume"],
            "silence_ends": True,
            "end_profile": profiles["Gone home"],
        },
        {"last_input": "sensor.bobs_input"},
        {},
    )
    async with phone(pbx, "101"):
        await home.until(profile, "Available")
        await says("Suspend")
        await settled(pbx, "CF", "101", "*101")
        await home.until(profile, "Gone home")
        assert await lands(pbx, "102", "101") == "voicemail 101"
        await used()
        await settled(pbx, "CF", "101", None)
        await home.until(profile, "Available")
        assert await lands(pbx, "102", "101") == "101"
        await says("Unknown")
        await used()
        # Longer than an end has to stand here.
        await asyncio.sleep(3)
        assert await home.state(profile) == "Available"
        assert await lands(pbx, "102", "101") == "101"


async def test_only_what_keeps_somebody_busy_in_a_published_calendar_moves_calls(
    home: Home, pbx: Asterisk
) -> None:
    (entry,) = await home.get("/api/config/config_entries/entry?domain=xpresence")
    entry_id = entry["entry_id"]
    profiles, people = await home.profiles(entry_id), await home.people(entry_id)
    now = datetime.now(UTC)

    def event(uid: str, *lines: str) -> str:
        one = Appointment(subject=uid, start=now - HOUR, end=now + HOUR).ics()
        return one.replace("END:VEVENT", "\r\n".join((*lines, "END:VEVENT")))

    def published(*events: str) -> str:
        return file_of().replace("END:VCALENDAR", "".join(events) + "END:VCALENDAR")

    quiet = (
        event("Free", "TRANSP:TRANSPARENT"),
        event("Free in Outlook", "X-MICROSOFT-CDO-BUSYSTATUS:FREE"),
        event("Cancelled", "STATUS:CANCELLED"),
        event(
            "Declined",
            "ORGANIZER:mailto:bob@office.example",
            "ATTENDEE;PARTSTAT=DECLINED:mailto:anna@office.example",
        ),
    )
    diary = Published()
    diary.text = published(*quiet)
    async with diary.served(), phone(pbx, "100"):
        await home.change(
            entry_id,
            "person",
            people["Anna"],
            {"next_step_id": "calendars"},
            {"next_step_id": "add_calendar"},
            {"next_step_id": "calendar_ics"},
            {"url": diary.url, "address": "anna@office.example"},
            {
                "name": "Published by itself",
                "default_profile": profiles["Meeting"],
                "categories_only": False,
                "invitations": "always",
                "show_as": SHOW_AS,
            },
        )
        await home.act("xpresence", "sync_calendars", entity_id=PROFILE)
        assert await home.state(PROFILE) == "Available"
        assert await lands(pbx, "102", "100") == "100"
        diary.text = published(*quiet, event("Surgeon", "CLASS:PRIVATE"))
        await home.act("xpresence", "sync_calendars", entity_id=PROFILE)
        await settled(pbx, "CF", "100", "*100")
        await home.until(PROFILE, "Meeting")
        assert await lands(pbx, "102", "100") == "voicemail 100"
        assert "Surgeon" not in str(await home.get("/api/states"))
        diary.text = published(*quiet)
        await home.act("xpresence", "sync_calendars", entity_id=PROFILE)
        await settled(pbx, "CF", "100", None)
        assert await lands(pbx, "102", "100") == "100"
        await home.act(
            "xpresence",
            "disconnect_calendar",
            entity_id=PROFILE,
            name="Published by itself",
        )


async def test_a_pc_that_ends_sends_calls_to_voicemail_until_it_starts(
    home: Home, pbx: Asterisk
) -> None:
    async with phone(pbx, "100"):
        await home.act("input_boolean", "turn_off", entity_id=RUNS)
        await settled(pbx, "CF", "100", "*100")
        await home.until(PROFILE, "Gone home")
        assert (await home.attributes(PROFILE))["source"] == "session"
        assert await lands(pbx, "102", "100") == "voicemail 100"
        await home.act("input_boolean", "turn_on", entity_id=RUNS)
        await settled(pbx, "CF", "100", None)
        await home.until(PROFILE, "Available")
        assert await lands(pbx, "102", "100") == "100"


async def test_a_calendar_that_is_deleted_sends_nobodys_calls_any_more(
    home: Home, pbx: Asterisk, diaries: dict[str, Diary]
) -> None:
    diary = diaries["local_calendar"]
    async with phone(pbx, "100"), phone(pbx, "101"):
        begins = soon()
        ends = begins + HOUR
        fair = Appointment(subject="Fair @Training", start=begins, end=ends)
        await diary.write(home, fair)
        await settled(pbx, "CF", "100", "101")
        assert await lands(pbx, "102", "100") == "101"
        (kept,) = [
            one["entry_id"]
            for one in await home.get("/api/config/config_entries/entry")
            if one["domain"] == "local_calendar"
        ]
        await home.remove_entry(kept)
        await settled(pbx, "CF", "100", None)
        await home.until(PROFILE, "Available")
        assert await lands(pbx, "102", "100") == "100"
    assert "calendar_missing" in await home.notices()
