"""People as a table of text: read from a paste or a file, and written for one.

Whatever a spreadsheet makes is read: comma, semicolon or tab; UTF-8, UTF-16 or
Windows-1252; headers in English, German or French, in any order. What the columns mean
is said by their headers; without headers one column of digits is the extension and the
other the name.
"""

from collections.abc import Iterable, Mapping, Sequence
import csv
from dataclasses import dataclass, field
import io
import re
from typing import Any, Final
import unicodedata

from homeassistant.const import CONF_NAME

from ..const import (
    CONF_DEFAULT_PROFILE,
    CONF_DEVICES,
    CONF_EXTENSION,
    CONF_PERSON,
    CONF_QUEUES,
    CONF_VOICEMAIL,
)

LARGEST: Final = 2_000_000
"""Bytes, or characters of a paste."""
MOST_ROWS: Final = 5000
MOST_COLUMNS: Final = 100
DELIMITERS: Final = "\t;,"
FIRST_NAME: Final = "first_name"
LAST_NAME: Final = "last_name"
MOBILE: Final = "mobile"
"""Columns that other programs have, and that become a part of ours."""

HEADERS: Final[Mapping[str, Mapping[str, str]]] = {
    "en": {
        CONF_NAME: "Name",
        CONF_EXTENSION: "Extension",
        CONF_PERSON: "Home Assistant person",
        CONF_DEFAULT_PROFILE: "Default profile",
        CONF_VOICEMAIL: "Mailbox",
        CONF_DEVICES: "Devices",
        CONF_QUEUES: "Queues",
    },
    "de": {
        CONF_NAME: "Name",
        CONF_EXTENSION: "Nebenstelle",
        CONF_PERSON: "Home-Assistant-Person",
        CONF_DEFAULT_PROFILE: "Standardprofil",
        CONF_VOICEMAIL: "Mailbox",
        CONF_DEVICES: "Geräte",
        CONF_QUEUES: "Warteschlangen",
    },
    "fr": {
        CONF_NAME: "Nom",
        CONF_EXTENSION: "Poste",
        CONF_PERSON: "Personne Home Assistant",
        CONF_DEFAULT_PROFILE: "Profil par défaut",
        CONF_VOICEMAIL: "Messagerie",
        CONF_DEVICES: "Appareils",
        CONF_QUEUES: "Files d'attente",
    },
}
"""The headers of a table that is written, in the order of its columns."""
SYNONYMS: Final[Mapping[str, str]] = {
    CONF_NAME: "full name, fullname, display name, displayname, anzeigename, "
    "vollständiger name, benutzer, user, nom complet, nom affiché",
    CONF_EXTENSION: "ext, extension number, number, durchwahl, interne nummer, nst, "
    "intern, rufnummer, extension interne, numéro interne, numéro de poste, numéro",
    CONF_PERSON: "person, personne",
    CONF_DEFAULT_PROFILE: "profile, profil",
    CONF_VOICEMAIL: "voicemail, voicemail box, mailboxnummer, anrufbeantworter, "
    "boîte vocale",
    CONF_DEVICES: "device, devices for follow-me, geräte für follow-me, gerät, appareil",
    CONF_QUEUES: "queue, hotline queues, hotline-warteschlangen, warteschlange, "
    "hotline, file d'attente",
    FIRST_NAME: "first name, firstname, given name, vorname, prénom",
    LAST_NAME: "last name, lastname, surname, family name, nachname, familienname, "
    "nom de famille",
    MOBILE: "mobile, mobile phone, cell, cell phone, handy, mobil, mobiltelefon, "
    "mobilnummer, portable, téléphone mobile",
}
"""Other headers of a column."""
SEMICOLON_LANGUAGES: Final = frozenset({"de", "fr"})
"""Languages whose spreadsheets separate by semicolons, as the comma is decimal."""
FORMULA: Final = ("=", "+", "-", "@", "\t", "\r")
"""What makes a spreadsheet take a text for a formula."""
ESCAPE: Final = "'"
NOTHING: Final = frozenset({"novm", "default"})
"""What FreePBX's own export says where there is no mailbox of its own."""
LISTS: Final[Mapping[str, re.Pattern[str]]] = {
    CONF_DEVICES: re.compile(r"[;\n|]"),
    CONF_QUEUES: re.compile(r"[;,\s|]"),
}
"""How several values stand in one cell."""


