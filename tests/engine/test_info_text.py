"""The info text: what colleagues read, as far as the person lets them."""

from datetime import timedelta
from typing import Any, override

from homeassistant.core import Event, HomeAssistant, callback
from homeassistant.exceptions import HomeAssistantError
from homeassistant.util import dt as dt_util
import pytest
from pytest_homeassistant_custom_component.typing import WebSocketGenerator

from custom_components.xpresence.const import EVENT_HAPPENED
from custom_components.xpresence.presence.line import Status
from custom_components.xpresence.telephony.driver import (
    Capability,
    OutcomeUnknown,
    PhoneSystemError,
    Rejected,
    Unavailable,
)
from custom_components.xpresence.telephony.home_assistant_actions.driver import (
    ActionsPhoneSystem,
)

from ..office import ANNA
from ..team import Team, set_up_team
from ..test_coordinator import restarted, shown
from ..websocket.test_websocket import told

INFO_TEXT = "text.anna_info_text"


class Showing(ActionsPhoneSystem):
    """An embedded phone system whose telephones show a text."""

    shown: list[tuple[str, str]]

    @property
    @override
    def capabilities(self) -> Capability:
        return super().capabilities | Capability.PRESENCE_TEXT

    @override
    async def publish(self, extension: str, status: Status, text: str) -> None:
        self.shown.append((extension, text))


@pytest.fixture
def displays(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, str]]:
    texts: list[tuple[str, str]] = []
    monkeypatch.setattr(Showing, "shown", texts, raising=False)
    monkeypatch.setattr(
        "custom_components.xpresence.telephony.home_assistant_actions.driver"
        ".ActionsPhoneSystem",
        Showing,
    )
    return texts


@pytest.fixture
async def team(
    hass: HomeAssistant, own_folder: object, displays: list[tuple[str, str]]
) -> Team:
    return await set_up_team(hass)


async def call(hass: HomeAssistant, team: Team, name: str, **data: Any) -> None:
    domain, _, action = name.partition(".")
    await hass.services.async_call(
        domain, action, data, blocking=True, context=team.context("anna")
    )
    await hass.async_block_till_done(wait_background_tasks=True)


async def write(hass: HomeAssistant, team: Team, text: str) -> None:
    await call(hass, team, "text.set_value", entity_id=INFO_TEXT, value=text)


@pytest.mark.parametrize("error", [Rejected, Unavailable, OutcomeUnknown])
async def test_it_is_written_whatever_is_wrong_with_the_redirect(
    hass: HomeAssistant, team: Team, error: type[PhoneSystemError]
) -> None:
    async def fails(*_: Any) -> Any:
        raise error

    with pytest.MonkeyPatch.context() as broken:
        broken.setattr(ActionsPhoneSystem, "apply", fails)
        with pytest.raises(HomeAssistantError):
            await call(
                hass,
                team,
                "select.select_option",
                entity_id="select.anna_profile",
                option="Meeting",
            )
        events: list[Event] = []

        @callback
        def note(event: Event) -> None:
            events.append(event)

        hass.bus.async_listen(EVENT_HAPPENED, note)
        await write(hass, team, "Back at two")
    assert shown(hass, INFO_TEXT).state == "Back at two"
    # Nobody's calls went elsewhere by writing a text.
    assert [event.data for event in events] == []
    await restarted(hass, team.entry)
    assert shown(hass, INFO_TEXT).state == "Back at two"


async def test_a_text_that_cannot_be_stored_is_not_shown(
    hass: HomeAssistant, team: Team, monkeypatch: pytest.MonkeyPatch
) -> None:
    await write(hass, team, "Before")

    async def full(*_: Any) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(team.entry.runtime_data.people, "async_save", full)
    with pytest.raises(HomeAssistantError) as failed:
        await write(hass, team, "After")
    assert failed.value.translation_key == "not_saved"
    assert shown(hass, INFO_TEXT).state == "Before"


async def show_to(hass: HomeAssistant, team: Team, tier: str) -> None:
    target = {"entity_id": "select.anna_profile", "tier": tier}
    await call(hass, team, "xpresence.show_info_text_to", **target)


async def test_everybody_reads_it_unless_the_person_says_else(
    hass: HomeAssistant, team: Team, displays: list[tuple[str, str]]
) -> None:
    await write(hass, team, "Back at two")
    assert shown(hass, INFO_TEXT).state == "Back at two"
    assert displays[-1] == ("100", "Back at two")


@pytest.mark.parametrize(
    ("tier", "readers"),
    [("owner", {"anna"}), ("delegate", {"anna", "dora", "rita"})],
)
async def test_what_is_not_for_everybody_is_in_no_state_and_on_no_telephone(
    hass: HomeAssistant,
    team: Team,
    hass_ws_client: WebSocketGenerator,
    displays: list[tuple[str, str]],
    tier: str,
    readers: set[str],
) -> None:
    await write(hass, team, "Back at two")
    await show_to(hass, team, tier)
    assert shown(hass, INFO_TEXT).state == "unknown"
    assert displays[-1] == ("100", "")
    displays.clear()
    await write(hass, team, "At the doctor's")
    assert not any(
        "doctor" in str(state.as_dict()) for state in hass.states.async_all()
    )
    assert displays == []
    for reader in ("admin", "anna", "dora", "rita", "bob"):
        message = await told(hass, team, hass_ws_client, reader)
        assert ("doctor" in str(message)) is (reader in readers), reader
    await show_to(hass, team, "team")
    assert shown(hass, INFO_TEXT).state == "At the doctor's"
    assert displays == [("100", "At the doctor's")]


async def test_after_a_ban_that_was_lifted_the_offices_tier_holds(
    hass: HomeAssistant, team: Team
) -> None:
    await write(hass, team, "Back at two")
    await show_to(hass, team, "owner")
    subentry = team.entry.subentries[ANNA]
    own = subentry.data["sharing"]["own_info_tier"]
    assert own == {"value": "owner", "rests_on": {"share": 0}}
    hass.config_entries.async_update_entry(team.entry, options={"allowed": []})
    hass.config_entries.async_update_entry(team.entry, options={})
    await hass.async_block_till_done(wait_background_tasks=True)
    assert shown(hass, INFO_TEXT).state == "Back at two"


async def test_a_plan_keeps_its_text_when_a_page_that_may_not_show_it_changes_it(
    hass: HomeAssistant, team: Team
) -> None:
    await show_to(hass, team, "owner")
    start = dt_util.now() + timedelta(days=1)
    await call(
        hass,
        team,
        "xpresence.plan_presence",
        entity_id="select.anna_profile",
        profile="Meeting",
        start=start.isoformat(),
        end=(start + timedelta(hours=1)).isoformat(),
        info_text="At the doctor's",
    )
    coordinator = team.entry.runtime_data
    (entry,) = coordinator.people[ANNA].facts.agenda.entries
    calendar = hass.data["calendar"].get_entity("calendar.anna_appointments")
    (event,) = await calendar.async_get_events(hass, start, start + timedelta(hours=1))
    assert "doctor" not in event.description
    later = {"dtstart": start, "dtend": start + timedelta(hours=2)}
    shown_again = {"summary": "Meeting", "description": event.description}
    calendar.async_set_context(team.context("anna"))
    await calendar.async_update_event(entry.uid, shown_again | later)
    (entry,) = coordinator.people[ANNA].facts.agenda.entries
    assert entry.info_text == "At the doctor's"
    assert entry.end == start + timedelta(hours=2)
