"""People as a table: whatever a spreadsheet makes is read, and written so that it is safe."""

import contextlib
from typing import Any

from hypothesis import given, strategies as st
import pytest

from custom_components.xpresence.operations.people_table import (
    FORMULA,
    HEADERS,
    MOST_ROWS,
    UnreadableTable,
    decoded,
    read_table,
    write_table,
)

ANNA = {"name": "Anna", "extension": "100"}


def values(text: str) -> list[dict[str, Any]]:
    return [dict(row.values) for row in read_table(text).rows]


@pytest.mark.parametrize(
    "text",
    [
        "Name,Extension\nAnna,100\n",
        "Durchwahl;Name\r\n100;Anna\r\n",
        "Poste\tNom complet\n100\tAnna",
        '"Extension"; "Name"\n"100"; "Anna"',
        "\ufeffNebenstelle;Anzeigename;Farbe\n100;Anna;rot\n\n;;\n",
        "Vorname;Nachname;Nebenstelle\nAnna;;100",
        "Prénom;Nom;Poste\nAnna;;100",
        "100;Anna",
        "Anna\t100",
    ],
)
def test_a_table_is_read_however_it_was_made(text: str) -> None:
    assert values(text) == [ANNA]


@pytest.mark.parametrize(
    "encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16", "utf-16-le", "utf-16-be"]
)
def test_umlauts_are_read_in_whatever_encoding(encoding: str) -> None:
    text = "Name;Durchwahl;Geräte\r\nJürgen Groß;101;Häusle: 0711 5550101\r\n"
    (person,) = values(decoded(text.encode(encoding)))
    assert person["name"] == "Jürgen Groß"
    assert person["devices"] == ["Häusle: 0711 5550101"]


def test_lists_and_mobile_numbers_become_devices_and_queues() -> None:
    text = (
        "name,extension,devices,queues\n"
        'Anna,100,"Mobile: 0171 5550100\nHome: 0711 5550100","400, 401"\n'
    )
    (anna,) = values(text)
    assert anna["devices"] == ["Mobile: 0171 5550100", "Home: 0711 5550100"]
    assert anna["queues"] == ["400", "401"]
    assert values("Name;Nst;Handy\nAnna;100;0171 5550100")[0]["devices"] == [
        "Mobile: 0171 5550100"
    ]


def test_a_row_knows_its_line_and_what_is_not_understood_is_told() -> None:
    table = read_table('Name,Ext,Colour\n"An\nna",100,red\n\nBen,101,blue,loud\n')
    assert [row.line for row in table.rows] == [2, 5]
    assert [row.overflow for row in table.rows] == [False, True]
    assert table.ignored == ("Colour",)
    assert table.headers["extension"] == "Ext"


@pytest.mark.parametrize(
    ("data", "key"),
    [
        (b"", "table_empty"),
        (b"\n \n", "table_empty"),
        (b"Colour;Size\nred;big\n", "table_no_columns"),
        (b"PK\x03\x04rest", "table_spreadsheet"),
        (b"Name;Name;Ext\nA;B;1", "table_column_twice"),
        (b'Name;Ext\n"Anna;100\n', "table_quotes"),
        (b"a,b\0c", "table_no_text"),
        (b"x," * 3_000_000, "table_too_large"),
        (b"Name;Ext\n" + b"A;1\n" * (MOST_ROWS + 1), "table_too_many_rows"),
    ],
)
def test_what_is_no_table_says_why(data: bytes, key: str) -> None:
    with pytest.raises(UnreadableTable) as error:
        read_table(decoded(data))
    assert error.value.key == key


@pytest.mark.parametrize("language", [*HEADERS, "it"])
def test_what_is_written_is_read_again(language: str) -> None:
    people = [
        {
            "name": 'Jürgen "J" Groß; jun.',
            "extension": "0100",
            "person": "person.anna",
            "voicemail": "900",
            "devices": ["Mobile: 0171 5550100", "Home: +49711555"],
            "queues": ["400", "sales"],
            "default_profile": "Available",
        },
        {"name": "=1+1", "extension": "101"},
        {"name": "'=1+1", "extension": "102"},
        {"name": "'Ndrangheta", "extension": "103"},
    ]
    assert values(write_table(people, language)) == people


@given(name=st.text(min_size=1, max_size=40).filter(str.strip))
def test_no_spreadsheet_runs_what_somebody_is_called(name: str) -> None:
    line = write_table([{"name": name, "extension": "1"}], "en").split("\r\n", 1)[1]
    assert not line.lstrip('"').startswith(FORMULA)


@given(data=st.binary(max_size=300) | st.text(max_size=200).map(str.encode))
def test_whatever_is_sent_is_read_or_refused(data: bytes) -> None:
    with contextlib.suppress(UnreadableTable):
        read_table(decoded(data))
