"""What drivers that speak HTTP have in common: bounds, and no write sent twice."""

import json
from typing import Any, Final

import aiohttp

from .driver import OutcomeUnknown, Unavailable

LONGEST_ANSWER: Final = 256 * 1024
"""Bytes, after decompression."""
USUAL_PAUSE: Final = 60.0
LONGEST_PAUSE: Final = 3600.0
CHUNK: Final = 64 * 1024


class Once:
    """Lets a request be sent once: aiohttp repeats a PUT whose answer was lost."""

    def __init__(self) -> None:
        """Let the first request pass."""
        self._sent = False

    async def __call__(
        self, request: aiohttp.ClientRequest, handler: aiohttp.ClientHandlerType
    ) -> aiohttp.ClientResponse:
        """Send it, if it is the first.

        Raises:
            OutcomeUnknown: it was sent before, and no answer came.
        """
        if self._sent:
            raise OutcomeUnknown("no answer")
        self._sent = True
        return await handler(request)


async def limited_body(
    response: aiohttp.ClientResponse, longest: int = LONGEST_ANSWER
) -> bytes:
    """Return an answer's body, at most one byte more than ``longest``."""
    read = b""
    while len(read) <= longest and (
        more := await response.content.read(min(CHUNK, longest + 1 - len(read)))
    ):
        read += more
    return read


def decoded(body: bytes, longest: int = LONGEST_ANSWER) -> Any:
    """Return an answer's JSON.

    Raises:
        Unavailable: it is none, or longer than it may be.
    """
    if len(body) > longest:
        raise Unavailable("too long")
    try:
        return json.loads(body)
    except (ValueError, RecursionError) as error:
        raise Unavailable("no JSON") from error


def retry_after(said: str | None) -> float:
    """Return for how many seconds an answer asks to wait, within reason."""
    if said is None or not (said.strip().isascii() and said.strip().isdecimal()):
        return USUAL_PAUSE
    return min(max(float(said), 1.0), LONGEST_PAUSE)
