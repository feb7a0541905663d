"""What a lamp shows and what a telephone does."""

from hypothesis import given, settings, strategies as st
import pytest

from custom_components.xpresence.presence.line import CallState
from custom_components.xpresence.telephony.sip.dialog_info import Dialogs
from custom_components.xpresence.telephony.sip.document import NotReadable


def info(*dialogs: tuple[str, str, str], state: str = "full") -> bytes:
    inner = "".join(
        f'<dialog id="{key}" direction="{direction}"><state>{now}</state></dialog>'
        for key, direction, now in dialogs
    )
    return (
        '<?xml version="1.0"?><dialog-info version="0" entity="sip:a@b"'
        f' xmlns="urn:ietf:params:xml:ns:dialog-info" state="{state}">'
        f"{inner}</dialog-info>"
    ).encode()


@pytest.mark.parametrize(
    ("dialogs", "lit", "call"),
    [
        ([], False, CallState.IDLE),
        ([("a", "", "terminated")], False, CallState.IDLE),
        ([("a", "", "confirmed")], True, CallState.IN_CALL),
        ([("a", "recipient", "early")], True, CallState.RINGING),
        ([("a", "", "early")], True, CallState.RINGING),
        ([("a", "initiator", "trying")], True, CallState.IN_CALL),
        (
            [("a", "recipient", "early"), ("b", "", "confirmed")],
            True,
            CallState.IN_CALL,
        ),
    ],
)
def test_dialogs_are_a_lamp_and_a_call(
    dialogs: list[tuple[str, str, str]], lit: bool, call: CallState
) -> None:
    found = Dialogs()
    assert (found.lit, found.call) == (None, None)
    found.update(info(*dialogs))
    assert (found.lit, found.call) == (lit, call)


def test_a_partial_notification_changes_only_what_it_names() -> None:
    found = Dialogs()
    found.update(info(("a", "", "confirmed"), ("b", "recipient", "early")))
    found.update(info(("a", "", "terminated"), state="partial"))
    assert found.call is CallState.RINGING
    found.update(info(("b", "", "terminated"), state="partial"))
    assert found.call is CallState.IDLE


def test_an_empty_notification_says_that_there_is_nothing() -> None:
    found = Dialogs()
    found.update(info(("a", "", "confirmed")))
    found.update(b"")
    assert found.lit is False


@pytest.mark.parametrize(
    "body",
    [
        b"x",
        b"<presence/>",
        info(("a", "", "waiting")),
        info(*((str(number), "", "early") for number in range(101))),
    ],
)
def test_what_cannot_be_read_changes_nothing(body: bytes) -> None:
    found = Dialogs()
    found.update(info(("a", "", "confirmed")))
    with pytest.raises(NotReadable):
        found.update(body)
    assert found.lit is True


@settings(max_examples=200, deadline=None)
@given(st.binary(max_size=200))
def test_anything_is_read_or_refused(body: bytes) -> None:
    found = Dialogs()
    try:
        found.update(body)
    except NotReadable:
        assert found.lit is None
