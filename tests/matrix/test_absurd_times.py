"""No time, however absurd, does anything but be refused in words that name the field."""

from datetime import timedelta
import json
import math
from pathlib import Path
import re
from typing import Any, Final

from homeassistant.components import conversation, websocket_api
from homeassistant.core import Context
from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers import llm
import pytest
from pytest_homeassistant_custom_component.typing import WebSocketGenerator
import voluptuous as vol

from custom_components import xpresence
from custom_components.xpresence.const import DOMAIN
from custom_components.xpresence.inputs.calendars import calendars_of_person
from custom_components.xpresence.services import ACTIONS
from custom_components.xpresence.settings.selectors import FiniteNumberSelector

from ..office import ANNA
from ..pages import EN
from .test_hostile import (
    COMMANDS,
    SELECT,
    TOOLS,
    VALID,
    House,
    fields_of,
    house,
    refused_tool,
)

__all__ = ["house"]
FAR: Final = (
    "0001-01-01",
    "0001-01-01T00:00:00",
    "0001-01-01T00:00:00+14:00",
    "0001-01-01T00:00:00-14:00",
    "9999-12-31",
    "9999-12-31T23:59:59-14:00",
    "9999-12-31T23:59:59+14:00",
    "10000-01-01T00:00:00",
    "2026-02-30T00:00:00",
    "infinity",
    "NaT",
    "",
)
NUMBERS: Final[tuple[Any, ...]] = (
    1e309,
    -1e309,
    math.nan,
    -0.0,
    "1e309",
    "1e308",
    "-1e309",
    "nan",
    "NaN",
    "-0",
    "inf",
    10**30,
    -(10**30),
    str(10**30),
    "9" * 5000,
    1e300,
    -1,
    0,
    "-1:00",
    f"{10**20}:00:00",
    {"days": 10**30},
    {"days": 1e309},
    {"hours": math.nan},
    {"seconds": "1e309"},
    {"minutes": -1},
    {"hours": 1, "minutes": -60},
    {},
    timedelta.max,
    timedelta.min,
    timedelta(),
)
TIMES: Final = ("start", "end", "until")
SPANS: Final = ("for", "minutes", "duration", "ring_seconds", "run_over", "days")
"""Names of fields that take an instant, and of those that take a length of time."""
WORDS: Final = {"until": "end", "for": "end", "start": "begin"}
"""How our own refusals call a field."""


def values_for(field: str) -> tuple[Any, ...]:
    if field in SPANS:
        return (*NUMBERS, *FAR)
    return (*FAR, *NUMBERS) if field in TIMES else ()


def assert_names(error: Any, field: str) -> None:
    """Check that whoever reads an error knows which field it is about."""
    if isinstance(error, vol.Invalid):
        assert field in str(error), error
        return
    if isinstance(error, str):
        # What a model is told.
        assert WORDS.get(field, field) in error.casefold() or "start" in error, error
        return
    assert isinstance(error, HomeAssistantError), repr(error)
    assert error.translation_domain == DOMAIN, repr(error)
    assert error.translation_key is not None
    words = EN["exceptions"][error.translation_key]["message"].casefold()
    named = {field, WORDS.get(field, field), "{field}", "start"}
    assert any(word in words for word in named), (field, words)


async def with_plan(house: House) -> dict[str, Any]:
    """Let a plan be there; return what changes it."""
    await house.hass.services.async_call(
        DOMAIN,
        "plan_presence",
        {"entity_id": SELECT, **VALID["plan_presence"]},
        blocking=True,
    )
    await house.settle()
    plans = calendars_of_person(house.entry.runtime_data.people[ANNA]).plan.entries
    return {"planned": plans[0].uid}


async def context_of_admin(house: House) -> Context:
    user = await house.hass.auth.async_create_user("Admin", group_ids=["system-admin"])
    return Context(user_id=user.id)


@pytest.mark.parametrize("action", ACTIONS, ids=lambda action: action.name)
async def test_no_action_takes_an_absurd_time(house: House, action: Any) -> None:
    fields = [one for one in fields_of(action.fields) if values_for(one)]
    if not fields or action.name == "get_history":
        # The history is the person's own: see the commands.
        return
    context, planned = await context_of_admin(house), await with_plan(house)
    answers = house.hass.services.supports_response(DOMAIN, action.name).value
    for field in fields:
        for value in values_for(field):
            said = {"entity_id": SELECT, **VALID[action.name], field: value}
            if "planned" in said:
                said |= planned
            before = house.everything()
            with pytest.raises((vol.Invalid, HomeAssistantError)) as caught:
                await house.hass.services.async_call(
                    DOMAIN,
                    action.name,
                    said,
                    blocking=True,
                    context=context,
                    return_response=answers == "only",
                )
            assert_names(caught.value, field)
            await house.settle()
            assert house.everything() == before, (field, str(value)[:60])


