"""SIP messages: read, bounded; written, so that no value can break out of its line.

Reading accepts what RFC 3261 §7.3 and §7.5 allow (compact names, folded lines,
several values on one line, any case of names) and a lone LF as a line's end. Bytes
that are no UTF-8 survive being read and written again, as a response has to repeat
what a request said.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
import re
from typing import Final

from .errors import Malformed, NotSendable

LARGEST_HEAD: Final = 16_384
"""Bytes of first line and headers."""
LARGEST_BODY: Final = 65_536
"""Bytes of a body."""
MOST_HEADERS: Final = 128
VERSION: Final = "SIP/2.0"

COMPACT: Final = {
    "a": "accept-contact",
    "b": "referred-by",
    "c": "content-type",
    "e": "content-encoding",
    "f": "from",
    "i": "call-id",
    "k": "supported",
    "l": "content-length",
    "m": "contact",
    "o": "event",
    "r": "refer-to",
    "s": "subject",
    "t": "to",
    "u": "allow-events",
    "v": "via",
    "x": "session-expires",
}
LISTS: Final = frozenset(
    {
        "accept",
        "allow",
        "allow-events",
        "contact",
        "record-route",
        "require",
        "route",
        "supported",
        "unsupported",
        "via",
    }
)
"""Headers of which one line may hold several values, parted by commas."""
SPELLED: Final = {
    "call-id": "Call-ID",
    "cseq": "CSeq",
    "www-authenticate": "WWW-Authenticate",
}

_TOKEN: Final = re.compile(r"[A-Za-z0-9.!%*_+`'~-]+")
_REQUEST: Final = re.compile(r"([A-Za-z0-9.!%*_+`'~-]{1,32}) ([^\s]{1,2048}) SIP/2\.0")
_STATUS: Final = re.compile(r"SIP/2\.0 ([1-6][0-9]{2})(?: (.*))?")
_LINE_END: Final = re.compile(r"\r?\n")
_HEAD_END: Final = re.compile(rb"\r?\n\r?\n")
_CONTROL: Final = re.compile(r"[\x00-\x08\x0a-\x1f\x7f]")

type Header = tuple[str, str]
"""A name in lower case and a value without its folds."""


@dataclass(frozen=True, slots=True)
class _Message:
    """What requests and responses have in common."""

    headers: tuple[Header, ...]
    body: bytes

    def get(self, name: str) -> str:
        """Return the first value of a header as it stands; empty if there is none."""
        for found, value in self.headers:
            if found == name:
                return value
        return ""

    def all(self, name: str) -> list[str]:
        """Return every value of a header, lists taken apart."""
        values = [value for found, value in self.headers if found == name]
        if name not in LISTS:
            return values
        return [part for value in values for part in split_list(value)]

    @property
    def cseq(self) -> tuple[int, str]:
        """Return the sequence number and its method.

        Raises:
            Malformed: there is none that could be one.
        """
        number, _, method = self.get("cseq").partition(" ")
        if not re.fullmatch("[0-9]{1,10}", number) or int(number) >= 2**31:
            raise Malformed("CSeq")
        return int(number), method.strip()


@dataclass(frozen=True, slots=True)
class Request(_Message):
    """A request."""

    method: str
    uri: str


@dataclass(frozen=True, slots=True)
class Response(_Message):
    """A response."""

    status: int
    reason: str


type Message = Request | Response


def split_list(value: str, separator: str = ",") -> list[str]:
    """Take a list of values apart at its separators, those in quotes and <> aside."""
    parts: list[str] = []
    start, quoted, angled, escaped = 0, False, False, False
    for index, mark in enumerate(value):
        if escaped:
            escaped = False
        elif quoted:
            escaped = mark == "\\"
            quoted = mark != '"'
        elif mark == '"':
            quoted = True
        elif mark in "<>":
            angled = mark == "<"
        elif mark == separator and not angled:
            parts.append(value[start:index])
            start = index + 1
    parts.append(value[start:])
    return [part for each in parts if (part := each.strip())]


# Reading


def parse(data: bytes) -> Message:
    """Read one message that arrived as a whole, as in a datagram.

    Raises:
        Malformed.
    """
    data = data.lstrip(b"\r\n")
    end = _HEAD_END.search(data, 0, LARGEST_HEAD)
    if end is None:
        raise Malformed("no end of the headers")
    first, headers = _head(data[: end.start()])
    body = data[end.end() :]
    length = content_length(headers)
    if length is not None:
        if length > len(body):
            raise Malformed("body cut off")
        body = body[:length]
    if len(body) > LARGEST_BODY:
        raise Malformed("body too large")
    return _message(first, headers, body)


def _message(first: str, headers: tuple[Header, ...], body: bytes) -> Message:
    if found := _STATUS.fullmatch(first):
        return Response(headers, body, int(found[1]), found[2] or "")
    if found := _REQUEST.fullmatch(first):
        return Request(headers, body, found[1], found[2])
    raise Malformed("first line")


def _head(data: bytes) -> tuple[str, tuple[Header, ...]]:
    first, *lines = _LINE_END.split(data.decode(errors="surrogateescape"))
    unfolded: list[str] = []
    for line in lines:
        if line[:1] in (" ", "\t"):
            if not unfolded:
                raise Malformed("fold without a header")
            unfolded[-1] += " " + line.strip()
        else:
            unfolded.append(line)
    if len(unfolded) > MOST_HEADERS:
        raise Malformed("too many headers")
    return first, tuple(_header(line) for line in unfolded)


def _header(line: str) -> Header:
    name, colon, value = line.partition(":")
    name = name.rstrip().lower()
    if not colon or not _TOKEN.fullmatch(name) or _CONTROL.search(value):
        raise Malformed("header")
    return COMPACT.get(name, name), value.strip()


def content_length(headers: Iterable[Header]) -> int | None:
    """Return the length that the headers tell of the body.

    Raises:
        Malformed: no number, too large, or two that differ.
    """
    told = {value for name, value in headers if name == "content-length"}
    if not told:
        return None
    if len(told) > 1 or not re.fullmatch("[0-9]{1,9}", text := told.pop()):
        raise Malformed("Content-Length")
    if int(text) > LARGEST_BODY:
        raise Malformed("body too large")
    return int(text)


class Framer:
    """Cuts messages out of a stream, as RFC 3261 §18.3 says."""

    def __init__(self) -> None:
        """Start with nothing."""
        self._data = bytearray()

    def feed(self, data: bytes) -> Iterator[Message]:
        """Take the next bytes and yield each message that is complete.

        Raises:
            Malformed: where the next message begins is not known any more.
        """
        self._data += data
        while message := self._next():
            yield message

    def _next(self) -> Message | None:
        # Empty lines before a message keep a connection alive (RFC 5626 §3.5.1).
        blank = len(self._data) - len(self._data.lstrip(b"\r\n"))
        if blank:
            del self._data[:blank]
        end = _HEAD_END.search(self._data, 0, LARGEST_HEAD)
        if end is None:
            if len(self._data) >= LARGEST_HEAD:
                raise Malformed("headers too large")
            return None
        first, headers = _head(bytes(self._data[: end.start()]))
        size = end.end() + (content_length(headers) or 0)
        if len(self._data) < size:
            return None
        body = bytes(self._data[end.end() : size])
        del self._data[:size]
        return _message(first, headers, body)


# Writing


def serialize(message: Message) -> bytes:
    """Write a message; its Content-Length is always that of the body.

    Raises:
        NotSendable: a value holds a control character, or a name is none.
    """
    if isinstance(message, Request):
        first = f"{message.method} {message.uri} {VERSION}"
        if not _REQUEST.fullmatch(first):
            raise NotSendable("request line")
    else:
        first = f"{VERSION} {message.status} {message.reason}"
    lines = [_checked(first)]
    for name, value in message.headers:
        if name == "content-length":
            continue
        if not _TOKEN.fullmatch(name):
            raise NotSendable("header name")
        lines.append(f"{SPELLED.get(name) or name.title()}: {_checked(value)}")
    lines.append(f"Content-Length: {len(message.body)}")
    head = "\r\n".join(lines) + "\r\n\r\n"
    return head.encode(errors="surrogateescape") + message.body


def _checked(text: str) -> str:
    if _CONTROL.search(text):
        raise NotSendable("control character")
    return text
