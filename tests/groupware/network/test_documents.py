"""XML and JSON that would fill the memory are refused before they are built."""

import json
import tracemalloc

import pytest

from custom_components.xpresence.groupware.network.documents import (
    check_xml,
    parse_json,
)
from custom_components.xpresence.groupware.network.limits import LIMITS, Limits
from custom_components.xpresence.groupware.source import SourceUnavailable

SMALL = Limits(elements=1000, depth=20)


def refusal(document: bytes, limits: Limits = LIMITS) -> str:
    read = check_xml if document.startswith(b"<") else parse_json
    with pytest.raises(SourceUnavailable) as raised:
        read(document, limits)
    return raised.value.reason


@pytest.mark.parametrize(
    "document",
    [
        b"<a>" + b"<b/>" * 1000 + b"</a>",
        b"<a>" + b'<b c="1" d="2"/>' * 400 + b"</a>",
        b"<a>" * 21 + b"</a>" * 21,
        b"[" + b"[]," * 2000 + b"[]]",
        b"[" + b"{}," * 2000 + b"{}]",
        b"[" + b"1," * 2000 + b"1]",
        b"[" * 21 + b"]" * 21,
        b'{"a":' * 21 + b"1" + b"}" * 21,
    ],
)
def test_too_many_or_too_deep_elements_are_refused(document: bytes) -> None:
    assert refusal(document, SMALL) == "answer_too_long"


def test_sixteen_megabytes_of_empty_elements_take_no_more_memory_than_they_are() -> (
    None
):
    documents = [b"<a>" + b"<b/>" * 4_000_000 + b"</a>", b"[" + b"{}," * 5_000_000]
    tracemalloc.start()
    try:
        for document in documents:
            assert refusal(document) == "answer_too_long"
        _, most = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert most < 40 * 2**20


@pytest.mark.parametrize(
    "document",
    [
        b"<a>",
        b"<a></b>",
        b"<!DOCTYPE a><a/>",
        b"<",
        b"[",
        b'{"a"',
        b'"',
        b"",
        b"\xff",
        b"{" * 2000,
    ],
)
def test_what_is_no_whole_document_is_refused(document: bytes) -> None:
    assert refusal(document, Limits()) in {"answer_unreadable", "answer_too_long"}


def test_commas_and_brackets_in_a_text_are_no_elements() -> None:
    told = {"subject": '[{,"\\' * 5000, "rows": [1, 2, {"a": []}]}
    assert parse_json(json.dumps(told).encode(), SMALL) == told


def test_a_full_page_of_appointments_is_no_bomb() -> None:
    row = {
        f"field{n}": {"dateTime": "2026-11-24T09:00:00", "zone": "UTC"}
        for n in range(15)
    }
    assert (
        len(parse_json(json.dumps({"value": [row] * 1000}).encode())["value"]) == 1000
    )
