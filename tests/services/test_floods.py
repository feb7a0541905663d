"""Questions by the hundred cost one answer, and no user stops the house with them."""

import asyncio
from collections import Counter
from datetime import timedelta
from typing import Any, Final

from freezegun.api import FrozenDateTimeFactory
from homeassistant.core import Context, HomeAssistant
from homeassistant.exceptions import ServiceValidationError
from homeassistant.util import dt as dt_util
import pytest

from custom_components.xpresence.inputs.calendars import calendars_of_person
from custom_components.xpresence.inputs.calendars.planned import MOST
from custom_components.xpresence.operations.rate_limit import AT_ONCE, EACH_MINUTE
from custom_components.xpresence.operations.timelines import timelines
from custom_components.xpresence.presence.calendar.planned import PlannedPresence

from ..office import ANNA, MEETING
from ..stops import pace, stops
from ..team import Team, set_up_team

SELECT: Final = "select.anna_profile"
SLOWEST: Final = 0.1
"""Seconds that one turn of the event loop may take."""
ACTIONS: Final = ("get_appointments", "simulate", "explain")


@pytest.fixture
async def team(hass: HomeAssistant, own_folder: object) -> Team:
    """Set up an office in which Anna planned as much as may be, all of it at once."""
    team = await set_up_team(hass)
    plan = calendars_of_person(team.entry.runtime_data.people[ANNA]).plan
    begin = dt_util.utcnow() + timedelta(hours=1)
    await plan._async_store(
        {
            f"planned-{number}": PlannedPresence(
                f"planned-{number}",
                begin + timedelta(minutes=number),
                begin + timedelta(days=5, minutes=-number),
                MEETING,
                None,
                None,
            )
            for number in range(MOST)
        }
    )
    await hass.async_block_till_done(wait_background_tasks=True)
    return team


async def ask(hass: HomeAssistant, action: str, context: Context, **data: Any) -> Any:
    return await hass.services.async_call(
        "xpresence",
        action,
        {"entity_id": SELECT, **data},
        blocking=True,
        context=context,
        return_response=True,
    )


async def test_a_flood_of_questions_is_computed_once_and_stops_nobody(
    hass: HomeAssistant, team: Team
) -> None:
    context = team.context("anna")
    start = dt_util.utcnow().replace(tzinfo=None)

    async def flood() -> list[Any]:
        asked = []
        for number in range(300):
            action = ACTIONS[number % 3]
            # No two are alike.
            end = {"end": start + timedelta(days=6, seconds=number)}
            more = {} if action == "explain" else end
            asked.append(asyncio.create_task(ask(hass, action, context, **more)))
            await asyncio.sleep(0)
        return await asyncio.gather(*asked, return_exceptions=True)

    began = hass.loop.time()
    with stops() as watch:
        answers = await flood()
    allowed = AT_ONCE + (hass.loop.time() - began) * EACH_MINUTE / 60
    refused = [one for one in answers if isinstance(one, ServiceValidationError)]
    assert AT_ONCE <= 300 - len(refused) <= allowed + 1
    assert {one.translation_key for one in refused} == {"too_often"}
    assert not [
        one for one in answers if isinstance(one, BaseException) and one not in refused
    ]
    # The appointment list, and one timeline.
    assert timelines(hass).computed == 2
    assert watch.longest < SLOWEST * pace()


async def test_another_user_is_not_refused_for_it(
    hass: HomeAssistant, team: Team
) -> None:
    flood = (ask(hass, "explain", team.context("anna")) for _ in range(AT_ONCE + 1))
    answers = await asyncio.gather(*flood, return_exceptions=True)
    assert isinstance(answers[-1], ServiceValidationError)
    assert await ask(hass, "explain", team.context("dora"))


async def test_who_waited_may_ask_again(
    hass: HomeAssistant, team: Team, monkeypatch: pytest.MonkeyPatch
) -> None:
    context, now = team.context("anna"), hass.loop.time()
    monkeypatch.setattr(hass.loop, "time", lambda: now)
    for _ in range(AT_ONCE):
        await ask(hass, "explain", context)
    with pytest.raises(ServiceValidationError) as refused:
        await ask(hass, "explain", context)
    assert refused.value.translation_placeholders == {"seconds": "1"}
    now += 60 / EACH_MINUTE
    await ask(hass, "explain", context)


async def test_a_shared_timeline_answers_as_one_of_its_own(
    hass: HomeAssistant, team: Team, freezer: FrozenDateTimeFactory
) -> None:
    context = team.context("anna")
    start = dt_util.utcnow() + timedelta(days=1)
    asked = {
        "start": start.replace(tzinfo=None),
        "end": (start + timedelta(hours=5)).replace(tzinfo=None),
    }
    hass.data.pop("xpresence_timelines", None)
    alone = await ask(hass, "simulate", context, **asked)
    hass.data.pop("xpresence_timelines")
    await ask(hass, "simulate", context, end=asked["end"] + timedelta(hours=20))
    computed = timelines(hass).computed
    assert await ask(hass, "simulate", context, **asked) == alone
    assert timelines(hass).computed == computed


async def test_a_new_state_is_computed_anew(hass: HomeAssistant, team: Team) -> None:
    context = team.context("anna")
    before = await ask(hass, "simulate", context)
    await hass.services.async_call(
        "xpresence",
        "set_profile",
        {"entity_id": SELECT, "profile": "Meeting", "for": {"minutes": 30}},
        blocking=True,
        context=context,
    )
    after = await ask(hass, "simulate", context)
    first = [one["people"][0]["timeline"][0]["profile"] for one in (before, after)]
    assert first == ["Available", "Meeting"]


async def test_the_calendar_of_a_flooded_person_is_shown_without_a_stop(
    hass: HomeAssistant, team: Team
) -> None:
    now = dt_util.utcnow()
    with stops() as watch:
        answers = await asyncio.gather(
            *(
                hass.services.async_call(
                    "calendar",
                    "get_events",
                    {
                        "entity_id": "calendar.anna_appointments",
                        "start_date_time": now,
                        "end_date_time": now + timedelta(days=9),
                    },
                    blocking=True,
                    return_response=True,
                    context=team.context("bob"),
                )
                for _ in range(20)
            )
        )
    counts = Counter(
        len(one["calendar.anna_appointments"]["events"]) for one in answers if one
    )
    assert counts == {MOST: 20}
    assert timelines(hass).computed == 1
    assert watch.longest < SLOWEST * pace()