class UnreadableTable(ValueError):
    """A table as a whole cannot be read; ``key`` names its words.

    ``line``: where, if that is known.
    """

    def __init__(self, key: str, line: int | None = None) -> None:
        """Keep why."""
        super().__init__(key)
        self.key = key
        self.line = line


@dataclass(frozen=True, slots=True)
class Row:
    """One row: its line in the text, and what it says by field; empty cells are not.

    ``overflow``: it has more cells than there are headers, so that nobody can tell
    what they mean.
    """

    line: int
    values: Mapping[str, Any]
    overflow: bool = False


@dataclass(frozen=True, slots=True)
class Table:
    """What was read, the headers as they were typed, and those that nobody knows."""

    rows: tuple[Row, ...] = ()
    headers: Mapping[str, str] = field(default_factory=dict)
    ignored: tuple[str, ...] = ()


def decoded(data: bytes) -> str:
    """Return a file's text, in whatever encoding a spreadsheet wrote it.

    Raises:
        UnreadableTable: it is no text.
    """
    if len(data) > LARGEST:
        raise UnreadableTable("table_too_large")
    if data.startswith((b"PK\x03\x04", b"\xd0\xcf\x11\xe0")):
        raise UnreadableTable("table_spreadsheet")
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return data.decode("utf-16", errors="replace")
    sample = data[:2000]
    if sample[1::2].count(0) > len(sample) // 4:
        return data.decode("utf-16-le", errors="replace")
    if sample[::2].count(0) > len(sample) // 4:
        return data.decode("utf-16-be", errors="replace")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        # Windows leaves five bytes without a meaning.
        return data.decode("cp1252", errors="replace")


def read_table(text: str) -> Table:
    """Read a table.

    Raises:
        UnreadableTable: as a whole; a row that is wrong is told as a row.
    """
    if len(text) > LARGEST:
        raise UnreadableTable("table_too_large")
    text = text.removeprefix("\ufeff")
    if "\0" in text:
        raise UnreadableTable("table_no_text")
    lines = _cells(text, _delimiter(text))
    if not lines:
        raise UnreadableTable("table_empty")
    first = lines[0][1]
    columns = [_column(header) for header in first]
    if any(columns):
        del lines[0]
        headers = {key: said for key, said in zip(columns, first, strict=True) if key}
        ignored = tuple(
            said for key, said in zip(columns, first, strict=True) if said and not key
        )
    else:
        columns, headers, ignored = _guessed([cells for _, cells in lines]), {}, ()
    if len({one for one in columns if one}) < sum(map(bool, columns)):
        raise UnreadableTable("table_column_twice", 1)
    if CONF_EXTENSION not in columns and CONF_NAME not in columns:
        raise UnreadableTable("table_no_columns", 1)
    rows = tuple(_row(line, cells, columns) for line, cells in lines)
    if len(rows) > MOST_ROWS:
        raise UnreadableTable("table_too_many_rows")
    return Table(rows, headers, ignored)


def write_table(people: Iterable[Mapping[str, Any]], language: str) -> str:
    """Return people, each by field as text or list, as a table for a spreadsheet."""
    language = language.partition("-")[0]
    headers = HEADERS.get(language, HEADERS["en"])
    out = io.StringIO()
    separator = ";" if language in SEMICOLON_LANGUAGES else ","
    writer = csv.writer(out, delimiter=separator, lineterminator="\r\n")
    writer.writerow(headers.values())
    for person in people:
        writer.writerow([_cell(person.get(key)) for key in headers])
    return out.getvalue()


def _cell(value: Any) -> str:
    """Return a value as a cell that no spreadsheet runs."""
    text = "\n".join(value) if isinstance(value, list | tuple) else str(value or "")
    # One that stands there already is escaped too, or it would be lost on the way back.
    return ESCAPE + text if text.startswith((*FORMULA, ESCAPE)) else text


