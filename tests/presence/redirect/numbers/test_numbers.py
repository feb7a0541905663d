"""Telephone numbers as people write them and as phone systems dial them."""

from dataclasses import replace

from hypothesis import assume, given, strategies as st
import pytest

from custom_components.xpresence.presence.redirect.numbers import (
    DIALLABLE,
    LONGEST_DIALLED,
    PLAIN,
    BadNumber,
    DialStyle,
    NumberFormat,
    NumberProblem,
    checked,
    dialled,
    extension_of,
    masked,
    parse,
    understood,
)

BERLIN = NumberFormat(
    outside_prefix="0",
    country_code="49",
    area_code="30",
    extension_digits=4,
    main="+49301234",
    extensions=frozenset({"101"}),
)
NEW_YORK = NumberFormat(
    outside_prefix="9",
    country_code="1",
    area_code="212",
    trunk_prefix="1",
    national_digits=10,
    international_prefix="011",
    extension_digits=4,
)
COPENHAGEN = NumberFormat(country_code="45", trunk_prefix="", extension_digits=3)
OFFICES = [PLAIN, BERLIN, NEW_YORK, COPENHAGEN]


@pytest.mark.parametrize(
    ("office", "text", "canonical"),
    [
        (BERLIN, "101", "101"),
        (BERLIN, " 101 ", "101"),
        (BERLIN, "1010", "1010"),
        (BERLIN, "+49 30 9876543", "+49309876543"),
        (BERLIN, "+49 (0)30 / 98 76-543", "+49309876543"),
        (BERLIN, "+49 (0) 30.9876543", "+49309876543"),
        (BERLIN, "  +49 (0)30 9876543", "+49309876543"),
        (BERLIN, "(0)30 9876543", "+49309876543"),
        (BERLIN, "+4930", "+4930"),
        (BERLIN, "101" + 61 * " ", "101"),
        (BERLIN, "tel:+49-30-9876543", "+49309876543"),
        (BERLIN, "TEL:+49309876543", "+49309876543"),
        (BERLIN, "0049 30 9876543", "+49309876543"),
        (BERLIN, "030 9876543", "+49309876543"),
        (BERLIN, "(030) 98\u00a076\u201043", "+4930987643"),
        (BERLIN, "9876543", "+49309876543"),
        (BERLIN, "0171 1234567", "+491711234567"),
        (BERLIN, "+33 1 23 45 67 89", "+33123456789"),
        (BERLIN, "0033 1 23456789", "+33123456789"),
        (BERLIN, "*97", "*97"),
        (BERLIN, "*72#101", "*72#101"),
        (BERLIN, "030 1234-101", "101"),
        (BERLIN, "+49 30 1234 0", "0"),
        (BERLIN, "+49 30 1234", "+49301234"),
        (BERLIN, "+49 30 1234 12345", "+4930123412345"),
        (NEW_YORK, "(212) 555-0123", "+12125550123"),
        (NEW_YORK, "718 555 0123", "+17185550123"),
        (NEW_YORK, "555-0123", "+12125550123"),
        (NEW_YORK, "1 718 555 0123", "+17185550123"),
        (NEW_YORK, "011 49 30 9876543", "+49309876543"),
        (NEW_YORK, "+49 30 9876543", "+49309876543"),
        (COPENHAGEN, "32 12 34 56", "+4532123456"),
        (replace(BERLIN, international_prefix=""), "030 9876543", "+49309876543"),
        (replace(BERLIN, trunk_prefix=""), "9876543", "+49309876543"),
        (BERLIN, "+" + 15 * "2", "+" + 15 * "2"),
        (BERLIN, "*72#101234", "*72#101234"),
        (COPENHAGEN, "00 46 8 123 456", "+468123456"),
        (PLAIN, "030 9876543", "0309876543"),
        (PLAIN, "+49309876543", "+49309876543"),
        (PLAIN, "**610", "**610"),
    ],
)
def test_a_business_card_is_read(
    office: NumberFormat, text: str, canonical: str
) -> None:
    assert parse(text, office) == canonical


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("", NumberProblem.EMPTY),
        ("  ", NumberProblem.EMPTY),
        ("-/()", NumberProblem.EMPTY),
        ("tel:", NumberProblem.EMPTY),
        ("0171 CALL ME", NumberProblem.LETTERS),
        ("Bob", NumberProblem.LETTERS),
        ("101X", NumberProblem.LETTERS),
        ("101" + 62 * " ", NumberProblem.TOO_LONG),
        ("*" + 32 * "1", NumberProblem.TOO_LONG),
        ("101\r\nAction: DBPut", NumberProblem.CONTROL_CHARACTER),
        ("101\x00", NumberProblem.CONTROL_CHARACTER),
        ("\n101", NumberProblem.CONTROL_CHARACTER),
        ("101\n", NumberProblem.CONTROL_CHARACTER),
        ("101\t", NumberProblem.CONTROL_CHARACTER),
        ("\u202a+49309876543\u202c", NumberProblem.CONTROL_CHARACTER),
        ("10\u200b1", NumberProblem.CONTROL_CHARACTER),
        ("${EXTEN}", NumberProblem.CHARACTER),
        ("101,1", NumberProblem.CHARACTER),
        ("101;ext=5", NumberProblem.CHARACTER),
        ("101@host", NumberProblem.CHARACTER),
        ("\u0661\u0660\u0661", NumberProblem.CHARACTER),
        ("\uff11\uff10\uff11", NumberProblem.CHARACTER),
        ("1\u00b2", NumberProblem.CHARACTER),
        ("+", NumberProblem.MISPLACED_PLUS),
        ("49+30", NumberProblem.MISPLACED_PLUS),
        ("++49309876543", NumberProblem.MISPLACED_PLUS),
        ("+*97", NumberProblem.CODE),
        ("#", NumberProblem.TOO_SHORT),
        ("**", NumberProblem.TOO_SHORT),
        ("+49", NumberProblem.TOO_SHORT),
        ("+493", NumberProblem.TOO_SHORT),
        ("0049", NumberProblem.TOO_SHORT),
        ("+" + "1" * 16, NumberProblem.TOO_LONG),
        ("0" + "1" * 16, NumberProblem.TOO_LONG),
        ("*" + "1" * 40, NumberProblem.TOO_LONG),
        ("1" + " " * 80 + "01", NumberProblem.TOO_LONG),
        ("+49 030 9876543", NumberProblem.TRUNK_PREFIX),
        ("+49 (0) 030 9876543", NumberProblem.TRUNK_PREFIX),
        ("0049 030 9876543", NumberProblem.TRUNK_PREFIX),
        ("+36 06 30 1234567", NumberProblem.TRUNK_PREFIX),
        ("+1 1 212 555 0123", NumberProblem.TRUNK_PREFIX),
        ("+0 30 9876543", NumberProblem.NO_COUNTRY),
        ("+999 1234567", NumberProblem.NO_COUNTRY),
        ("000 44 20 71234567", NumberProblem.NO_COUNTRY),
        ("112", NumberProblem.EMERGENCY),
        ("1 1 0", NumberProblem.EMERGENCY),
    ],
)
def test_what_is_no_number_is_refused_with_its_reason(
    text: str, problem: NumberProblem
) -> None:
    office = NumberFormat(country_code="49", extension_digits=3)
    with pytest.raises(BadNumber) as refused:
        parse(text, office)
    assert refused.value.problem is problem


