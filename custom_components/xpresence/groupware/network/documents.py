"""XML and JSON of a server, refused before they are built where they are too large.

Parsers build what they read: 16 MB of empty elements become a gigabyte of objects.
Everything here blocks for up to a second and belongs in a thread.
"""

import json
import re
from typing import Any, Final
from xml.parsers import expat

from ..source import SourceUnavailable
from .limits import LIMITS, Limits

STRING: Final = re.compile(rb'"(?:[^"\\]|\\.)*"', re.DOTALL)
"""A JSON string (RFC 8259, 7)."""
NO_STRUCTURE: Final = bytes(set(range(256)) - set(b"[]{},"))


def check_xml(body: bytes, limits: Limits = LIMITS) -> None:
    """Refuse what is not one whole XML document of bounded size.

    A document type declaration is refused too: SOAP 1.1 §3 and WebDAV servers have no
    use for it, entity expansion attacks need it.

    Raises:
        SourceUnavailable: ``answer_unreadable`` or ``answer_too_long``.
    """
    counted = _Counted(limits)
    parser = expat.ParserCreate()
    parser.buffer_text = True
    parser.StartDoctypeDeclHandler = _refuse
    parser.StartElementHandler = counted.begin
    parser.EndElementHandler = counted.end
    try:
        parser.Parse(body, True)
    except expat.ExpatError as error:
        raise SourceUnavailable("answer_unreadable") from error


class _Counted:
    """Counts elements and attributes while expat walks over a document."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._elements = self._depth = 0

    def begin(self, _name: str, attributes: dict[str, str]) -> None:
        self._elements += 1 + len(attributes)
        self._depth += 1
        if self._elements > self._limits.elements or self._depth > self._limits.depth:
            raise SourceUnavailable("answer_too_long")

    def end(self, _name: str) -> None:
        self._depth -= 1


def _refuse(*_: Any) -> None:
    raise SourceUnavailable("answer_unreadable")


def parse_json(body: bytes, limits: Limits = LIMITS) -> Any:
    """Return what a JSON text holds.

    Raises:
        SourceUnavailable: ``answer_unreadable`` or ``answer_too_long``.
    """
    # The commas and brackets within strings count too here; most texts end at this.
    if sum(body.count(sign) for sign in (b",", b"[", b"{")) > limits.depth:
        _check_structure(STRING.sub(b"", body), limits)
    try:
        return json.loads(body)
    except (ValueError, RecursionError) as error:
        raise SourceUnavailable("answer_unreadable") from error


def _check_structure(body: bytes, limits: Limits) -> None:
    structure = body.translate(None, NO_STRUCTURE)
    if len(structure) > 2 * limits.elements:
        raise SourceUnavailable("answer_too_long")
    depth = 0
    for sign in structure:
        if sign in b"[{":
            depth += 1
            if depth > limits.depth:
                raise SourceUnavailable("answer_too_long")
        elif sign in b"]}":
            depth -= 1
