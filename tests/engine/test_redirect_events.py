"""What is told of calls is what happened: to where, by whom, and nothing else."""

from datetime import timedelta
from typing import Any

from homeassistant.core import Context, HomeAssistant, callback
from homeassistant.util import dt as dt_util
import pytest

from custom_components.xpresence.presence.line import Destination, DestinationKind
from tests.conftest import set_up
from tests.office import OFFICE, forward, profile
from tests.recording import Recording, recording
from tests.test_coordinator import REDIRECT, SELECT, act, shown

LUNCH = "01PROFILELUNCH000000000000"
BOB = Destination(DestinationKind.NUMBER, "101")


class Told:
    """An office, and everything that it told of Anna's calls."""

    def __init__(self, hass: HomeAssistant, system: Recording) -> None:
        self.hass = hass
        self.system = system
        self.events: list[tuple[str | None, str | None]] = []
        self.happened: list[str] = []
        hass.bus.async_listen("xpresence_happened", self._on_event)

    @callback
    def _on_event(self, event: Any) -> None:
        self.happened.append(event.data["happening"])
        if event.data["happening"] == "redirected":
            self.events.append((event.data.get("target"), event.data.get("made_by")))

    async def choose(self, name: str, context: Context | None = None) -> None:
        await self.hass.services.async_call(
            "xpresence",
            "set_profile",
            {"entity_id": SELECT, "profile": name},
            blocking=True,
            context=context,
        )
        await self.settle()

    async def settle(self) -> None:
        await self.hass.async_block_till_done(wait_background_tasks=True)

    @property
    def calls(self) -> str:
        state = shown(self.hass, REDIRECT)
        return str(state.attributes.get("target") or state.state)


@pytest.fixture
async def told(
    hass: HomeAssistant, own_folder: object, monkeypatch: pytest.MonkeyPatch
) -> Told:
    made = recording(monkeypatch)
    lunch = profile(LUNCH, "Lunch", "away", redirect=forward("voicemail"))
    await set_up(hass, subentries_data=[*OFFICE[:3], lunch, *OFFICE[3:]])
    await hass.async_block_till_done(wait_background_tasks=True)
    return Told(hass, made[-1])


async def test_a_lost_connection_and_a_reload_are_no_change(
    hass: HomeAssistant, told: Told
) -> None:
    await told.choose("Meeting")
    told.events.clear()
    for _ in range(3):
        told.system.lose()
        await told.settle()
        told.system.come_back()
        await told.settle()
    (entry,) = hass.config_entries.async_entries("xpresence")
    await hass.config_entries.async_reload(entry.entry_id)
    await told.settle()
    assert told.calls == "Voicemail"
    assert told.events == []


async def test_what_is_dialled_with_nothing_held_is_told_as_the_desks(
    told: Told,
) -> None:
    await told.system.dialled("100", unconditional=BOB)
    await told.settle()
    await told.system.dialled("100", unconditional=None)
    await told.settle()
    assert told.events == [("Bob", "phone"), (None, "phone")]


async def test_whoever_chose_what_held_already_is_not_blamed_for_the_desk(
    told: Told,
) -> None:
    await told.choose("Meeting")
    await told.choose("Meeting")
    told.events.clear()
    await told.system.dialled("100", unconditional=BOB)
    await told.settle()
    assert told.events == [("Bob", "phone")]


async def test_what_is_dialled_over_a_profile_is_one_line_of_the_logbook(
    told: Told,
) -> None:
    await told.choose("Meeting")
    told.happened.clear()
    await told.system.dialled("100", unconditional=BOB)
    await told.settle()
    assert told.happened == ["redirected"]
    assert told.events[-1] == ("Bob", "phone")


async def test_a_choice_is_told_once_with_who_made_it(told: Told) -> None:
    await told.choose("Meeting")
    await told.choose("Available")
    assert told.events == [("Voicemail", "automation"), (None, "automation")]


async def test_back_to_automatic_takes_an_own_redirect_back(
    hass: HomeAssistant, told: Told
) -> None:
    await told.choose("Lunch")
    await act(hass, "set_redirect", mode="forward", target="Bob")
    assert told.calls == "Bob"
    await act(hass, "set_redirect", mode="unchanged")
    assert told.calls == "Voicemail"
    await act(hass, "resume_automatic")
    assert told.calls == "off"


@pytest.mark.parametrize("via", ["Lunch", "Available"])
async def test_back_to_automatic_ends_it_over_a_profile_and_over_none(
    hass: HomeAssistant, told: Told, via: str
) -> None:
    await told.choose(via)
    await act(hass, "set_redirect", mode="forward", target="Bob")
    await act(hass, "resume_automatic")
    assert told.calls == "off"


async def test_ring_here_in_a_meeting_ends_with_back_to_automatic(
    hass: HomeAssistant, told: Told
) -> None:
    now = dt_util.utcnow()
    await act(
        hass,
        "plan_presence",
        profile="Meeting",
        start=(now - timedelta(minutes=5)).isoformat(),
        end=(now + timedelta(hours=1)).isoformat(),
    )
    await told.settle()
    assert told.calls == "Voicemail"
    await act(hass, "set_redirect", mode="off")
    assert told.calls == "off"
    told.happened.clear()
    await act(hass, "resume_automatic")
    await told.settle()
    assert told.calls == "Voicemail"
    assert told.happened == ["redirected"]


async def test_what_remains_after_back_to_automatic_is_named(
    hass: HomeAssistant, told: Told
) -> None:
    await told.system.dialled("100", unconditional=BOB)
    await told.settle()
    await act(hass, "resume_automatic")
    answer = await hass.services.async_call(
        "xpresence",
        "explain",
        {"entity_id": SELECT},
        blocking=True,
        return_response=True,
    )
    assert answer is not None
    (person,) = answer["people"]  # type: ignore[misc]
    said = "Calls keep going to Bob, not set by xpresence."
    assert said in person["explanation"]  # type: ignore[index,call-overload]


async def test_what_was_given_an_end_and_what_the_desk_dialled_stay(
    hass: HomeAssistant, told: Told
) -> None:
    await act(
        hass, "set_redirect", mode="forward", target="Bob", **{"for": {"hours": 1}}
    )
    await act(hass, "resume_automatic")
    assert told.calls == "Bob"
    await act(hass, "set_redirect", mode="off")
    await told.system.dialled("100", unconditional=BOB)
    await told.settle()
    await act(hass, "resume_automatic")
    assert told.calls == "Bob"
