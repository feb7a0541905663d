"""The Asterisk Manager Interface's messages, as bytes and back."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Final

LONGEST_LINE: Final = 1000
"""Bytes; Asterisk refuses lines of about 1,024 and more."""
LONGEST_MESSAGE: Final = 1 << 20
"""Bytes; more than this without an end is no manager interface."""

MOST_HEADERS: Final = 20_000
"""Headers of one message; the output of a command has one a line."""

END: Final = b"\r\n\r\n"

type Header = tuple[str, str]


class Refused(ValueError):
    """A key or value that must not go on the wire; nothing was sent."""


class Garbage(Exception):
    """The data received is not AMI."""


@dataclass(frozen=True, slots=True)
class Message:
    """One answer or event. Headers may be repeated and keep their order."""

    headers: tuple[Header, ...]
    size: int = field(default=0, compare=False)
    """Bytes on the wire."""

    def get(self, name: str, default: str = "") -> str:
        """Return the first header of that name, whatever its case."""
        for key, value in self.headers:
            if key == name:
                return value
        desired = name.casefold()
        for key, value in self.headers:
            if key.casefold() == desired:
                return value
        return default

    def all(self, name: str) -> list[str]:
        """Return every header of that name."""
        desired = name.casefold()
        return [value for key, value in self.headers if key.casefold() == desired]


def encode(action: str, action_id: str, fields: Iterable[Header] = ()) -> bytes:
    """Return an action as bytes.

    Raises:
        Refused: a CR, LF or NUL, by which a value could become a second action,
            a colon in a key, half a character, or a line that is too long.
    """
    lines = []
    for key, value in (("Action", action), ("ActionID", action_id), *fields):
        if any(mark in text for text in (key, value) for mark in "\r\n\0"):
            raise Refused("control character")
        if not key or ":" in key:
            raise Refused("key")
        try:
            line = f"{key}: {value}".encode()
        except UnicodeEncodeError:
            # Its message would quote the value.
            raise Refused("half a character") from None
        if len(line) > LONGEST_LINE:
            raise Refused("too long")
        lines.append(line)
    return b"\r\n".join(lines) + END


class Framer:
    """Splits a byte stream, in chunks of any size, into messages."""

    def __init__(self) -> None:
        """Start with nothing read."""
        self._rest = b""

    def feed(self, data: bytes) -> list[Message]:
        """Return the messages that ``data`` completes.

        Raises:
            Garbage: a message without end, or too long.
        """
        *blocks, self._rest = (self._rest + data).split(END)
        if max(map(len, (self._rest, *blocks))) > LONGEST_MESSAGE:
            raise Garbage
        return [_message(block) for block in blocks if block.strip()]


def _message(block: bytes) -> Message:
    if block.count(b"\r\n") >= MOST_HEADERS:
        raise Garbage
    headers = []
    for line in block.decode(errors="replace").split("\r\n"):
        key, colon, value = line.partition(":")
        if colon:
            headers.append((key, value.lstrip(" ")))
    return Message(tuple(headers), len(block))
