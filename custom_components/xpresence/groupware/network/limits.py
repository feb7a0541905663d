"""How much a server may answer, and how long it may take."""

from dataclasses import dataclass
from typing import Final

MEBIBYTE: Final = 2**20


@dataclass(frozen=True, slots=True)
class Limits:
    """The bounds of one reading of one calendar."""

    seconds: float = 120.0
    """For the whole reading, however many requests and pages it takes."""
    request_seconds: float = 30.0
    """For one request, from looking its host up to the last byte of its answer."""
    size: int = 16 * MEBIBYTE
    """Bytes of an answer, after decompression; a thousand appointments have one
    million."""
    refusal_size: int = 256 * 1024
    """Bytes of an answer that carries no calendar, such as a 401; a sign-in page of
    Domino or AD FS has up to 100 kB."""
    elements: int = 250_000
    """Elements and attributes of an XML answer, or values of a JSON answer. A page of
    a thousand appointments has 40,000. An element takes 250 bytes of memory, so that
    16 MB of empty ones would take a gigabyte."""
    depth: int = 100
    """Levels of elements, objects or lists in each other; EWS has 15."""
    pages: int = 50
    """Requests that a list may be spread over."""
    redirects: int = 5


LIMITS: Final = Limits()
