"""The logbook of a person's whole device: one line for one change, in a person's words."""

from collections import Counter
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from homeassistant.config_entries import ConfigSubentry
from homeassistant.core import Context, HomeAssistant
from homeassistant.helpers import entity_registry as er
from homeassistant.setup import async_setup_component
from homeassistant.util import dt as dt_util
import pytest
from pytest_homeassistant_custom_component.components.recorder.common import (
    async_wait_recording_done,
)
from pytest_homeassistant_custom_component.typing import WebSocketGenerator

from custom_components.xpresence.presence.agenda import Agenda, Entry
from custom_components.xpresence.presence.line import Destination, DestinationKind
from tests.office import ANNA, MEETING
from tests.recording import Recording, recording
from tests.team import Team, set_up_team
from tests.test_coordinator import SELECT

BOB = Destination(DestinationKind.NUMBER, "101")
EVENT = "event.anna_presence"


class Book:
    """Everything that the logbook says of Anna's device."""

    def __init__(
        self,
        hass: HomeAssistant,
        team: Team,
        system: Recording,
        connect: WebSocketGenerator,
    ) -> None:
        self.hass = hass
        self.team = team
        self.system = system
        self.connect = connect
        self.start: datetime = dt_util.utcnow()

    async def settle(self) -> None:
        await self.hass.async_block_till_done(wait_background_tasks=True)

    async def begin(self) -> None:
        """Leave out everything until now."""
        await self.settle()
        await async_wait_recording_done(self.hass)
        self.start = dt_util.utcnow()

    async def lines(self) -> list[dict[str, Any]]:
        """Return all lines since, as Home Assistant's own page reads them."""
        await self.settle()
        await async_wait_recording_done(self.hass)
        registry = er.async_get(self.hass)
        entities = [
            one.entity_id
            for one in er.async_entries_for_config_entry(
                registry, self.team.entry.entry_id
            )
            if one.config_subentry_id == ANNA and not one.disabled_by
        ]
        client = await self.connect()
        await client.send_json_auto_id(
            {
                "type": "logbook/get_events",
                "start_time": self.start.isoformat(),
                "entity_ids": entities,
            }
        )
        answer = await client.receive_json()
        assert answer["success"], answer
        found: list[dict[str, Any]] = answer["result"]
        return found

    async def choose(self, name: str, by: str | None = "anna") -> None:
        await self.act("set_profile", by, profile=name)

    async def act(self, action: str, by: str | None = "anna", **said: Any) -> None:
        await self.hass.services.async_call(
            "xpresence",
            action,
            {"entity_id": SELECT, **said},
            blocking=True,
            context=self.team.context(by) if by else Context(),
        )
        await self.settle()

    async def dial(self, target: Destination | None) -> None:
        await self.system.dialled("100", unconditional=target)
        await self.settle()

    async def a_meeting_begins(self) -> None:
        now = dt_util.utcnow()
        start, end = now - timedelta(minutes=1), now + timedelta(hours=1)
        agenda = Agenda.of([Entry(start, end, "1", MEETING, subject="Budget")])
        coordinator = self.team.entry.runtime_data
        coordinator.people.update_facts(
            coordinator.people[ANNA], lambda facts: replace(facts, agenda=agenda)
        )

    async def reconnect(self) -> None:
        self.system.lose()
        await self.settle()
        self.system.come_back()

    async def reload(self) -> None:
        await self.hass.config_entries.async_reload(self.team.entry.entry_id)

    async def somebody_new(self) -> None:
        data = {
            "name": "Carl",
            "extension": "102",
            "default_profile": "01PROFILEAVAILABLE00000000",
        }
        subentry = ConfigSubentry(
            data=data, subentry_type="person", title="Carl", unique_id="102"
        )
        self.hass.config_entries.async_add_subentry(self.team.entry, subentry)


def own(lines: list[dict[str, Any]]) -> list[str]:
    """Return what xpresence says itself."""
    return [
        f"{one['name']} {one['message']}"
        for one in lines
        if one.get("domain") == "xpresence"
    ]


def states(lines: list[dict[str, Any]]) -> Counter[str]:
    """Return how often each entity changed, by Home Assistant's own lines."""
    return Counter(one["entity_id"] for one in lines if one.get("domain") is None)


@pytest.fixture
async def book(
    recorder_mock: Any,
    hass: HomeAssistant,
    own_folder: object,
    monkeypatch: pytest.MonkeyPatch,
    hass_ws_client: WebSocketGenerator,
) -> Book:
    for component in ("homeassistant", "logbook"):
        assert await async_setup_component(hass, component, {})
    made = recording(monkeypatch)
    book = Book(hass, await set_up_team(hass), made[-1], hass_ws_client)
    await book.begin()
    return book


