"""How old a reading is, what becomes of one that is too old, and waiting as asked."""

from datetime import timedelta

from freezegun.api import FrozenDateTimeFactory
from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers import issue_registry as ir
import pytest
from pytest_homeassistant_custom_component.common import (
    MockConfigEntry,
    async_capture_events,
    async_fire_time_changed,
)

from custom_components.xpresence.const import EVENT_HAPPENED
from custom_components.xpresence.languages import texts_in
from custom_components.xpresence.presence.line import TARGET_UNKNOWN
from custom_components.xpresence.presence.redirect.parts import RedirectCapabilities
from custom_components.xpresence.presence.texts.logbook import in_words
from custom_components.xpresence.telephony.driver import (
    Freshness,
    LicenceMissing,
    PhoneSystemError,
    RetryLater,
    RuleMissing,
    SecondFactorRequired,
)
from tests.conftest import set_up
from tests.office import ANNA
from tests.recording import Recording, recording
from tests.test_coordinator import REDIRECT, choose, shown

pytestmark = pytest.mark.usefixtures("own_folder")


async def settle(hass: HomeAssistant) -> None:
    await hass.async_block_till_done(wait_background_tasks=True)


@pytest.fixture
async def polled(
    hass: HomeAssistant, monkeypatch: pytest.MonkeyPatch
) -> tuple[MockConfigEntry, Recording]:
    """Set up an office whose phone system has to be asked."""
    made = recording(monkeypatch)
    monkeypatch.setattr(Recording, "freshness", Freshness(30, 120), raising=False)
    entry = await set_up(hass)
    return entry, made[-1]


async def test_a_reading_that_had_to_be_asked_for_says_how_old_it_is(
    hass: HomeAssistant,
    polled: tuple[MockConfigEntry, Recording],
    freezer: FrozenDateTimeFactory,
) -> None:
    _, system = polled
    await choose(hass, "Meeting")
    before = shown(hass, REDIRECT).attributes["read_at"]
    since = shown(hass, REDIRECT).attributes["since"]
    freezer.tick(timedelta(seconds=30))
    line = await system.read("100")
    from custom_components.xpresence.telephony.driver import LineChanged

    system.emit(LineChanged(line))
    await settle(hass)
    assert shown(hass, REDIRECT).attributes["read_at"] > before
    assert shown(hass, REDIRECT).attributes["since"] == since
    assert shown(hass, REDIRECT).state == "active"


async def test_a_reading_that_is_too_old_says_nothing_and_is_made_anew(
    hass: HomeAssistant,
    polled: tuple[MockConfigEntry, Recording],
    freezer: FrozenDateTimeFactory,
) -> None:
    entry, _ = polled
    await choose(hass, "Meeting")
    loop = entry.runtime_data.people[ANNA].loop
    first = loop.line.as_of
    freezer.tick(timedelta(seconds=121))
    async_fire_time_changed(hass)
    await settle(hass)
    assert loop.line.as_of > first
    assert shown(hass, REDIRECT).state == "active"


async def test_a_phone_system_that_tells_by_itself_shows_no_age(
    hass: HomeAssistant,
) -> None:
    await set_up(hass)
    assert "read_at" not in shown(hass, REDIRECT).attributes


async def test_it_is_tried_again_after_the_time_that_was_asked_for(
    hass: HomeAssistant,
    polled: tuple[MockConfigEntry, Recording],
    freezer: FrozenDateTimeFactory,
) -> None:
    _, system = polled
    system.failure = RetryLater(300)
    with pytest.raises(HomeAssistantError) as waits:
        await choose(hass, "Meeting")
    assert waits.value.translation_key == "redirect_retry_later"
    assert shown(hass, REDIRECT).state == "pending"
    assert shown(hass, REDIRECT).attributes["reason"] == "retry_later"
    tried = len(system.reached)
    for seconds in (60, 60, 60, 60):
        freezer.tick(timedelta(seconds=seconds))
        async_fire_time_changed(hass)
        await settle(hass)
    assert len(system.reached) == tried
    system.failure = None
    freezer.tick(timedelta(seconds=70))
    async_fire_time_changed(hass)
    await settle(hass)
    assert shown(hass, REDIRECT).state == "active"


@pytest.mark.parametrize(
    "error",
    [LicenceMissing("Enterprise"), SecondFactorRequired(), RuleMissing("busy")],
    ids=lambda error: error.key,
)
async def test_what_only_a_person_can_mend_is_a_notice_that_tries_again(
    hass: HomeAssistant,
    polled: tuple[MockConfigEntry, Recording],
    freezer: FrozenDateTimeFactory,
    error: PhoneSystemError,
) -> None:
    _, system = polled
    system.failure = error
    with pytest.raises(HomeAssistantError) as told:
        await choose(hass, "Meeting")
    assert told.value.translation_key == f"redirect_{error.key}"
    for _ in range(3):
        freezer.tick(timedelta(seconds=70))
        async_fire_time_changed(hass)
        await settle(hass)
    issue = ir.async_get(hass).async_get_issue("xpresence", f"redirect_failing_{ANNA}")
    assert issue is not None
    assert issue.translation_key == f"redirect_failing_{error.key}"
    assert issue.is_fixable
    assert issue.translation_placeholders is not None
    assert error.placeholders.items() <= issue.translation_placeholders.items()


async def test_what_led_nobody_knows_where_is_replaced_and_its_loss_is_a_notice(
    hass: HomeAssistant, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = recording(monkeypatch)
    await set_up(hass)
    happened = async_capture_events(hass, EVENT_HAPPENED)
    await made[-1].dialled("100", unconditional=TARGET_UNKNOWN)
    await settle(hass)
    (told,) = [one for one in happened if one.data["happening"] == "redirected"]
    # It is no end of a redirect, though no target is named.
    assert "nobody knows whereto" in in_words(told.data, texts_in("en"))[1]
    assert shown(hass, REDIRECT).state == "active"
    assert shown(hass, REDIRECT).attributes["target_known"] is False
    await choose(hass, "Meeting")
    assert shown(hass, REDIRECT).attributes["target"] == "Voicemail"
    issues = ir.async_get(hass)
    lost = f"redirect_not_restored_{ANNA}"
    assert issues.async_get_issue("xpresence", lost) is None
    await choose(hass, "Available")
    await settle(hass)
    assert shown(hass, REDIRECT).state == "off"
    assert issues.async_get_issue("xpresence", lost) is not None


async def test_without_read_back_the_redirect_says_that_nobody_confirmed_it(
    hass: HomeAssistant, monkeypatch: pytest.MonkeyPatch
) -> None:
    blind = RedirectCapabilities(readable=frozenset())
    monkeypatch.setattr(
        Recording, "redirect_capabilities", lambda *_: blind, raising=False
    )
    recording(monkeypatch)
    await set_up(hass)
    assert shown(hass, REDIRECT).state == "off"
    assert shown(hass, REDIRECT).attributes["confirmed"] is False
    await choose(hass, "Meeting")
    assert shown(hass, REDIRECT).state == "active"
    assert shown(hass, REDIRECT).attributes["confirmed"] is False
