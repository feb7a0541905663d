"""Nothing leaves that is not for whoever may read it.

Marked secrets, numbers, subjects and info texts are planted wherever they can come in,
a day is lived with everything that goes wrong in one, and then everything is searched
that Home Assistant keeps, shows or sends.
"""

from collections.abc import Iterator
from datetime import timedelta
import json
import logging
from pathlib import Path
import sqlite3
from typing import Any, Final

from homeassistant.components import conversation
from homeassistant.components.homeassistant.exposed_entities import async_expose_entity
from homeassistant.components.recorder import get_instance
from homeassistant.components.trace.const import DATA_TRACE
from homeassistant.core import Context, Event, HomeAssistant
from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers import issue_registry as ir, llm
from homeassistant.helpers.json import json_dumps
from homeassistant.setup import async_setup_component
from homeassistant.util import dt as dt_util
import pytest
from pytest_homeassistant_custom_component.components.diagnostics import (
    get_diagnostics_for_config_entry,
)
from pytest_homeassistant_custom_component.typing import (
    ClientSessionGenerator,
    RecorderInstanceGenerator,
    WebSocketGenerator,
)
import voluptuous as vol

from custom_components.xpresence.const import DOMAIN
from custom_components.xpresence.presence.line import Destination, DestinationKind
from custom_components.xpresence.telephony.driver import Rejected

from ..calendars import Diary, clear, diaries, followed
from ..office import ANNA, AVAILABLE, BOB, MEETING, forward, person, profile
from ..recording import Recording, recording
from ..team import Team, set_up_team

# Planted
SECRET: Final = "hunter2-xyzzy"
TYPED, OF_PROFILE, OF_DEVICE = "01715550101", "01725550102", "01735550103"
DIALLED, MAILBOX, REFUSED = "01745550104", "01755550105", "0176555010X"
NUMBERS: Final = tuple(
    number.removeprefix("0").removesuffix("X")
    for number in (TYPED, OF_PROFILE, OF_DEVICE, DIALLED, MAILBOX, REFUSED)
)
SUBJECT, PRIVATE, BROKEN = "Quarter-Aardvark", "Clinic-Badger", "Broken-Caracal"
WRITTEN, PLANNED_TEXT = "Dentist-Dingo", "Visit-Echidna"
OFFICE_TEXT: Final = "In-a-talk-Fossa"
INFO_TEXTS: Final = (WRITTEN, PLANNED_TEXT)
"""What Anna wrote; what the office's own profile says is for everybody who uses it."""

SELECT: Final = "select.anna_profile"
ALL: Final = {"admin", "anna", "dora", "rita", "bob"}
WITH_DETAILS: Final = ALL - {"bob"}
TIERS: Final = ("owner", "delegate", "team")
SUBJECT_READERS: Final = {
    "owner": {"anna"},
    "delegate": {"anna", "rita"},
    "team": WITH_DETAILS,
}
INFO_READERS: Final = {
    "owner": {"anna"},
    "delegate": {"anna", "dora", "rita"},
    "team": ALL,
}


@pytest.fixture
def recorder_db_url(hass_fixture_setup: list[bool], tmp_path: Path) -> str:
    """Let the recorder write a file, as it does at home."""
    return f"sqlite:///{tmp_path}/home-assistant_v2.db"


