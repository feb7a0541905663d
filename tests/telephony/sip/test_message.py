"""Reading and writing SIP messages."""

from hypothesis import given, settings, strategies as st
import pytest

from custom_components.xpresence.telephony.sip.agent.errors import (
    Malformed,
    NotSendable,
)
from custom_components.xpresence.telephony.sip.agent.message import (
    LARGEST_BODY,
    LARGEST_HEAD,
    MOST_HEADERS,
    Framer,
    Request,
    Response,
    parse,
    serialize,
    split_list,
)
from custom_components.xpresence.telephony.sip.agent.uri import (
    escape,
    parse_address,
    parse_uri,
)

RESPONSE = (
    b"SIP/2.0 200 OK\r\n"
    b"v: SIP/2.0/UDP a:5060;branch=z9hG4bK1, SIP/2.0/TCP b;branch=z9hG4bK2\r\n"
    b"Via: SIP/2.0/UDP c;branch=z9hG4bK3\r\n"
    b'F: "Smith, \\"Joe\\" <x>" <sip:100@a>;tag=1\r\n'
    b"T: sip:101@a;tag=2\r\n"
    b"I: call\r\n"
    b"CSeq: 7 INVITE\r\n"
    b"Subject: first\r\n"
    b"\tsecond\r\n"
    b"   third\r\n"
    b"l: 4\r\n"
    b"\r\n"
    b"body and more"
)


def test_compact_names_folds_and_several_values_are_read() -> None:
    message = parse(RESPONSE)
    assert isinstance(message, Response)
    assert [via.partition(" ")[2][0] for via in message.all("via")] == ["a", "b", "c"]
    assert message.get("subject") == "first second third"
    assert message.get("call-id") == "call"
    assert message.cseq == (7, "INVITE")
    assert message.body == b"body"


def test_a_display_name_may_hold_anything() -> None:
    message = parse(RESPONSE)
    assert parse_address(message.get("from")).uri == "sip:100@a"
    assert parse_address(message.get("from")).tag == "1"
    assert parse_address(message.get("to")).tag == "2"


@pytest.mark.parametrize(
    ("value", "parts"),
    [
        ("a, b", ["a", "b"]),
        ('"a, b" <sip:c>, <sip:d,e>;x="f,g"', ['"a, b" <sip:c>', '<sip:d,e>;x="f,g"']),
        ('"\\", " <sip:a>, b', ['"\\", " <sip:a>', "b"]),
        (",, a ,", ["a"]),
    ],
)
def test_a_list_is_taken_apart_at_its_commas_alone(
    value: str, parts: list[str]
) -> None:
    assert split_list(value) == parts


@pytest.mark.parametrize(
    ("user", "escaped"),
    [
        ("#21#", "%2321%23"),
        ("*72101", "*72101"),
        ("+49 1", "+49%201"),
        ("a@b", "a%40b"),
    ],
)
def test_what_is_dialled_stands_escaped_in_the_uri(user: str, escaped: str) -> None:
    assert escape(user) == escaped


def test_a_uri_is_taken_apart() -> None:
    uri = parse_uri("sip:user;p=1@[::1]:5061;transport=tcp;lr?x=y")
    assert (uri.user, uri.host, uri.port) == ("user;p=1", "[::1]", 5061)
    assert uri.parameters == {"transport": "tcp", "lr": ""}


