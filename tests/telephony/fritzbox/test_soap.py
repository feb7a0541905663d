"""Answers of a box: read as described, refused where they are anything else."""

import contextlib

from hypothesis import given, settings, strategies as st
import pytest

from custom_components.xpresence.telephony.fritzbox.rules import (
    read_entries,
    read_machine_list,
    read_numbers,
)
from custom_components.xpresence.telephony.fritzbox.soap import (
    LONGEST_LIST,
    Fault,
    Unreadable,
    answer,
    items,
    request,
)

from .box import ENVELOPE, listed


def body(text: str) -> bytes:
    return ENVELOPE.format(text).encode()


def test_a_request_escapes_what_it_is_given() -> None:
    sent = request("urn:dslforum-org:service:X:1", "Do", {"NewName": "<&>"})
    assert b"<NewName>&lt;&amp;&gt;</NewName>" in sent


def test_an_answer_is_read_name_by_name() -> None:
    text = '<u:DoResponse xmlns:u="x"><NewA>1</NewA><NewB/></u:DoResponse>'
    assert answer(body(text), "Do") == {"NewA": "1", "NewB": ""}


def test_a_fault_keeps_its_code() -> None:
    text = (
        "<s:Fault><detail><UPnPError><errorCode>866</errorCode>"
        "</UPnPError></detail></s:Fault>"
    )
    with pytest.raises(Fault) as told:
        answer(body(text), "Do")
    assert told.value.code == 866


@pytest.mark.parametrize(
    "sent",
    [
        b"",
        b"<html>Sign in</html>",
        b"<a><b></a>",
        b"\xff\xfe",
        body("<u:OtherResponse xmlns:u='x'/>"),
        body("<s:Fault/>"),
        b'<!DOCTYPE a [<!ENTITY b "c">]>' + body("<u:DoResponse xmlns:u='x'/>"),
        b'<!DOCTYPE a SYSTEM "file:///etc/passwd"><a/>',
    ],
)
def test_anything_else_is_no_answer(sent: bytes) -> None:
    with pytest.raises(Unreadable) as told:
        answer(sent, "Do")
    assert "passwd" not in str(told.value)


def entry(**more: object) -> dict[str, object]:
    return {
        "DeflectionId": 0,
        "Enable": 1,
        "Type": "toVoIP",
        "Number": "111222",
        "DeflectionToNumber": "0171555",
        "Mode": "eImmediately",
        "Outgoing": "",
        "PhonebookID": "",
        **more,
    }


@pytest.mark.parametrize(
    "text",
    [
        listed([entry(Enable="yes")]),
        listed([entry(Enable="")]),
        listed([entry(DeflectionId="")]),
        listed([entry(DeflectionId="-1")]),
        listed([entry(DeflectionId="٣")]),
        listed([entry(), entry()]),
        listed([entry(Number="1" * 5000)]),
        listed([{}] * (LONGEST_LIST + 1)),
        "<Item/>",
        "<List>",
    ],
)
def test_a_list_that_cannot_be_trusted_is_not_read(text: str) -> None:
    with pytest.raises(Unreadable):
        read_entries(text)


@pytest.mark.parametrize(
    ("written", "name"),
    [
        ("Meier &amp; Söhne", "Meier & Söhne"),
        ("Meier & Söhne", "Meier & Söhne"),
        ("R&D; Labor", "R&D; Labor"),
        ("A&#38;B &amp;&", "A&B &&"),
        ("<![CDATA[Büro <2>]]>", "Büro <2>"),
    ],
)
def test_a_name_may_hold_an_ampersand(written: str, name: str) -> None:
    text = f"<List><Item><Number>111</Number><Name>{written}</Name></Item></List>"
    assert [own.name for own in read_numbers(text)] == [name]


def test_a_list_that_stands_in_the_answer_as_it_is_is_no_empty_list() -> None:
    sent = body(
        "<u:DoResponse xmlns:u='x'><NewList><List><Item><Index>0</Index><Enable>1"
        "</Enable></Item></List></NewList></u:DoResponse>"
    )
    assert [*items(answer(sent, "Do")["NewList"])] == [{"Index": "0", "Enable": "1"}]


@pytest.mark.parametrize("count", [0, 1, 32, 50])
def test_as_many_entries_are_read_as_there_are(count: int) -> None:
    text = listed([entry(DeflectionId=3 * n) for n in range(count)])
    assert [each.index for each in read_entries(text)] == [*range(0, 3 * count, 3)]


def test_an_empty_list_is_a_list() -> None:
    assert read_entries("") == read_entries("<List></List>") == ()


def test_numbers_are_read_as_digits() -> None:
    found = read_numbers(listed([{"Number": "030/111 222"}, {"Number": "SIP"}]))
    assert [own.number for own in found] == ["030111222"]


def test_a_machine_that_is_not_set_up_is_none() -> None:
    shown = {"Index": 0, "Display": 1, "Enable": 0, "Name": "Family"}
    assert [
        machine.index
        for machine in read_machine_list(listed([shown, shown | {"Display": 0}]))
    ] == [0]


@settings(max_examples=150, deadline=None)
@given(st.binary(max_size=300) | st.text(max_size=200).map(str.encode))
def test_whatever_arrives_is_read_or_refused(sent: bytes) -> None:
    with contextlib.suppress(Unreadable, Fault):
        answer(sent, "GetDeflections")
    text = sent.decode(errors="replace")
    for read in (read_entries, read_machine_list, read_numbers, lambda t: [*items(t)]):
        with contextlib.suppress(Unreadable):
            read(text)  # type: ignore[operator]


@settings(max_examples=100, deadline=None)
@given(
    st.lists(
        st.fixed_dictionaries(
            {
                "DeflectionId": st.integers(-1, 3).map(str) | st.text(max_size=3),
                "Enable": st.sampled_from(["0", "1", "2", ""]),
                "Number": st.text(st.characters(codec="utf-8", min_codepoint=32)),
            }
        ),
        max_size=4,
    )
)
def test_whatever_stands_in_a_list_is_read_or_refused(
    found: list[dict[str, str]],
) -> None:
    try:
        read = read_entries(listed(found))
    except Unreadable:
        return
    assert [each.index for each in read] == [int(one["DeflectionId"]) for one in found]