@pytest.mark.parametrize(
    ("country", "text", "canonical", "dials"),
    [
        ("39", "06 12345678", "+390612345678", "0612345678"),
        ("39", "333 1234567", "+393331234567", "3331234567"),
        ("39", "+39 06 12345678", "+390612345678", "0612345678"),
        ("39", "+39 (0)6 12345678", "+390612345678", "0612345678"),
        ("39", "0049 30 9876543", "+49309876543", "0049309876543"),
        ("36", "06 1 234 5678", "+3612345678", "0612345678"),
        ("36", "06 30 123 4567", "+36301234567", "06301234567"),
        ("36", "+36 30 123 4567", "+36301234567", "06301234567"),
        ("36", "+36 (06) 30 123 4567", "+36301234567", "06301234567"),
        ("36", "234 5678", "+3612345678", "0612345678"),
        ("34", "612 345 678", "+34612345678", "612345678"),
        ("1", "718 555 0123", "+17185550123", "17185550123"),
        ("1", "011 49 30 9876543", "+49309876543", "01149309876543"),
        ("7", "8 495 123 45 67", "+74951234567", "84951234567"),
        ("7", "+7 800 123 45 67", "+78001234567", "88001234567"),
    ],
)
def test_each_country_has_its_own_prefixes(
    country: str, text: str, canonical: str, dials: str
) -> None:
    office = NumberFormat(country_code=country, area_code="1")
    assert parse(text, office) == canonical
    assert dialled(canonical, office) == dials
    assert understood(dials, office) == canonical