def _fits_json(value: Any) -> bool:
    try:
        json.loads(json.dumps(value, allow_nan=False))
    except TypeError, ValueError:
        return False
    return "000000000000000000000000" not in str(value)


async def test_no_command_takes_an_absurd_time(
    house: House, hass_ws_client: WebSocketGenerator
) -> None:
    house.hass.config_entries.async_update_entry(
        house.entry, options={"history_days": 30}
    )
    await house.settle()
    prefix = f"{DOMAIN}/"
    known = house.hass.data[websocket_api.DOMAIN]
    client = await hass_ws_client()
    sent = set()
    for name, valid in COMMANDS.items():
        _, schema = known[prefix + name]
        for field in fields_of(schema.schema) if schema else ():
            for value in values_for(field):
                if not _fits_json(value):
                    # No JSON that Home Assistant reads holds them.
                    continue
                sent.add(name)
                office = name.partition("/")[0] in ("office", "people")
                whom = (
                    {"entry_id": house.entry.entry_id}
                    if office
                    else {"person_id": ANNA}
                )
                wish = {"type": prefix + name, **whom, **valid, field: value}
                await client.send_json_auto_id(wish)
                answer = await client.receive_json()
                assert not answer["success"], (name, field, value)
                error = answer["error"]
                assert error["code"] != "unknown_error", (name, field, value)
                named = field in error["message"] or "start" in error["message"]
                assert named or error["code"] == "unauthorized", (
                    name,
                    field,
                    value,
                    error,
                )
    assert "get_history" in sent


async def test_no_tool_takes_an_absurd_time(house: House) -> None:
    context = llm.LLMContext("test", Context(), "en", "conversation", None)
    api = await llm.async_get_api(house.hass, llm.LLM_API_ASSIST, context)
    prefix = f"{DOMAIN}__"
    for tool in api.tools:
        if not tool.name.startswith(prefix):
            continue
        for field in fields_of(tool.parameters.schema):
            for value in values_for(field):
                name = tool.name.removeprefix(prefix)
                said = {"person": "Anna", **TOOLS[name], field: value}
                before = house.everything()
                error = await refused_tool(api, tool.name, said)
                assert_names(error, field)
                await house.settle()
                assert house.everything() == before, (name, field, str(value)[:60])


SENTENCES: Final = (
    "put Anna on meeting for {}",
    "put Anna on meeting for {} minutes",
    "put Anna on meeting for {} hours",
    "put Anna on meeting until {} o'clock",
    "plan meeting for Anna from {} to {}",
    "plan meeting for Anna tomorrow from 10 to {}",
    "plan meeting for Anna in {} days from 10 to 11",
)


@pytest.mark.parametrize("sentence", SENTENCES)
async def test_no_sentence_takes_an_absurd_time(house: House, sentence: str) -> None:
    numbers = [one for one in NUMBERS if isinstance(one, str | float) or one == -1]
    for value in (*FAR[:-1], *(one for one in numbers if one not in (0, "0"))):
        before = house.everything()
        result = await conversation.async_converse(
            house.hass, sentence.format(value, value), None, Context(), "en"
        )
        speech = result.response.speech["plain"]["speech"]
        await house.settle()
        assert house.everything() == before, (str(value)[:30], speech)


@pytest.mark.parametrize("value", ["nan", "inf", "-inf", "1e309", math.nan, math.inf])
@pytest.mark.parametrize("least_most", [(0, 100), (None, None)])
def test_no_number_box_takes_what_is_no_number(
    value: Any, least_most: tuple[int | None, int | None]
) -> None:
    limits = dict(zip(("min", "max"), least_most, strict=True))
    config = {key: limit for key, limit in limits.items() if limit is not None}
    with pytest.raises(vol.Invalid):
        FiniteNumberSelector({"mode": "box", **config})(value)


def test_every_number_box_is_one_that_takes_numbers_only() -> None:
    package = Path(xpresence.__file__).parent
    for file in package.rglob("*.py"):
        if file.name != "selectors.py":
            assert not re.search(r"\bNumberSelector\(", file.read_text()), file