type Happen = Callable[[Book], Awaitable[None]]

CHANGES: list[tuple[str, Happen, list[str], list[str], list[str]]] = [
    (
        "the person chooses",
        lambda book: book.choose("Meeting"),
        [
            "Anna's profile changed to Meeting by Anna",
            "Anna's calls now go to Voicemail by Anna",
        ],
        [
            "Profil von Anna wechselte zu Meeting durch Anna",
            "Anrufe von Anna gehen jetzt an Voicemail durch Anna",
        ],
        [
            "Anna : le profil est passé à Meeting par Anna",
            "Anna : les appels vont maintenant vers Voicemail par Anna",
        ],
    ),
    (
        "the administrator chooses",
        lambda book: book.choose("Meeting", "admin"),
        [
            "Anna's profile changed to Meeting by Admin (administrator)",
            "Anna's calls now go to Voicemail by Admin (administrator)",
        ],
        [
            "Profil von Anna wechselte zu Meeting durch Admin (Administration)",
            "Anrufe von Anna gehen jetzt an Voicemail durch Admin (Administration)",
        ],
        [
            "Anna : le profil est passé à Meeting par Admin (administration)",
            "Anna : les appels vont maintenant vers Voicemail par Admin (administration)",
        ],
    ),
    (
        "an automation chooses what holds already",
        lambda book: book.choose("Available", None),
        [],
        [],
        [],
    ),
    (
        "an own redirect",
        lambda book: book.act("set_redirect", "dora", mode="forward", target="101"),
        ["Anna's calls now go to Bob by Dora (delegate)"],
        ["Anrufe von Anna gehen jetzt an Bob durch Dora (Vertretung)"],
        ["Anna : les appels vont maintenant vers Bob par Dora (délégation)"],
    ),
    (
        "somebody dials at the desk",
        lambda book: book.dial(BOB),
        ["Anna's calls now go to Bob at the telephone"],
        ["Anrufe von Anna gehen jetzt an Bob am Telefon"],
        ["Anna : les appels vont maintenant vers Bob au téléphone"],
    ),
    (
        "a meeting begins",
        lambda book: book.a_meeting_begins(),
        [
            "Anna's profile changed to Meeting because of the appointment",
            "Anna's calls now go to Voicemail because of the appointment",
        ],
        [
            "Profil von Anna wechselte zu Meeting wegen des Termins",
            "Anrufe von Anna gehen jetzt an Voicemail wegen des Termins",
        ],
        [
            "Anna : le profil est passé à Meeting à cause du rendez-vous",
            "Anna : les appels vont maintenant vers Voicemail à cause du rendez-vous",
        ],
    ),
    ("the connection breaks", lambda book: book.reconnect(), [], [], []),
    ("a reload", lambda book: book.reload(), [], [], []),
    ("somebody new", lambda book: book.somebody_new(), [], [], []),
]


@pytest.mark.parametrize("language", ["en", "de", "fr"])
@pytest.mark.parametrize(
    ("happens", "english", "german", "french"),
    [pytest.param(*row[1:], id=row[0]) for row in CHANGES],
)
async def test_one_line_for_one_change_in_a_persons_words(
    book: Book,
    language: str,
    happens: Happen,
    english: list[str],
    german: list[str],
    french: list[str],
) -> None:
    book.hass.config.language = language
    await happens(book)
    expected = {"en": english, "de": german, "fr": french}
    assert own(await book.lines()) == expected[language]


@pytest.mark.parametrize("via", ["Meeting", "Available"])
async def test_nothing_that_is_switched_on_changes_more_than_once_a_choice(
    book: Book, via: str
) -> None:
    if via == "Available":
        await book.choose("Meeting")
        await book.begin()
    await book.choose(via)
    changed = states(await book.lines())
    assert changed.pop(EVENT) == 2  # another profile, and calls that go elsewhere
    assert changed == {SELECT: 1, "sensor.anna_redirect": 1, "sensor.anna_status": 1}


async def test_dialled_over_a_profile_is_one_line_too(book: Book) -> None:
    await book.choose("Meeting")
    await book.begin()
    await book.dial(BOB)
    assert own(await book.lines()) == ["Anna's calls now go to Bob at the telephone"]


async def test_over_a_break_what_held_is_told_of_nobody(book: Book) -> None:
    await book.choose("Meeting")
    await book.begin()
    for _ in range(3):
        await book.reconnect()
        await book.settle()
    assert own(await book.lines()) == []


async def test_what_changed_during_a_break_is_told_once(book: Book) -> None:
    book.system.lose()
    await book.settle()
    await book.begin()
    book.system.come_back()
    await book.dial(BOB)
    assert own(await book.lines()) == ["Anna's calls now go to Bob at the telephone"]
