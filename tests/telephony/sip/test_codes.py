"""The tables of feature codes."""

import pytest

from custom_components.xpresence.presence.line import Condition
from custom_components.xpresence.telephony.sip.codes import (
    TABLES,
    CodeTable,
    NotDiallable,
    filled,
    places,
)

VALUES = {"target": "101", "extension": "100", "line": "1", "mailbox": "100"}


@pytest.mark.parametrize("table", TABLES.values(), ids=lambda table: table.name)
def test_every_code_of_every_table_can_be_dialled(table: CodeTable) -> None:
    assert list(table.codes())
    for condition, code in table.forwards.items():
        assert isinstance(condition, Condition)
        assert "target" in places(code.on)
        assert "target" not in places(code.off)
    for code in table.codes():
        for template in filter(None, (code.on, code.off, code.lamp, code.query)):
            assert filled(template, **VALUES)
        assert code.on != code.off
    if table.voicemail:
        assert places(table.voicemail) == {"mailbox"}


def test_grandstream_means_the_opposite_by_the_code_that_freepbx_switches_on_with() -> (
    None
):
    freepbx, grandstream = TABLES["freepbx"], TABLES["grandstream"]
    assert freepbx.do_not_disturb is not None
    assert grandstream.do_not_disturb is not None
    assert freepbx.do_not_disturb.on == "*78"
    assert grandstream.do_not_disturb.off == "*78"
    assert grandstream.do_not_disturb.on == "*77"


def test_freepbx_calls_no_reply_what_it_names_unavailable() -> None:
    assert TABLES["freepbx"].forwards[Condition.NO_REPLY].on == "*52{target}"


@pytest.mark.parametrize(
    ("template", "values", "code"),
    [
        ("*72{target}", {"target": "101"}, "*72101"),
        ("*21*{target}#", {"target": "+49171"}, "*21*+49171#"),
        (
            "##96{line}#*21*{target}#{extension}",
            {"line": "1", "target": "2", "extension": "3"},
            "##961#*21*2#3",
        ),
    ],
)
def test_a_code_is_filled_in(template: str, values: dict[str, str], code: str) -> None:
    assert filled(template, **values) == code


@pytest.mark.parametrize(
    ("template", "values"),
    [
        ("*72{target}", {}),
        ("*72{target}", {"target": "bob"}),
        ("*72{target}", {"target": "1\r\n"}),
        ("*72{target}", {"target": "1" * 100}),
        ("*72{0}", {"target": "1"}),
        ("", {}),
        ("{", {}),
    ],
)
def test_what_no_telephone_can_dial_is_refused(
    template: str, values: dict[str, str]
) -> None:
    with pytest.raises(NotDiallable):
        filled(template, **values)


@pytest.mark.parametrize(
    "template",
    ["", "*72 {target}", "{who}", "{target!r}", "{target:>9}", "{", "{target.a}", "a"],
)
def test_what_is_no_code_is_refused(template: str) -> None:
    with pytest.raises(NotDiallable):
        places(template)
