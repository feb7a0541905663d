"""How far a call leads, judged by what is finally dialled."""

from dataclasses import replace

from hypothesis import assume, given, strategies as st
import pytest

from custom_components.xpresence.presence.line import Destination, DestinationKind
from custom_components.xpresence.presence.redirect.numbers import (
    PLAIN,
    BadNumber,
    NumberFormat,
    NumberKind,
    dialled,
    parse,
)
from custom_components.xpresence.presence.redirect.numbers.countries import (
    has_ordinary_rate,
    split_calling_code,
)
from custom_components.xpresence.presence.redirect.numbers.internal import (
    internal_numbers,
    internal_problem,
)
from custom_components.xpresence.presence.redirect.numbers.kinds import (
    destination_kinds,
    kinds,
)

IN, E, A, P = NumberKind
GERMANY = NumberFormat(country_code="49", area_code="30", extensions=frozenset({"101"}))
BEHIND_0 = replace(GERMANY, outside_prefix="0")
ITALY = NumberFormat(country_code="39")
HUNGARY = NumberFormat(country_code="36", area_code="1")
AMERICA = NumberFormat(outside_prefix="9", country_code="1", area_code="212")
AT_HOME = NumberFormat(home="49")


@pytest.mark.parametrize(
    ("office", "typed", "needs"),
    [
        (GERMANY, "101", {IN}),
        (GERMANY, "030 9876543", {E}),
        (GERMANY, "0171 1234567", {E}),
        (GERMANY, "0800 1234567", {E}),
        (GERMANY, "600", {E}),
        (GERMANY, "*97", {E}),
        (GERMANY, "+33 1 23 45 67 89", {A}),
        (GERMANY, "0033 1 23 45 67 89", {A}),
        (GERMANY, "0900 1234567", {E, P}),
        (GERMANY, "0180 5123456", {E, P}),
        (GERMANY, "0137 1234567", {E, P}),
        (GERMANY, "+49 900 1234567", {E, P}),
        (GERMANY, "11833", {E, P}),
        (GERMANY, "+44 871 2345678", {A, P}),
        (GERMANY, "+979 123456789", {A, P}),
        (GERMANY, "+881 612345678", {A, P}),
        (GERMANY, "+800 12345678", {A}),
        (GERMANY, "01013 0442071", {E, A, P}),
        (GERMANY, "0044123456#", {E, A, P}),
        (GERMANY, "0900123456#", {E, A, P}),
        (GERMANY, "*31#0900123456", {E, A, P}),
        (GERMANY, "*31#0304567890", {E}),
        (GERMANY, "#31#0033123456789", {E, A}),
        (GERMANY, "*670033123456789", {E, A, P}),
        (GERMANY, "101#", {E}),
        (BEHIND_0, "+33 1 23 45 67 89", {A}),
        (BEHIND_0, "0044123456#", {E, A, P}),
        (BEHIND_0, "11833", {E, P}),
        (ITALY, "06 12345678", {E}),
        (ITALY, "333 1234567", {E}),
        (ITALY, "899 123456", {E, P}),
        (ITALY, "0049 30 9876543", {A}),
        (HUNGARY, "06 30 123 4567", {E}),
        (HUNGARY, "06 90 123456", {E, P}),
        (HUNGARY, "234 5678", {E}),
        (AMERICA, "718 555 0123", {E}),
        (AMERICA, "1 900 234 5678", {E, P}),
        (AMERICA, "011 49 30 9876543", {A}),
        (AMERICA, "+1 876 555 1234", {E}),
        (AT_HOME, "0900 1234567", {E, P}),
        (AT_HOME, "030 9876543", {E}),
        (AT_HOME, "0033 1 23 45 67 89", {A}),
        (AT_HOME, "9876543", {E}),
        (AT_HOME, "+49 30 9876543", {E}),
        (PLAIN, "030 9876543", {E}),
        (PLAIN, "+49 30 9876543", {A}),
        (PLAIN, "0049 30 9876543", {A}),
        (PLAIN, "600", {E}),
        (PLAIN, "01013 0044 20 7123 4567", {E, A, P}),
    ],
)
def test_how_far_what_is_typed_leads(
    office: NumberFormat, typed: str, needs: set[NumberKind]
) -> None:
    assert kinds(dialled(parse(typed, office), office), office) == needs


