"""TR-064's messages: SOAP 1.1 over HTTP, and the XML lists inside of it.

Source: AVM, *TR-064 – First Steps* (version 59, chapters 6 and 10).
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
import re
from typing import Final
from xml.etree.ElementTree import Element, ParseError, tostring
from xml.sax.saxutils import escape

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import fromstring

SOAP: Final = "http://schemas.xmlsoap.org/soap/envelope/"
LONGEST_LIST: Final = 500
"""Items of one list. A box has 32 rules by caller and at most 10 numbers."""
MOST_ELEMENTS: Final = 20_000
BARE: Final = re.compile(r"&(?!#\d{1,7};|(?:amp|lt|gt|quot|apos);)")
"""An ampersand of a name that was written into a list without being escaped."""
LONGEST_TEXT: Final = 1024
"""Characters of one value in a list."""


class Unreadable(Exception):
    """The answer is not what TR-064 describes; its text is in no message."""


@dataclass(frozen=True, slots=True)
class Fault(Exception):
    """The box refused an action; ``code`` is UPnP's (``606``: no right)."""

    code: int


def request(service: str, action: str, arguments: Mapping[str, str]) -> bytes:
    """Return the body that calls an action of a service type."""
    said = "".join(
        f"<{name}>{escape(value)}</{name}>" for name, value in arguments.items()
    )
    return (
        '<?xml version="1.0" encoding="utf-8"?>'
        f'<s:Envelope xmlns:s="{SOAP}"'
        ' s:encodingStyle="http://schemas.xmlsoap.org/soap/encoding/">'
        f'<s:Body><u:{action} xmlns:u="{service}">{said}</u:{action}></s:Body>'
        "</s:Envelope>"
    ).encode()


def answer(body: bytes, action: str) -> dict[str, str]:
    """Return an action's answer, name by name.

    Raises:
        Fault: the box refused.
        Unreadable: it is no answer to this action.
    """
    root = parse(body)
    found = root.find(f"{{{SOAP}}}Body")
    content = None if found is None else next(iter(found), None)
    if content is None:
        raise Unreadable("no body")
    name = local_name(content)
    if name == "Fault":
        raise Fault(_code(content))
    if name != f"{action}Response":
        raise Unreadable("an answer to something else")
    return {local_name(each): _text(each) for each in content}


def items(text: str) -> Iterator[dict[str, str]]:
    """Yield the items of a list that the box sends as text: ``<List><Item>…``.

    Raises:
        Unreadable: it is none, or too long.
    """
    if not text.strip():
        return
    try:
        root = parse(text.encode(errors="replace"))
    except Unreadable:
        root = parse(BARE.sub("&amp;", text).encode(errors="replace"))
    found = [each for each in root if local_name(each) == "Item"]
    if local_name(root) != "List" or len(found) > LONGEST_LIST:
        raise Unreadable("no list")
    for item in found:
        values = {local_name(each): (each.text or "").strip() for each in item}
        if any(len(value) > LONGEST_TEXT for value in values.values()):
            raise Unreadable("a value is too long")
        yield values


def parse(body: bytes) -> Element:
    """Read XML of bounded size that declares no document type and no entity.

    Raises:
        Unreadable: it does, it is too much, or it is no XML.
    """
    # A megabyte of empty elements would take a hundred.
    if body.count(b"<") > 2 * MOST_ELEMENTS:
        raise Unreadable("too much of it")
    try:
        return fromstring(body, forbid_dtd=True)
    except (ParseError, DefusedXmlException, ValueError, LookupError) as error:
        # Without the cause: its text may quote the answer.
        raise Unreadable(type(error).__name__) from None


def _text(element: Element) -> str:
    """Return an element's text; a list that was not escaped into text counts as one."""
    return (element.text or "") + "".join(
        tostring(each, encoding="unicode") for each in element
    )


def local_name(element: Element) -> str:
    """Return an element's name without its namespace."""
    return element.tag.rpartition("}")[2]


def _code(fault: Element) -> int:
    for each in fault.iter():
        if local_name(each) == "errorCode" and (each.text or "").strip().isdecimal():
            return int((each.text or "").strip()[:6])
    raise Unreadable("a fault without a code")
