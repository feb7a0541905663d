"""XML of a phone system: bounded in size, without entities."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final
from xml.parsers import expat

MOST_ELEMENTS: Final = 2_000
DEEPEST: Final = 20


class NotReadable(ValueError):
    """It is no XML, too large, or has a document type."""


@dataclass(slots=True)
class Element:
    """An element; names are without their namespace."""

    name: str
    attributes: Mapping[str, str]
    children: list[Element] = field(default_factory=list)
    text: str = ""

    def all(self, name: str) -> Iterator[Element]:
        """Yield the children of a name."""
        return (child for child in self.children if child.name == name)

    def get(self, name: str) -> str:
        """Return the text of the first child of a name; empty if there is none."""
        return next((child.text.strip() for child in self.all(name)), "")


def read(data: bytes) -> Element:
    """Return the root element.

    Raises:
        NotReadable: it is no XML, too large, or has a document type.
    """
    parser = expat.ParserCreate(namespace_separator=" ")
    root: list[Element] = []
    opened: list[Element] = []
    count = 0

    def start(name: str, attributes: dict[str, str]) -> None:
        nonlocal count
        count += 1
        if count > MOST_ELEMENTS or len(opened) >= DEEPEST:
            raise NotReadable("too much of it")
        element = Element(_local(name), {_local(k): v for k, v in attributes.items()})
        (opened[-1].children if opened else root).append(element)
        opened.append(element)

    def end(_name: str) -> None:
        opened.pop()

    def text(data: str) -> None:
        if opened:
            opened[-1].text += data

    def refuse(*_: object) -> None:
        raise NotReadable("a document type")

    parser.StartElementHandler = start
    parser.EndElementHandler = end
    parser.CharacterDataHandler = text
    parser.StartDoctypeDeclHandler = refuse
    parser.buffer_text = True
    try:
        parser.Parse(data.strip(), True)
    except (expat.ExpatError, LookupError, ValueError) as error:
        if isinstance(error, NotReadable):
            raise
        raise NotReadable("no XML") from error
    return root[0]


def _local(name: str) -> str:
    return name.rpartition(" ")[2]
