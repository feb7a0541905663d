"""Whether Microsoft's own examples keep to its schemas, and can be read here."""

from pathlib import Path
from xml.etree import ElementTree as ET
from zoneinfo import ZoneInfo

import pytest

from custom_components.xpresence.groupware.exchange.items import (
    TYPES,
    appointment,
    item_id,
)

from .soap import CONTRACTS, checked

SAMPLES = sorted((CONTRACTS / "samples").glob("*.xml"))


@pytest.mark.parametrize("path", SAMPLES, ids=lambda path: path.stem)
def test_the_schemas_take_microsofts_examples(path: Path) -> None:
    checked(path.read_bytes())


def test_an_item_of_microsofts_documentation_is_read() -> None:
    read = 0
    for path in SAMPLES:
        for item in ET.parse(path).iter(f"{TYPES}CalendarItem"):
            if item.find(f"{TYPES}Start") is None:
                continue
            found = appointment(item, ZoneInfo("UTC"), lambda _: None)
            assert found.start < found.end
            assert found.uid == (item.findtext(f"{TYPES}UID") or item_id(item))
            read += 1
    assert read