HEAD = b"SIP/2.0 200 OK\r\n"


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\r\n\r\n",
        b"GET / HTTP/1.1\r\n\r\n",
        b"SIP/2.0 999 No\r\n\r\n",
        HEAD + b" fold without a header\r\n\r\n",
        HEAD + b"No colon\r\n\r\n",
        HEAD + b"Content-Length: 5\r\n\r\nbody",
        HEAD + b"Content-Length: 1\r\nl: 2\r\n\r\nbody",
        HEAD + b"Content-Length: -1\r\n\r\n",
        HEAD + b"Content-Length: 99999999\r\n\r\n",
        HEAD + b"Subject: a\0b\r\n\r\n",
        HEAD + b"A: b\r\n" * (MOST_HEADERS + 1) + b"\r\n",
        HEAD + b"A: " + b"b" * LARGEST_HEAD + b"\r\n\r\n",
        HEAD + b"\r\n" + b"b" * (LARGEST_BODY + 1),
    ],
)
def test_what_is_no_sip_or_too_large_is_refused(data: bytes) -> None:
    with pytest.raises(Malformed):
        parse(data)


@pytest.mark.parametrize("value", ["a\r\nInjected: b", "a\nb", "a\0"])
def test_no_value_breaks_out_of_its_line(value: str) -> None:
    with pytest.raises(NotSendable):
        serialize(Request((("subject", value),), b"", "INVITE", "sip:a"))
    with pytest.raises(NotSendable):
        serialize(Request((), b"", "INVITE", f"sip:{value}"))
    with pytest.raises(NotSendable):
        serialize(Response((), b"", 200, value))


def test_a_stream_is_cut_into_messages_wherever_it_is_split() -> None:
    one = serialize(Request((("subject", "a"),), b"body", "MESSAGE", "sip:a"))
    stream = b"\r\n\r\n" + one + b"\r\n" + one + one
    for size in (1, 7, 100, len(stream)):
        framer = Framer()
        found = [
            message
            for start in range(0, len(stream), size)
            for message in framer.feed(stream[start : start + size])
        ]
        assert [message.body for message in found] == [b"body"] * 3


def test_a_stream_that_never_ends_its_headers_is_given_up() -> None:
    framer = Framer()
    part = b"SIP/2.0 200 OK and on".ljust(LARGEST_HEAD // 2)
    assert list(framer.feed(part)) == []
    with pytest.raises(Malformed):
        list(framer.feed(part))


PIECES = st.sampled_from(
    [
        b"\r\n", b"\n", b"\r", b" ", b"\t", b":", b";", b",", b'"', b"<", b">", b"\\",
        b"Via: SIP/2.0/UDP a;branch=z9hG4bK", b"l: ", b"Content-Length: 3", b"=",
        b"SIP/2.0 200 OK\r\n", b"INVITE sip:a SIP/2.0\r\n", b"From: ", b"CSeq: 1 A",
        b"\0", b"\xff\xfe", b"\xc3\xa4", b"%23", b"sip:", b"tag", b"9" * 12, b"[::1]",
    ]
)  # fmt: skip
MESSAGES = st.one_of(
    st.binary(max_size=300), st.lists(PIECES, max_size=40).map(b"".join)
)


@settings(max_examples=400, deadline=None)
@given(MESSAGES)
def test_anything_is_read_or_refused_and_what_is_read_can_be_written(
    data: bytes,
) -> None:
    try:
        message = parse(data)
    except Malformed:
        return
    for name, _ in message.headers:
        for value in message.all(name):
            try:
                parse_uri(parse_address(value).uri)
            except Malformed:
                continue
    again = parse(serialize(message))
    assert again.body == message.body
    kept = [each for each in message.headers if each[0] != "content-length"]
    assert list(again.headers[:-1]) == kept


@settings(max_examples=200, deadline=None)
@given(st.lists(MESSAGES, max_size=5), st.integers(1, 50))
def test_a_stream_of_anything_never_breaks_the_reader(
    parts: list[bytes], size: int
) -> None:
    framer, stream = Framer(), b"".join(parts)
    try:
        for start in range(0, len(stream), size):
            for message in framer.feed(stream[start : start + size]):
                serialize(message)
    except Malformed:
        pass


@settings(max_examples=200, deadline=None)
@given(st.text(max_size=200))
def test_any_list_is_taken_apart_without_loss_of_its_parts(text: str) -> None:
    parts = split_list(text)
    assert all(part in text for part in parts)