def test_a_refusal_never_repeats_the_number() -> None:
    with pytest.raises(BadNumber) as refused:
        parse("0171 1234567x")
    assert repr(refused.value) == "BadNumber('letters')"


def test_an_extension_that_looks_like_an_emergency_number_is_an_extension() -> None:
    office = NumberFormat(extensions=frozenset({"110"}))
    assert parse("110", office) == "110"


@pytest.mark.parametrize(
    "number", ["112", "110", "911", "999", "0112", "00112", "+49112", "0049112"]
)
def test_an_emergency_number_is_none_in_any_spelling(number: str) -> None:
    with pytest.raises(BadNumber):
        parse(number, BERLIN)


def test_a_long_extension_that_is_known_is_an_extension() -> None:
    office = NumberFormat(country_code="49", extensions=frozenset({"1234567"}))
    assert parse("1234567", office) == "1234567"
    assert dialled("1234567", office) == "1234567"
    assert understood("1234567", office) == "1234567"
    assert extension_of("1234567", {"1234567"}, BERLIN) == "1234567"


def test_an_extension_that_begins_like_an_outside_call_is_an_extension() -> None:
    office = NumberFormat(outside_prefix="9", extensions=frozenset({"9123456"}))
    assert understood("9123456", office) == "9123456"
    assert understood("0", BERLIN) == "0"
    assert understood("0101", BERLIN) == "0101"


def test_a_long_extension_is_found_behind_the_main_number() -> None:
    office = NumberFormat(
        country_code="49",
        main="+49301234",
        extension_digits=2,
        extensions=frozenset({"5678"}),
    )
    assert parse("+49 30 1234 5678", office) == "5678"


@pytest.mark.parametrize(
    ("style", "canonical", "dials"),
    [
        (DialStyle.NATIONAL, "101", "101"),
        (DialStyle.NATIONAL, "*97", "*97"),
        (DialStyle.NATIONAL, "*72#101234", "*72#101234"),
        (DialStyle.NATIONAL, "+49309876543", "00309876543"),
        (DialStyle.NATIONAL, "+33123456789", "00033123456789"),
        (DialStyle.INTERNATIONAL, "+49309876543", "00049309876543"),
        (DialStyle.INTERNATIONAL, "+33123456789", "00033123456789"),
        (DialStyle.E164, "+49309876543", "+49309876543"),
        (DialStyle.E164, "101", "101"),
    ],
)
def test_the_phone_system_dials_its_own_way(
    style: DialStyle, canonical: str, dials: str
) -> None:
    office = NumberFormat(
        outside_prefix="0", country_code="49", extension_digits=4, style=style
    )
    assert dialled(canonical, office) == dials
    assert understood(dials, office) == canonical


def test_without_knowing_the_office_a_number_is_dialled_as_written() -> None:
    for text in ("600", "*97", "0309876543", "004930987654", "+49309876543"):
        assert dialled(parse(text)) == text
        assert understood(text) == text


def test_without_the_country_a_number_is_dialled_as_written() -> None:
    office = NumberFormat(outside_prefix="0")
    assert dialled(parse("030 9876543", office), office) == "00309876543"
    assert dialled(parse("+49309876543", office), office) == "+49309876543"