class Day:
    """An office in which everything is watched."""

    def __init__(
        self, hass: HomeAssistant, team: Team, pbx: Recording, diary: Diary, tier: str
    ) -> None:
        self.hass, self.team, self.pbx, self.diary = hass, team, pbx, diary
        self.tier = tier
        self.heard: dict[str, list[str]] = {}
        self.seen: list[str] = []
        hass.bus.async_listen("*", self._on_event)

    def _on_event(self, event: Event[Any]) -> None:
        """Keep what is told to everybody who listens; not what was asked for."""
        if event.event_type == "call_service":
            return
        entity_id = str(event.data.get("entity_id", ""))
        if event.event_type != "state_changed" or self.is_ours(entity_id):
            self.seen.append(json_dumps(event.as_dict()))

    @staticmethod
    def is_ours(entity_id: str) -> bool:
        return ".anna_" in entity_id or ".bob_" in entity_id

    async def settle(self) -> None:
        await self.hass.async_block_till_done(wait_background_tasks=True)

    async def act(self, name: str, *, by: str | None = "anna", **data: Any) -> bool:
        """Do something as somebody; tell whether it was done."""
        domain, _, service = name.partition(".")
        context = self.team.context(by) if by else Context()
        try:
            await self.hass.services.async_call(
                domain, service, {"entity_id": SELECT, **data}, True, context
            )
        except HomeAssistantError, vol.Invalid:
            return False
        finally:
            await self.settle()
        return True

    async def say(self, text: str, by: str) -> None:
        result = await conversation.async_converse(
            self.hass, text, None, self.team.context(by), "en"
        )
        self.heard.setdefault(by, []).append(json_dumps(result.as_dict()))

    async def ask_model(self, by: str) -> None:
        context = llm.LLMContext(
            "test", self.team.context(by), "en", "conversation", None
        )
        api = await llm.async_get_api(self.hass, llm.LLM_API_ASSIST, context)
        wish = llm.ToolInput(f"{DOMAIN}__get_presence", {"person": "Anna"})
        result = await api.async_call_tool(wish)
        self.heard.setdefault(by, []).append(str(result))

    async def look(self, connect: WebSocketGenerator, by: str) -> None:
        """Read what the cards are told, and every list that a page can ask for."""
        token = await self.hass.auth.async_create_refresh_token(
            self.team.users[by], f"http://127.0.0.1/{by}"
        )
        client = await connect(
            self.hass, self.hass.auth.async_create_access_token(token)
        )
        start = (dt_util.utcnow() - timedelta(days=1)).isoformat()
        end = (dt_util.utcnow() + timedelta(days=2)).isoformat()
        calendar = "calendar.anna_appointments"
        for wish in (
            {"type": f"{DOMAIN}/subscribe_person", "person_id": ANNA},
            {"type": f"{DOMAIN}/subscribe_team"},
            {
                "type": "logbook/get_events",
                "start_time": start,
                "entity_ids": [
                    e for e in self.hass.states.async_entity_ids() if self.is_ours(e)
                ],
            },
            {
                "type": "history/history_during_period",
                "start_time": start,
                "entity_ids": [
                    e for e in self.hass.states.async_entity_ids() if self.is_ours(e)
                ],
            },
            {"type": "repairs/list_issues"},
            {
                "type": "call_service",
                "domain": "calendar",
                "service": "get_events",
                "target": {"entity_id": calendar},
                "service_data": {"start_date_time": start, "end_date_time": end},
                "return_response": True,
            },
        ):
            await client.send_json_auto_id(wish)
            answer = await client.receive_json()
            self.heard.setdefault(by, []).append(json.dumps(answer))
            if str(wish["type"]).startswith(DOMAIN):
                self.heard[by].append(json.dumps(await client.receive_json()))
        await client.close()


async def lived(day: Day) -> None:
    """Live a day: what goes well, what is refused, what breaks."""
    act, pbx, hass = day.act, day.pbx, day.hass
    now = dt_util.now()
    await act("xpresence.set_profile", profile="Meeting")
    assert await act("text.set_value", entity_id="text.anna_info_text", value=WRITTEN)
    assert await act("xpresence.set_redirect", mode="forward", target=TYPED)
    assert await act("xpresence.set_redirect", mode="off")
    assert await act("xpresence.set_redirect", mode="unchanged")
    assert await act("xpresence.set_follow_me", device="Mobile")
    assert await act("xpresence.set_follow_me")
    await pbx.dialled("100", unconditional=Destination(DestinationKind.NUMBER, DIALLED))
    await day.settle()
    # Refused
    for refused in (
        {"mode": "forward", "target": REFUSED},
        {"mode": "forward", "target": f"{SECRET}\r\nAction: Originate"},
        {"mode": SECRET},
    ):
        assert not await act("xpresence.set_redirect", **refused)
    assert not await act("xpresence.set_profile", profile=f"{SECRET} {WRITTEN}")
    assert not await act("xpresence.set_follow_me", device=TYPED)
    assert not await act(
        "xpresence.set_redirect", by="bob", mode="forward", target=TYPED
    )
    # Errors that carry what was asked for
    pbx.failure = Rejected(f"{TYPED} {SECRET}")
    for _ in range(3):
        await act("xpresence.set_redirect", mode="forward", target=TYPED)
    pbx.lose()
    await act("xpresence.set_redirect", mode="forward", target=OF_PROFILE)
    pbx.failure = None
    pbx.come_back()
    await day.settle()
    day.diary.failure = HomeAssistantError(f"{BROKEN} {SECRET}")
    day.diary.tell()
    await day.settle()
    await act("xpresence.sync_calendars")
    day.diary.failure = None
    await act("xpresence.sync_calendars")
    # Planned, and from the calendar
    assert await act(
        "xpresence.plan_presence",
        profile="Meeting",
        start=(now + timedelta(hours=4)).isoformat(),
        end=(now + timedelta(hours=5)).isoformat(),
        info_text=PLANNED_TEXT,
    )
    assert await act("xpresence.resume_automatic")
    assert hass.states.get(SELECT).state == "Talk"  # type: ignore[union-attr]
    assert await act("text.set_value", entity_id="text.anna_info_text", value=WRITTEN)
    await hass.config_entries.async_reload(day.team.entry.entry_id)
    await day.settle()
    for by in sorted(ALL):
        for said in (
            "what is Anna's status",
            "why is Anna's status talk",
            "where do Anna's calls go",
        ):
            await day.say(said, by)
        await day.ask_model(by)


