"""Messages of the manager interface, as bytes and back."""

from hypothesis import given, strategies as st
import pytest

from custom_components.xpresence.telephony.asterisk.ami.wire import (
    LONGEST_LINE,
    LONGEST_MESSAGE,
    Framer,
    Garbage,
    Message,
    Refused,
    encode,
)

STREAM = (
    b"Response: Success\r\nActionID: 1\r\nMessage: One\r\nMessage: Two\r\n\r\n"
    b"Event: DeviceStateChange\r\nDevice: PJSIP/100\r\nState: INUSE\r\n\r\n"
    b"Response: Success\r\nVal:  Gr\xc3\xbc\xc3\x9fe \r\nnonsense\r\n\r\n"
)
MESSAGES = [
    Message(
        (
            ("Response", "Success"),
            ("ActionID", "1"),
            ("Message", "One"),
            ("Message", "Two"),
        )
    ),
    Message(
        (("Event", "DeviceStateChange"), ("Device", "PJSIP/100"), ("State", "INUSE"))
    ),
    Message((("Response", "Success"), ("Val", "Grüße "))),
]


@given(st.lists(st.integers(0, len(STREAM))))
def test_however_the_stream_is_cut_the_messages_are_the_same(cuts: list[int]) -> None:
    framer = Framer()
    found: list[Message] = []
    ends = [*sorted(cuts), len(STREAM)]
    for start, end in zip([0, *ends], ends, strict=False):
        found += framer.feed(STREAM[start:end])
    assert found == MESSAGES


def test_repeated_headers_are_kept_in_order_and_names_have_no_case() -> None:
    message = MESSAGES[0]
    assert message.all("message") == ["One", "Two"]
    assert message.get("MESSAGE") == "One"
    assert message.get("absent", "default") == "default"


def test_a_message_without_end_is_no_manager_interface() -> None:
    with pytest.raises(Garbage):
        Framer().feed(b"x" * (LONGEST_MESSAGE + 1))


def test_an_action_is_one_block_with_its_headers_in_order() -> None:
    assert encode("DBPut", "7", [("Family", "CF"), ("Val", "Grüße")]) == (
        "Action: DBPut\r\nActionID: 7\r\nFamily: CF\r\nVal: Grüße\r\n\r\n".encode()
    )


@pytest.mark.parametrize("mark", ["\r", "\n", "\0", "\r\n\r\nAction: DBPut"])
@pytest.mark.parametrize("place", ["action", "id", "key", "value"])
def test_nothing_can_smuggle_a_second_action(mark: str, place: str) -> None:
    parts = {"action": "Ping", "id": "1", "key": "Key", "value": "101"}
    parts[place] += mark
    with pytest.raises(Refused):
        encode(parts["action"], parts["id"], [(parts["key"], parts["value"])])


@pytest.mark.parametrize(
    "header",
    [
        ("", "value"),
        ("Key: other", "value"),
        ("Key", "x" * LONGEST_LINE),
        ("Key", "ü" * (LONGEST_LINE // 2)),
        ("Key", "\ud800"),
    ],
    ids=["no-key", "colon", "too-long", "too-long-in-bytes", "half-a-character"],
)
def test_what_asterisk_would_misread_is_not_sent(header: tuple[str, str]) -> None:
    with pytest.raises(Refused) as caught:
        encode("DBPut", "1", [header])
    assert header[1] not in str(caught.value)