@pytest.mark.parametrize("number", ["", "s", "voicemail", "101&102", "+", "9" * 40])
def test_what_a_phone_system_says_oddly_is_shown_as_it_is(number: str) -> None:
    assert understood(number, BERLIN) == number


@pytest.mark.parametrize(
    ("number", "extension"),
    [
        ("101", "101"),
        ("00301234101", "101"),
        ("0030123410", None),
        ("102", None),
        ("odd", None),
    ],
)
def test_a_forward_to_the_offices_own_number_rings_an_extension(
    number: str, extension: str | None
) -> None:
    assert extension_of(number, {"101", "odd1"}, BERLIN) == extension


@given(st.text(max_size=80), st.sampled_from(OFFICES))
def test_hostile_text_is_a_wire_safe_number_or_refused(
    text: str, office: NumberFormat
) -> None:
    try:
        canonical = parse(text, office)
        number = dialled(canonical, office)
    except BadNumber:
        return
    for one in (canonical, number):
        assert one
        assert len(one) <= LONGEST_DIALLED
        assert set(one) <= DIALLABLE
        assert checked(one) == one


@given(
    st.text(alphabet="0123456789+*# -/()", min_size=1, max_size=24),
    st.sampled_from(OFFICES),
)
def test_a_canonical_number_is_its_own_canonical_form(
    text: str, office: NumberFormat
) -> None:
    try:
        canonical = parse(text, office)
    except BadNumber:
        assume(False)
        return
    assert parse(canonical, office) == canonical


@given(
    st.from_regex(r"[1-9][0-9]{6,11}", fullmatch=True),
    st.sampled_from(["49", "33", "1", "45"]),
    st.sampled_from(DialStyle),
    st.sampled_from(["", "0", "9"]),
)
def test_what_was_dialled_is_understood_again(
    national: str, country: str, style: DialStyle, outside: str
) -> None:
    office = NumberFormat(
        outside_prefix=outside, country_code="49", style=style, extension_digits=5
    )
    try:
        canonical = parse(f"+{country}{national}", office)
    except BadNumber as error:
        # In North America a 1 is the prefix of another area, and in no number.
        assume(error.problem is not NumberProblem.TRUNK_PREFIX)
        raise
    assert understood(dialled(canonical, office), office) == canonical


def test_the_wire_takes_32_characters() -> None:
    assert checked(32 * "9") == 32 * "9"
    with pytest.raises(BadNumber):
        checked(33 * "9")


@given(st.text(max_size=40))
def test_only_what_the_wire_takes_is_checked(text: str) -> None:
    fine = (
        0 < len(text) <= LONGEST_DIALLED
        and set(text) <= DIALLABLE
        and "+" not in text[1:]
        and text != "+"
    )
    if fine:
        assert checked(text) == text
    else:
        with pytest.raises(BadNumber):
            checked(text)


# Masking


@pytest.mark.parametrize(
    ("number", "shown"),
    [
        ("101", "101"),
        ("*97", "*97"),
        ("0171 5550189", "… 89"),
        ("+33 1 23456789", "… 89"),
        ("*21*01715550189#", "… 89"),
        ("0 0049 30 1234101", "101"),
        ("PJSIP/01715550189@line", "… 89"),
        ("nobody", "…"),
        ("+4912345", "… 45"),
        ("+491234", "…"),
        ("+4912", "…"),
    ],
)
def test_a_number_that_leads_outside_shows_its_end_at_most(
    number: str, shown: str
) -> None:
    assert masked(number, BERLIN) == shown


@given(st.text(alphabet="0123456789", min_size=7, max_size=15))
def test_a_masked_number_never_holds_more_than_two_digits_of_it(number: str) -> None:
    assume(not BERLIN.extensions.intersection({number}))
    digits = [one for one in masked(f"+{number}", BERLIN) if one.isdigit()]
    inside = masked(f"+{number}", BERLIN) == understood(f"+{number}", BERLIN)
    assert inside or len(digits) <= 2