@pytest.fixture
async def day(
    async_setup_recorder_instance: RecorderInstanceGenerator,
    hass: HomeAssistant,
    own_folder: Path,
    monkeypatch: pytest.MonkeyPatch,
    request: pytest.FixtureRequest,
) -> Any:
    tier = request.param
    await async_setup_recorder_instance(hass)
    made = recording(monkeypatch)
    for component in (
        "homeassistant",
        "conversation",
        "llm",
        "logbook",
        "history",
        "repairs",
    ):
        assert await async_setup_component(hass, component, {})
    watch = {
        "id": "watch",
        "triggers": [{"trigger": "state", "entity_id": ["sensor.anna_redirect"]}],
        "actions": [
            {
                "event": "noticed",
                "event_data_template": {"now": "{{ trigger.to_state.attributes }}"},
            }
        ],
    }
    assert await async_setup_component(hass, "automation", {"automation": [watch]})
    (diary,) = await diaries(hass, "Diary")
    begin = dt_util.now().replace(microsecond=0) - timedelta(minutes=30)
    diary.enter(begin, begin + timedelta(hours=2), f"{SUBJECT} @Talk")
    diary.enter(
        begin + timedelta(hours=3), begin + timedelta(hours=4), f"{PRIVATE} @Talk"
    )
    later = begin + timedelta(hours=3)
    diary.data = [
        {
            "summary": f"{SUBJECT} @Talk",
            "start": begin.isoformat(),
            "end": (begin + timedelta(hours=2)).isoformat(),
            "sensitivity": "normal",
        },
        {
            "summary": f"{PRIVATE} @Talk",
            "start": later.isoformat(),
            "end": (later + timedelta(hours=1)).isoformat(),
            "sensitivity": "private",
        },
    ]
    diary.tell()
    shared = {
        "acting": ["person.dora"],
        "subjects": ["person.rita"],
        "tier": tier,
        "info_tier": tier,
    }
    anna = person(
        ANNA,
        "Anna",
        "100",
        person="person.anna",
        voicemail=MAILBOX,
        sharing=shared,
        devices=[{"id": "01MOBILE", "name": "Mobile", "number": OF_DEVICE}],
        calendars=followed("calendar.diary"),
    )
    team = await set_up_team(
        hass,
        data={"driver": "actions", "password": SECRET},
        subentries_data=[
            profile(AVAILABLE, "Available", "available"),
            profile(MEETING, "Meeting", "busy", redirect=forward("number", OF_PROFILE)),
            profile(
                "01PROFILETALK0000000000000",
                "Talk",
                "busy",
                redirect=forward("number", OF_PROFILE),
            ),
            anna,
            person(BOB, "Bob", "101", person="person.bob"),
        ],
    )
    async_expose_entity(hass, "conversation", SELECT, True)
    yield Day(hass, team, made[-1], diary, tier)
    await clear(hass)


