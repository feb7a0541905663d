"""What an extension's telephones do, from devices and hints."""

import pytest

from custom_components.xpresence.presence.line import CallState
from custom_components.xpresence.telephony.asterisk.devices import Telephones

FREEPBX = "PJSIP/100&Custom:DND100,CustomPresence:100"
TWO = "PJSIP/100&PJSIP/9100"


@pytest.mark.parametrize(
    ("states", "call"),
    [
        ({}, None),
        ({"PJSIP/100": "NOT_INUSE"}, CallState.IDLE),
        ({"PJSIP/100": "RINGING"}, CallState.RINGING),
        ({"PJSIP/100": "INUSE"}, CallState.IN_CALL),
        ({"PJSIP/100": "BUSY"}, CallState.IN_CALL),
        ({"PJSIP/100": "ONHOLD"}, CallState.IN_CALL),
        ({"PJSIP/100": "RINGINUSE"}, CallState.IN_CALL),
        ({"PJSIP/100": "UNAVAILABLE"}, CallState.UNAVAILABLE),
        ({"PJSIP/100": "UNKNOWN"}, None),
        ({"PJSIP/1000": "INUSE"}, None),
        ({"SIP/100": "INUSE"}, CallState.IN_CALL),
    ],
)
def test_without_a_hint_the_device_of_its_name_tells(
    states: dict[str, str], call: CallState | None
) -> None:
    telephones = Telephones()
    for device, state in states.items():
        telephones.note_device(device, state)
    assert telephones.call("100", ("100",)) is call


@pytest.mark.parametrize(
    ("first", "second", "call"),
    [
        ("NOT_INUSE", "UNAVAILABLE", CallState.IDLE),
        ("NOT_INUSE", "RINGING", CallState.RINGING),
        ("INUSE", "RINGING", CallState.IN_CALL),
        ("UNAVAILABLE", "UNAVAILABLE", CallState.UNAVAILABLE),
    ],
)
def test_of_two_telephones_the_busier_one_tells(
    first: str, second: str, call: CallState
) -> None:
    telephones = Telephones()
    telephones.note_hint("100", TWO, "0")
    telephones.note_device("PJSIP/100", first)
    telephones.note_device("PJSIP/9100", second)
    assert telephones.call("100", ("100",)) is call


def test_do_not_disturb_is_no_call_though_the_hint_says_busy() -> None:
    telephones = Telephones()
    telephones.note_device("PJSIP/100", "NOT_INUSE")
    telephones.note_hint("100", FREEPBX, "2")
    assert telephones.call("100", ("100",)) is CallState.IDLE


@pytest.mark.parametrize(
    ("hint", "status", "call"),
    [
        ("PJSIP/100", "0", CallState.IDLE),
        ("PJSIP/100", "1", CallState.IN_CALL),
        ("PJSIP/100", "2", CallState.IN_CALL),
        ("PJSIP/100", "4", CallState.UNAVAILABLE),
        ("PJSIP/100", "8", CallState.RINGING),
        ("PJSIP/100", "9", CallState.IN_CALL),
        ("PJSIP/100", "16", CallState.IN_CALL),
        ("PJSIP/100", "-1", None),
        (FREEPBX, "2", None),
        ("Custom:x", "1", None),
    ],
)
def test_where_no_device_told_a_hint_of_telephones_alone_tells(
    hint: str, status: str, call: CallState | None
) -> None:
    telephones = Telephones()
    telephones.note_hint("100", hint, status)
    assert telephones.call("100", ()) is call


def test_a_return_to_idle_is_told_once() -> None:
    telephones = Telephones()
    told = [
        telephones.note_device("PJSIP/100", state)
        for state in ("INUSE", "NOT_INUSE", "NOT_INUSE", "UNAVAILABLE", "NOT_INUSE")
    ]
    assert told == [False, True, False, False, True]


def test_an_extension_owns_the_devices_of_its_hint_and_those_listed_for_it() -> None:
    telephones = Telephones()
    telephones.note_hint("100", "DAHDI/1", "0")
    owned = ("DAHDI/1", "PJSIP/9100", "PJSIP/100", "PJSIP/1001")
    assert [telephones.owns("100", ("9100",), device) for device in owned] == [
        True,
        True,
        False,
        False,
    ]


@pytest.mark.parametrize(
    ("hint", "states", "telephone"),
    [
        ("", {"PJSIP/100": "NOT_INUSE"}, "PJSIP/100"),
        ("", {"PJSIP/100": "UNAVAILABLE"}, None),
        ("", {"PJSIP/1000": "NOT_INUSE"}, None),
        (TWO, {"PJSIP/100": "UNAVAILABLE", "PJSIP/9100": "INUSE"}, "PJSIP/9100"),
        (TWO, {"PJSIP/9100": "NOT_INUSE", "PJSIP/100": "NOT_INUSE"}, "PJSIP/100"),
        ("PJSIP/anna-desk", {"PJSIP/anna-desk": "NOT_INUSE"}, "PJSIP/anna-desk"),
        # A way through the dialplan would follow redirects.
        ("Local/100@ext", {"Local/100@ext": "NOT_INUSE"}, None),
        ("Local/100", {"Local/100": "NOT_INUSE"}, None),
        (FREEPBX, {"Custom:DND100": "NOT_INUSE"}, None),
    ],
)
def test_a_call_of_ones_own_begins_at_a_telephone_that_can_ring(
    hint: str, states: dict[str, str], telephone: str | None
) -> None:
    telephones = Telephones()
    if hint:
        telephones.note_hint("100", hint, "0")
    for device, state in states.items():
        telephones.note_device(device, state)
    assert telephones.reachable("100", ("100",)) == telephone
