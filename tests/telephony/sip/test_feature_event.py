"""What as-feature-event says, and how it is said."""

from hypothesis import given, settings, strategies as st
import pytest

from custom_components.xpresence.presence.line import (
    TARGET_UNKNOWN,
    Condition,
    Destination,
    DestinationKind,
)
from custom_components.xpresence.telephony.sip.document import NotReadable, read
from custom_components.xpresence.telephony.sip.feature_event import (
    DO_NOT_DISTURB,
    KINDS,
    NAMESPACE,
    RING_SECONDS,
    TYPE,
    parsed,
    rings,
    set_do_not_disturb,
    set_forwarding,
)

HEAD = '<?xml version="1.0" encoding="ISO-8859-1"?>\n'


def to(number: str) -> Destination:
    return Destination(DestinationKind.NUMBER, number)


def forwarding(kind: str, status: str, to: str = "", more: str = "") -> bytes:
    return (
        f'{HEAD}<ForwardingEvent xmlns="{NAMESPACE}"><device>100</device>'
        f"<forwardingType>{kind}</forwardingType><forwardStatus>{status}"
        f"</forwardStatus><forwardTo>{to}</forwardTo>{more}</ForwardingEvent>\n\r\n"
    ).encode()


def disturbing(on: str) -> bytes:
    return (
        f'{HEAD}<DoNotDisturbEvent xmlns="{NAMESPACE}"><device/>'
        f"<doNotDisturbOn>{on}</doNotDisturbOn></DoNotDisturbEvent>"
    ).encode()


@pytest.mark.parametrize(("condition", "kind"), KINDS.items())
def test_each_condition_is_read_with_its_target(
    condition: Condition, kind: str
) -> None:
    assert parsed(TYPE, forwarding(kind, "true", "101")) == {condition: to("101")}
    assert parsed(TYPE, forwarding(kind, "false", "101")) == {condition: None}


@pytest.mark.parametrize(
    ("address", "leads"),
    [
        ("101", to("101")),
        ("+49 171 5550100", to("+491715550100")),
        ("sip:0171@example.com;user=phone", to("0171")),
        ("tel:+49-171-5", to("+491715")),
        ("*99100", to("*99100")),
        ("", TARGET_UNKNOWN),
        ("reception", Destination(DestinationKind.UNKNOWN, "reception")),
        ("a" * 300, TARGET_UNKNOWN),
    ],
)
def test_a_target_is_a_number_or_kept_as_it_stands(
    address: str, leads: Destination
) -> None:
    found = parsed(TYPE, forwarding("forwardImmediate", "true", address))
    assert found == {Condition.UNCONDITIONAL: leads}


def test_rings_are_read_as_seconds() -> None:
    more = "<ringCount>3</ringCount>"
    found = parsed(TYPE, forwarding("forwardNoAns", "true", "101", more))
    assert found == {Condition.NO_REPLY: to("101"), RING_SECONDS: 18}


@pytest.mark.parametrize("on", [True, False])
def test_do_not_disturb_is_read(on: bool) -> None:
    assert parsed(TYPE, disturbing(str(on).lower())) == {DO_NOT_DISTURB: on}


def test_all_values_come_in_one_message_of_several_parts() -> None:
    parts = [
        forwarding("forwardImmediate", "true", "101"),
        forwarding("forwardBusy", "false"),
        disturbing("false"),
    ]
    body = b"".join(
        b"--there\r\nContent-Type: " + TYPE.encode() + b"\r\n"
        b"Content-Length: 1\r\nContent-ID: <a@b>\r\n\r\n" + part + b"\r\n"
        for part in parts
    )
    body = b"\r\n" + body + b"--there\r\nContent-Type: text/plain\r\n\r\nx\r\n--there--"
    assert parsed('multipart/mixed; boundary="there"', body) == {
        Condition.UNCONDITIONAL: to("101"),
        Condition.BUSY: None,
        DO_NOT_DISTURB: False,
    }


@pytest.mark.parametrize(
    "body", [b"", b"\r\n", b"<Other/>", forwarding("forwardElse", "true", "1")]
)
def test_what_speaks_of_nothing_says_nothing(body: bytes) -> None:
    assert parsed(TYPE, body) == {}


@pytest.mark.parametrize(
    "body",
    [
        b"not xml",
        disturbing("perhaps"),
        forwarding("forwardBusy", ""),
        b'<!DOCTYPE a [<!ENTITY b "c">]><DoNotDisturbEvent>&b;</DoNotDisturbEvent>',
        b"<a>" * 30 + b"</a>" * 30,
        b"<a>" + b"<b/>" * 3000 + b"</a>",
        b'<?xml version="1.0" encoding="none-such"?><a/>',
    ],
)
def test_what_cannot_be_read_is_not_believed(body: bytes) -> None:
    with pytest.raises(NotReadable):
        parsed(TYPE, body)


def test_what_is_set_is_said_in_full() -> None:
    root = read(set_forwarding(Condition.NO_REPLY, "*99<1", 20))
    assert root.name == "SetForwarding"
    assert {child.name: child.text for child in root.children} == {
        "device": "",
        "forwardingType": "forwardNoAns",
        "activateForward": "true",
        "forwardDN": "*99<1",
        "ringCount": "3",
    }
    off = read(set_forwarding(Condition.BUSY, None, 20))
    assert (off.get("activateForward"), off.get("forwardDN")) == ("false", "")
    assert read(set_do_not_disturb(on=True)).get("doNotDisturbOn") == "true"


@pytest.mark.parametrize(("seconds", "count"), [(1, 1), (20, 3), (60, 10), (9999, 100)])
def test_seconds_become_the_nearest_rings(seconds: int, count: int) -> None:
    assert rings(seconds) == count


PIECES = st.sampled_from(
    [
        b"<ForwardingEvent>", b"</ForwardingEvent>", b"<forwardingType>", b"true",
        b"forwardBusy", b"</forwardingType>", b"--there", b"\r\n", b"&lt;", b"&b;",
        b"Content-Type: " + TYPE.encode(), b"<![CDATA[", b"]]>", b"<!DOCTYPE", b"\0",
    ]
)  # fmt: skip


@settings(max_examples=300, deadline=None)
@given(
    st.sampled_from([TYPE, "multipart/mixed;boundary=there", "multipart/mixed", "ä"]),
    st.binary(max_size=200) | st.lists(PIECES, max_size=20).map(b"".join),
)
def test_whatever_is_notified_is_read_or_refused(
    content_type: str, body: bytes
) -> None:
    try:
        found = parsed(content_type, body)
    except NotReadable:
        return
    assert all(isinstance(key, str) for key in found)