@pytest.mark.parametrize("day", TIERS, indirect=True)
async def test_nothing_leaves_that_is_not_for_whoever_reads_it(
    day: Day,
    tmp_path: Path,
    hass_ws_client: WebSocketGenerator,
    hass_client: ClientSessionGenerator,
    caplog: pytest.LogCaptureFixture,
) -> None:
    hass = day.hass
    caplog.set_level(logging.DEBUG)
    await lived(day)
    await get_instance(hass).async_block_till_done()
    for by in sorted(ALL):
        await day.look(hass_ws_client, by)
    assert await async_setup_component(hass, "diagnostics", {})
    told = await get_diagnostics_for_config_entry(hass, hass_client, day.team.entry)
    await day.settle()

    nobody = {PRIVATE, BROKEN, SECRET}
    for_readers = {*NUMBERS, SUBJECT, *INFO_TEXTS}
    everybodys = {SUBJECT, *INFO_TEXTS} if day.tier == "team" else set()
    not_for_all = nobody | for_readers - everybodys

    shown = [
        json_dumps(s.as_dict())
        for s in hass.states.async_all()
        if day.is_ours(s.entity_id)
    ]
    assert any("… 02" in one for one in shown)
    absent(not_for_all, "states", shown)
    absent(not_for_all, "events", day.seen)
    absent(not_for_all, "the recorder's file", recorded(tmp_path))
    absent(not_for_all, "traces", traces(hass))
    absent(nobody | for_readers, "the log", logged(caplog))
    absent(nobody | for_readers, "diagnostics", [json.dumps(told)])
    issues = [repr(issue) for issue in ir.async_get(hass).issues.values()]
    absent(nobody | for_readers, "the notices", issues)
    # Numbers and what Anna wrote have to outlive a restart; subjects do not.
    absent(nobody | {SUBJECT}, "the store's files", stored(tmp_path))

    for by in sorted(ALL):
        heard = day.heard[by]
        mine = everybodys | set()
        mine |= {SUBJECT} if by in SUBJECT_READERS[day.tier] else set()
        mine |= set(INFO_TEXTS) if by in INFO_READERS[day.tier] else set()
        mine |= set(NUMBERS) if by in WITH_DETAILS else set()
        absent(nobody | for_readers - mine, f"what {by} was told", heard)
        # What is for them reached them: so the search finds what there is.
        expected = {WRITTEN, SUBJECT} & mine
        expected |= {NUMBERS[1]} if by in WITH_DETAILS else set()
        for mark in expected:
            assert any(mark in one for one in heard), f"{by} was not told {mark}"


def absent(marks: set[str], place: str, texts: list[str]) -> None:
    found = {
        (m, t[max(0, t.find(m) - 200) : t.find(m) + 100])
        for m in marks
        for t in texts
        if m in t
    }
    assert not found, f"{place}: {sorted(found)[:3]}"


def recorded(folder: Path) -> list[str]:
    """Return every text in the database, but for what actions were called with.

    Those Home Assistant itself records; docs/privacy.md says so, and how to end it.
    """
    database = sqlite3.connect(folder / "home-assistant_v2.db")
    database.text_factory = lambda raw: raw.decode(errors="replace")
    called = set()
    for (data_id,) in database.execute(
        "select data_id from events join event_types using (event_type_id)"
        " where event_types.event_type = 'call_service'"
    ):
        called.add(data_id)
    theirs = set()
    for (attributes_id,) in database.execute(
        "select attributes_id from states join states_meta using (metadata_id)"
        " where states_meta.entity_id = 'calendar.diary'"
    ):
        theirs.add(attributes_id)
    found = []
    tables = [
        n
        for (n,) in database.execute(
            "select name from sqlite_master where type='table'"
        )
    ]
    assert {"states", "state_attributes", "event_data"} <= set(tables)
    for table in tables:
        for row in database.execute(f"select * from {table}"):
            if table == "event_data" and row[0] in called:
                continue
            if table == "state_attributes" and row[0] in theirs:
                continue
            found += [one for one in row if isinstance(one, str)]
    assert any("redirected" in one for one in found)
    return found


def traces(hass: HomeAssistant) -> list[str]:
    found = [
        json_dumps(run.as_extended_dict())
        for bucket in hass.data[DATA_TRACE].values()
        for run in bucket.all_traces()
    ]
    assert found
    return found


def logged(caplog: pytest.LogCaptureFixture) -> list[str]:
    """Return what our own code logs, and what anybody's says about it.

    At debug level Home Assistant logs every event and message, to whoever they go.
    """
    formatter = logging.Formatter("%(message)s")
    return [
        formatter.format(record)
        for record in caplog.records
        if "xpresence" in record.name or record.levelno >= logging.WARNING
    ]


def stored(folder: Path) -> list[str]:
    return [file.read_text(errors="replace") for file in files(folder)]


def files(folder: Path) -> Iterator[Path]:
    for file in folder.rglob("*"):
        if file.is_file() and ".db" not in file.name and "core.config" not in file.name:
            yield file