@pytest.mark.parametrize("typed", ["+49044123456789", "+49 (0) 0 44 123456789"])
def test_no_spelling_of_a_number_inside_leads_abroad(typed: str) -> None:
    with pytest.raises(BadNumber):
        parse(typed, GERMANY)
    # What stands in a phone system all the same is judged by what it dials.
    assert A in kinds("0044123456789", GERMANY)


@given(
    st.text(alphabet="0123456789+*#() -", min_size=1, max_size=24),
    st.sampled_from([GERMANY, ITALY, HUNGARY, AMERICA, replace(GERMANY, area_code="")]),
)
def test_whoever_may_call_inside_the_country_only_calls_nobody_abroad(
    typed: str, office: NumberFormat
) -> None:
    try:
        number = dialled(parse(typed, office), office)
    except BadNumber:
        return
    assume(kinds(number, office) <= {IN, E})
    digits = [one for one in number if one.isdigit()]
    if len(digits) == len(number):
        # The exchange reads prefixes, and nothing else.
        outward = number.removeprefix(office.outside_prefix)
        assert len(number) <= 5 or not outward.startswith(office.abroad)
    else:
        assert "".join(digits).find(office.abroad + "44") == -1


@given(st.from_regex(r"0(900|137|180|700)[0-9]{6,8}", fullmatch=True), st.data())
def test_a_premium_number_is_one_in_every_spelling(
    number: str, data: st.DataObject
) -> None:
    spelt = data.draw(
        st.sampled_from(
            [
                number,
                f"+49{number[1:]}",
                f"0049 {number[1:]}",
                f"+49 (0) {number[1:]}",
                f"tel:+49-{number[1:]}",
                f"{number}#",
                f"*31#{number}",
                f"#31#{number}#",
                " ".join(number),
            ]
        )
    )
    try:
        wire = dialled(parse(spelt, GERMANY), GERMANY)
    except BadNumber:
        return
    assert P in kinds(wire, GERMANY)


def test_a_mailbox_is_inside_whatever_its_number() -> None:
    mailbox = Destination(DestinationKind.VOICEMAIL, "0900123456")
    assert destination_kinds(mailbox, GERMANY) == {IN}
    number = Destination(DestinationKind.NUMBER, "0900123456")
    assert P in destination_kinds(number, GERMANY)


# What an administrator calls internal


def test_internal_numbers_are_those_that_an_administrator_lists() -> None:
    listed = internal_numbers("100-199, 3xx; 7\n **")
    assert listed == ("100-199", "3xx", "7", "**")
    office = NumberFormat(internal=internal_numbers("100-199, 3xx, 7"))
    for inside in ("100", "150", "199", "300", "399", "7"):
        assert kinds(inside, office) == {IN}
    for outside in ("99", "200", "1500", "39", "3000", "8"):
        assert kinds(outside, office) == {E}


@pytest.mark.parametrize("said", ["", "100", "100-199", "3xx", "100-199, 3xx;7"])
def test_a_list_of_internal_numbers_is_taken(said: str) -> None:
    assert internal_problem(said) is None


@pytest.mark.parametrize(
    "said",
    ["199-100", "10-199", "x", "xx", "1x5", "100-", "abc", "1" * 21, "*97", "+49"],
)
def test_a_list_of_internal_numbers_is_refused(said: str) -> None:
    assert internal_problem(said) == "internal_numbers_invalid"


def test_a_calling_code_is_split_off_where_there_is_one() -> None:
    assert split_calling_code("49309876543") == ("49", "309876543")
    assert split_calling_code("12125550123") == ("1", "2125550123")
    assert split_calling_code("3545551234") == ("354", "5551234")
    assert split_calling_code("099") is None
    assert split_calling_code("") is None
    assert has_ordinary_rate("49", "309876543")
