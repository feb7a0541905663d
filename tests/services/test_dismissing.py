"""Setting appointments and absences aside, and bringing them back, by actions."""

from collections.abc import AsyncGenerator
from dataclasses import replace
from datetime import date, datetime, time
from typing import Any

from freezegun.api import FrozenDateTimeFactory
from homeassistant.core import HomeAssistant
from homeassistant.exceptions import ServiceValidationError
import pytest

from tests.calendars import Diary, clear, diaries, followed
from tests.inputs.day import BERLIN, Day, pc
from tests.office import ANNA, MEETING

POWER = "binary_sensor.pc"
LOCK = "binary_sensor.lock"


@pytest.fixture(autouse=True)
async def folder(hass: HomeAssistant, own_folder: Any) -> AsyncGenerator[None]:
    await hass.config.async_set_time_zone("Europe/Berlin")
    yield
    await clear(hass)


@pytest.fixture
def day(hass: HomeAssistant, freezer: FrozenDateTimeFactory) -> Day:
    return Day(hass, freezer)


def at(clock: str) -> datetime:
    return datetime.combine(date(2026, 11, 24), time.fromisoformat(clock), BERLIN)


@pytest.fixture
async def diary(hass: HomeAssistant, day: Day) -> Diary:
    (diary,) = await diaries(hass, "Outlook")
    diary.enter(at("10:00"), at("11:00"), "Budget")
    diary.enter(at("14:00"), at("15:00"), "Review")
    await day.begin(calendars=followed("calendar.outlook", default=MEETING))
    return diary


async def act(hass: HomeAssistant, action: str, **said: Any) -> Any:
    answers = action in ("explain", "get_appointments")
    answer = await hass.services.async_call(
        "xpresence",
        action,
        {"entity_id": "select.anna_profile", **said},
        blocking=True,
        return_response=answers,
    )
    await hass.async_block_till_done()
    return answer["people"][0] if answers and answer else None


async def appointments(hass: HomeAssistant) -> list[dict[str, Any]]:
    """Return the appointment list, Budget before Review."""
    found: list[dict[str, Any]] = (await act(hass, "get_appointments"))["appointments"]
    return found


async def test_available_in_a_meeting_is_told_and_brought_back(
    hass: HomeAssistant, day: Day, diary: Diary
) -> None:
    await day.at("10:32")
    assert (day.profile, day.calls) == ("Meeting", "Voicemail")
    await day.choose("Available")
    assert (day.profile, day.calls) == ("Available", "off")
    told = await act(hass, "explain")
    said = "was dismissed at 10:32, it counts no more until 11:00"
    assert said in told["explanation"]
    budget, _ = await appointments(hass)
    assert budget["dismissed"] == at("10:32").isoformat()
    await act(hass, "restore", item=budget["id"])
    assert (day.profile, day.calls) == ("Meeting", "Voicemail")
    assert (await appointments(hass))[0]["dismissed"] is None


async def test_it_outlives_a_restart_with_the_calendar_down_and_one_that_moved(
    hass: HomeAssistant, day: Day, diary: Diary
) -> None:
    await day.at("10:32")
    await day.choose("Available")
    await day.restart()
    assert day.profile == "Available"
    diary.events[0] = replace(diary.events[0], end=at("11:30"))
    diary.tell()
    await day.settle()
    await day.at("11:15")
    assert day.profile == "Available"
    await day.at("14:30")
    assert day.profile == "Meeting"


async def test_without_a_uid_it_is_told_and_brought_back_as_well(
    hass: HomeAssistant, day: Day, diary: Diary
) -> None:
    diary.events[0] = replace(diary.events[0], uid=None)
    diary.tell()
    await day.settle()
    await day.at("10:32")
    await day.choose("Available")
    diary.events[0] = replace(diary.events[0], end=at("11:30"), summary="Budget 2027")
    diary.tell()
    await day.settle()
    budget, _ = await appointments(hass)
    assert (day.profile, budget["dismissed"]) == ("Available", at("10:32").isoformat())
    await act(hass, "restore", item=budget["id"])
    assert day.profile == "Meeting"
    await act(hass, "dismiss", item=budget["id"])
    assert day.profile == "Available"


async def test_one_to_come_is_set_aside_by_hand(
    hass: HomeAssistant, day: Day, diary: Diary
) -> None:
    _, review = await appointments(hass)
    await act(hass, "dismiss", item=review["id"])
    await day.restart()
    await day.at("10:30")
    assert day.profile == "Meeting"
    await day.at("14:30")
    assert day.profile == "Available"
    calendar = hass.states.get("calendar.anna_appointments")
    assert calendar is not None
    assert calendar.state == "off"


@pytest.mark.parametrize(
    ("action", "item", "reason"),
    [
        ("dismiss", None, "nothing_to_dismiss"),
        ("dismiss", "nonsense", "not_to_dismiss"),
        ("restore", "nonsense", "not_dismissed"),
    ],
)
async def test_what_cannot_be_is_refused_and_changes_nothing(
    hass: HomeAssistant,
    day: Day,
    diary: Diary,
    action: str,
    item: str | None,
    reason: str,
) -> None:
    with pytest.raises(ServiceValidationError) as refused:
        await act(hass, action, **({"item": item} if item else {}))
    assert refused.value.translation_key == reason
    assert day.state.facts.dismissed == ()


async def test_without_an_item_what_decides_now_is_set_aside(
    hass: HomeAssistant, day: Day, diary: Diary
) -> None:
    await day.at("10:10")
    await act(hass, "dismiss")
    assert day.profile == "Available"
    await act(hass, "resume_automatic")
    assert day.profile == "Meeting"


async def test_an_absence_is_set_aside_until_somebody_uses_the_pc(
    hass: HomeAssistant, day: Day
) -> None:
    await day.says(POWER, "on")
    await day.says(LOCK, "off")
    await day.begin(**pc({"session": POWER, "locked": LOCK}))
    await day.says(LOCK, "on")
    await day.at("8:30")
    assert day.profile == "Quiet"
    await day.choose("Available")
    assert day.profile == "Available"
    told = await act(hass, "explain")
    assert "absence" in {entry["id"] for entry in told["trace"]}
    await day.restart(LOCK)
    await day.says(LOCK, "on")
    await day.at("9:00")
    assert day.profile == "Available"
    # Back, and away again: another absence.
    await day.says(LOCK, "off")
    await day.at("9:30")
    await day.says(LOCK, "on")
    await day.at("9:45")
    assert day.profile == "Quiet"
    assert day.entry.subentries[ANNA] is not None
