"""Which extensions an Asterisk says that it has, and what they are called."""

from hypothesis import given, strategies as st
import pytest

from custom_components.xpresence.telephony.asterisk.directory import (
    LONGEST_NAME,
    entries,
)
from custom_components.xpresence.telephony.asterisk.driver import AsteriskPhoneSystem
from custom_components.xpresence.telephony.driver import (
    MOST_DIRECTORY_ENTRIES,
    DirectoryEntry,
)
from tests.pbx.asterisk import Asterisk


@pytest.mark.asterisk
async def test_names_come_from_freepbx_and_else_from_the_mailbox(
    system: AsteriskPhoneSystem, pbx: Asterisk
) -> None:
    pbx.put("AMPUSER", "100/cidname", "Anna-Lena")
    pbx.put("AMPUSER", "2001/device", "2001")
    found = {entry.extension: entry.name for entry in await system.directory()}
    assert found["100"] == "Anna-Lena"
    assert found["101"] == "Bob"
    assert found["109"] == ""
    assert found["2001"] == ""


def test_extensions_stand_in_their_order_and_trunks_are_none() -> None:
    found = entries(
        {"/AMPUSER/20/cidname": "Ben", "/OTHER/9/cidname": "nobody"},
        ["trunk", "100", "3"],
        {"100": "Anna", "555": "a mailbox without a telephone"},
        ["101"],
    )
    assert found == (
        DirectoryEntry("3"),
        DirectoryEntry("20", "Ben"),
        DirectoryEntry("100", "Anna"),
        DirectoryEntry("101"),
    )


def test_of_a_huge_office_no_more_is_read_than_may_be() -> None:
    assert len(entries({}, map(str, range(20_000)), {}, [])) == MOST_DIRECTORY_ENTRIES


@given(st.text())
def test_a_name_stands_on_one_line_whatever_was_entered(name: str) -> None:
    (entry,) = entries({"/AMPUSER/1/cidname": name}, [], {}, [])
    assert entry.name.isprintable()
    assert len(entry.name) <= LONGEST_NAME
