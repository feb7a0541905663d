"""No call is ever forwarded to an emergency number, in any spelling."""

from dataclasses import replace

from hypothesis import given, strategies as st
import phonenumbers
import pytest

from custom_components.xpresence.presence.redirect.numbers import (
    PLAIN,
    BadNumber,
    NumberFormat,
    NumberProblem,
    dialled,
    is_emergency,
    parse,
)
from custom_components.xpresence.presence.redirect.numbers.countries import calling_code

NUMBERS = {
    "AT": "112 122 133 144",
    "BE": "100 101 112",
    "BG": "112 150 160 166",
    "CH": "112 117 118 144",
    "CY": "112 199",
    "CZ": "112 150 155 158",
    "DE": "110 112",
    "DK": "112",
    "EE": "110 112",
    "ES": "112 085 088",
    "FI": "112",
    "FR": "112 15 17 18",
    "GB": "112 999",
    "GR": "100 112 166 199",
    "HR": "112 192 193 194",
    "HU": "104 105 107 112",
    "IE": "112 999",
    "IT": "112 113 115 118",
    "LT": "112",
    "LU": "112 113",
    "LV": "110 112 113",
    "MT": "112",
    "NL": "112",
    "NO": "110 112 113",
    "PL": "112 997 998 999",
    "PT": "112",
    "RO": "112",
    "SE": "112",
    "SI": "112 113",
    "SK": "112 150 155 158",
    "US": "112 911",
}
"""Country → emergency numbers of its authorities that libphonenumber knows."""
EACH = [(region, one) for region, said in NUMBERS.items() for one in said.split()]


def problem(typed: str, office: NumberFormat) -> NumberProblem | None:
    try:
        dialled(parse(typed, office), office)
    except BadNumber as error:
        return error.problem
    return None


@pytest.mark.parametrize(("region", "number"), EACH)
def test_the_emergency_numbers_of_the_own_country_are_refused(
    region: str, number: str
) -> None:
    code = calling_code(region)
    for office in (
        NumberFormat(country_code=code),
        NumberFormat(home=code),
        NumberFormat(country_code=code, outside_prefix="0"),
        NumberFormat(country_code=code, extensions=frozenset({number})),
    ):
        spellings = (
            number,
            " ".join(number),
            f"{number}#",
            f"*31#{number}",
            f"#31#{number}#",
            f"+{code}{number}",
            f"{office.abroad}{code}{number}",
            office.outside_prefix + number,
            f"0{number}",
        )
        for typed in spellings:
            assert problem(typed, office), (typed, office)


@pytest.mark.parametrize(("region", "number"), EACH)
def test_those_of_other_countries_are_refused_unless_they_are_an_extension(
    region: str, number: str
) -> None:
    code = calling_code(region)
    assert problem(number, PLAIN) is NumberProblem.EMERGENCY
    assert problem(f"+{code}{number}", PLAIN)
    for home in ("", "49", "43", "36"):
        office = NumberFormat(country_code=home)
        known = replace(office, extensions=frozenset({number}))
        assert problem(number, office) is NumberProblem.EMERGENCY
        own = number in NUMBERS.get(
            {"49": "DE", "43": "AT", "36": "HU"}.get(home, ""), "112"
        )
        assert (problem(number, known) is None) is not (own or number == "112")


def test_every_country_that_is_known_is_covered() -> None:
    for region in phonenumbers.SUPPORTED_SHORT_REGIONS:
        plan = phonenumbers.PhoneMetadata.short_metadata_for_region(region)
        office = NumberFormat(country_code=calling_code(region))
        if plan.emergency and (example := plan.emergency.example_number):
            assert is_emergency(example, office), region
            assert is_emergency(f"+{office.country_code}{example}", PLAIN), region
        assert is_emergency("112", office)


@pytest.mark.parametrize(("region", "number"), EACH)
def test_zeros_and_prefixes_that_are_dialled_by_habit_lead_to_it_as_well(
    region: str, number: str
) -> None:
    code = calling_code(region)
    for outside in ("", "0", "9", "*9"):
        office = NumberFormat(
            country_code=code, outside_prefix=outside, extension_digits=3
        )
        for typed in (
            f"0{number}",
            f"+{code} (0) {number}",
            f"00{code}0{number}",
            f"{outside}00{code}{number}",
            f"{outside} {number}",
            f"000{code}{number}",
            "9112",
            "9911",
        ):
            assert problem(typed, office), (typed, office)


@given(
    st.sampled_from(["112", "110"]),
    st.lists(st.sampled_from(list(" -/.()\u00a0")), max_size=6),
    st.sampled_from(["", "0", "+49", "0049", "*31#", "#31#", "*72", "*31#0", "tel:"]),
    st.sampled_from(["", "#", "*", "##"]),
)
def test_no_spelling_calls_the_police(
    number: str, between: list[str], before: str, behind: str
) -> None:
    mixed = "".join(a + b for a, b in zip(number, [*between, "", "", ""], strict=False))
    for office in (
        NumberFormat(country_code="49", area_code="30"),
        NumberFormat(country_code="49", area_code="30", outside_prefix="0"),
        NumberFormat(home="49"),
    ):
        assert problem(f"{before}{mixed}{behind}", office) is not None


def test_a_number_that_only_begins_like_one_is_a_number() -> None:
    office = NumberFormat(country_code="49", area_code="30")
    assert parse("030 1129876", office) == "+49301129876"
    assert parse("0110", replace(office, extensions=frozenset({"0110"}))) == "0110"
    assert parse("1123", office) == "1123"


def test_a_number_that_is_dialled_as_it_is_must_not_begin_like_one() -> None:
    assert problem("1123456", NumberFormat()) is NumberProblem.EMERGENCY
    assert problem("1101234", NumberFormat(home="49")) is NumberProblem.EMERGENCY
