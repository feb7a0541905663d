"""docs/phone-systems.md says what the registry declares, and its pages are there."""

from pathlib import Path
from typing import Final

import pytest

from custom_components.xpresence.telephony.description import PhoneSystemType
from custom_components.xpresence.telephony.registry import ROWS
from script.phone_systems import (
    DOCUMENT,
    END,
    GERMAN,
    IN_GERMAN,
    table,
    written,
)

PAGES: Final = DOCUMENT.parent / "phone-systems"
PACKAGE: Final = Path(__file__).parents[2] / "custom_components" / "xpresence"


def test_the_table_is_the_registrys() -> None:
    document = DOCUMENT.read_text()
    assert END in document
    assert written(document) == document, "run python -m script.phone_systems"
    assert len(table().splitlines()) == len(ROWS) + 2


def test_the_german_table_is_the_registrys_and_in_german() -> None:
    document = GERMAN.read_text()
    assert written(document, german=True) == document, (
        "run python -m script.phone_systems"
    )
    for row in ROWS:
        assert not row.needs or row.needs in IN_GERMAN, row.needs


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.key)
def test_every_phone_system_has_a_page_that_says_what_to_set_up(
    row: PhoneSystemType,
) -> None:
    page = (PAGES / f"{row.docs}.md").read_text()
    assert page.startswith("# ")
    assert len(page) > 1000


def test_every_page_is_a_phone_systems() -> None:
    assert {page.stem for page in PAGES.glob("*.md")} == {row.docs for row in ROWS}