def _value(text: str) -> str:
    text = text.strip()
    escaped = text[:1] == ESCAPE and text[1:2] and text[1] in (*FORMULA, ESCAPE)
    return text[1:] if escaped else text


def _delimiter(text: str) -> str:
    """Return what separates the cells: what makes most known headers, else most cells."""
    head = next((line for line in text.splitlines() if line.strip()), "")

    def merit(delimiter: str) -> tuple[int, int]:
        cells = head.split(delimiter)
        known = sum(bool(_column(cell.strip(' "'))) for cell in cells)
        return known, len(cells)

    return max(DELIMITERS, key=merit)


def _cells(text: str, delimiter: str) -> list[tuple[int, list[str]]]:
    """Return the cells of every line that has any, with the line's number."""
    reader = csv.reader(
        io.StringIO(text, newline=""),
        delimiter=delimiter,
        strict=True,
        skipinitialspace=True,
    )
    found: list[tuple[int, list[str]]] = []
    begins = 1
    try:
        for cells in reader:
            if len(cells) > MOST_COLUMNS:
                raise UnreadableTable("table_too_large", begins)
            if any(cell.strip() for cell in cells):
                found.append((begins, [_value(cell) for cell in cells]))
            begins = reader.line_num + 1
            if len(found) > MOST_ROWS + 1:
                raise UnreadableTable("table_too_many_rows")
    except csv.Error as error:
        raise UnreadableTable("table_quotes", begins) from error
    return found


def _plain(header: str) -> str:
    """Return a header without case, accents and what stands between words."""
    folded = unicodedata.normalize("NFKD", header.casefold().replace("ß", "ss"))
    return "".join(mark for mark in folded if mark.isalnum())


KNOWN: Final[Mapping[str, str]] = {
    _plain(said): column
    for column, words in (
        *((column, said) for one in HEADERS.values() for column, said in one.items()),
        *SYNONYMS.items(),
    )
    for said in words.split(",")
}
"""Plain header → column."""


def _column(header: str) -> str:
    return KNOWN.get(_plain(header), "")


def _guessed(rows: Sequence[Sequence[str]]) -> list[str]:
    """Return what columns without headers mean."""
    width = max(len(cells) for cells in rows)

    def digits(index: int) -> bool:
        cells = [cells[index] for cells in rows if index < len(cells) and cells[index]]
        return bool(cells) and all(re.fullmatch(r"[0-9]+", cell) for cell in cells)

    extension = next((index for index in range(width) if digits(index)), None)
    if extension is None:
        return [""] * width
    name = next((i for i in range(width) if i != extension and not digits(i)), None)
    return [
        CONF_EXTENSION if i == extension else CONF_NAME if i == name else ""
        for i in range(width)
    ]


def _row(line: int, cells: Sequence[str], columns: Sequence[str]) -> Row:
    said = {
        column: cell
        for column, cell in zip(columns, cells, strict=False)
        if column and cell
    }
    first, last = said.pop(FIRST_NAME, ""), said.pop(LAST_NAME, "")
    if FIRST_NAME in columns and LAST_NAME not in columns:
        # "Vorname; Name" and "prénom; nom" mean the family name.
        last = said.pop(CONF_NAME, "")
    if (first or last) and CONF_NAME not in said:
        said[CONF_NAME] = f"{first} {last}".strip()
    values: dict[str, Any] = dict(said)
    if said.get(CONF_VOICEMAIL, "").casefold() in NOTHING:
        del values[CONF_VOICEMAIL]
    mobile = values.pop(MOBILE, "")
    for key, between in LISTS.items():
        if key in said:
            parts = (part.strip() for part in between.split(said[key]))
            values[key] = [part for part in parts if part]
    if mobile and CONF_DEVICES not in values:
        values[CONF_DEVICES] = [f"Mobile: {mobile}"]
    overflow = any(cells[len(columns) :])
    return Row(line, values, overflow)
