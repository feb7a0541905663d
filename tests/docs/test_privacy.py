"""docs/privacy.md tells how Home Assistant records nothing of anybody's day."""

from pathlib import Path
import re

from homeassistant.core import HomeAssistant
from homeassistant.helpers import entity_registry as er
from homeassistant.helpers.entityfilter import (
    INCLUDE_EXCLUDE_BASE_FILTER_SCHEMA,
    convert_include_exclude_filter,
)
import yaml

from custom_components.xpresence.const import EVENT_HAPPENED
from tests.office import ANNA
from tests.team import set_up_team

DOCUMENT = (Path(__file__).parents[2] / "docs" / "privacy.md").read_text()
MOBILE = {"id": "mobile", "name": "Mobile", "number": "101"}


async def test_the_recorder_can_be_told_to_record_none_of_it(
    hass: HomeAssistant, own_folder: object
) -> None:
    team = await set_up_team(hass, anna={"devices": [MOBILE], "queues": ["400"]})
    blocks = re.findall(r"```yaml\n(.*?)```", DOCUMENT, re.DOTALL)
    (exclude,) = [
        found
        for block in blocks
        if "entity_globs" in (found := yaml.safe_load(block)["recorder"]["exclude"])
    ]
    events = exclude.pop("event_types")
    assert EVENT_HAPPENED in events
    recorded = convert_include_exclude_filter(
        INCLUDE_EXCLUDE_BASE_FILTER_SCHEMA({"exclude": exclude})
    )
    entities = [
        one.entity_id
        for one in er.async_entries_for_config_entry(
            er.async_get(hass), team.entry.entry_id
        )
        if one.config_subentry_id == ANNA and not one.disabled_by
    ]
    assert len(entities) > 8
    assert [one for one in entities if recorded(one)] == []
