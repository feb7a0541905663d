"""What numbers look like in each country, from Google's libphonenumber.

A country is named by its calling code without plus ("49"). Several countries may
share one (1, 7, 39, 44 …): their plans count together.
"""

from functools import cache, lru_cache
import re
from typing import Final

import phonenumbers
from phonenumbers import PhoneMetadata, PhoneNumberType

DIGITS: Final = frozenset("0123456789")
EMERGENCY: Final = "112"
"""The emergency number of every mobile network and of the European Union."""
NORTH_AMERICA: Final = "1"
"""Calling code of the countries whose numbers all have ten digits."""
INTERNATIONAL_FREEPHONE: Final = "800"
"""The one calling code without a country that costs nothing (ITU-T E.169.1)."""
DIRECTORY_ENQUIRIES: Final = re.compile("118[0-9]{1,3}")
"""Charged enquiry services across Europe, with or without an entry in the plan."""
ORDINARY_RATES: Final = frozenset(
    {
        PhoneNumberType.FIXED_LINE,
        PhoneNumberType.MOBILE,
        PhoneNumberType.FIXED_LINE_OR_MOBILE,
        PhoneNumberType.TOLL_FREE,
        PhoneNumberType.UAN,
        PhoneNumberType.VOICEMAIL,
        PhoneNumberType.VOIP,
    }
)
"""Kinds of numbers that cost what a call to that country costs.

Not among them: premium and shared cost, personal numbers and pagers, which are
charged at rates of their own, and what the plan of its country does not know.
"""
_CODES: Final = phonenumbers.COUNTRY_CODE_TO_REGION_CODE
REMEMBERED: Final = 4096
"""Answers that are kept; what people type varies without end."""


def load() -> None:
    """Read every country's numbering plan (about 0.6 s and 9 MB, once a process).

    Not in the event loop: each plan is a file. Without this they are read one by
    one as they are needed.
    """
    for region in phonenumbers.SUPPORTED_REGIONS:
        PhoneMetadata.metadata_for_region(region)
    for code in phonenumbers.COUNTRY_CODES_FOR_NON_GEO_REGIONS:
        PhoneMetadata.metadata_for_nongeo_region(code)
    for region in phonenumbers.SUPPORTED_SHORT_REGIONS:
        PhoneMetadata.short_metadata_for_region(region)


def calling_code(region: str | None) -> str:
    """Return a country's calling code ("DE": "49"); empty: not known."""
    code = phonenumbers.country_code_for_region(region) if region else 0
    return str(code) if code else ""


def split_calling_code(digits: str) -> tuple[str, str] | None:
    """Return calling code and national number of what follows a plus."""
    for length in (1, 2, 3):
        code = digits[:length]
        if not code.startswith("0") and len(code) == length and int(code) in _CODES:
            return code, digits[length:]
    return None


@cache
def trunk_prefix(code: str) -> str:
    """Return what a country dials before an area (Hungary: "06", Italy: nothing)."""
    plan = _plan(code)
    return "0" if plan is None else plan.national_prefix or ""


@cache
def international_prefix(code: str) -> str:
    """Return what a country dials before a calling code."""
    plan = _plan(code)
    if plan is None:
        return "00"
    for said in (plan.international_prefix, plan.preferred_international_prefix):
        if said and DIGITS.issuperset(said):
            return said
    return "00"


@lru_cache(REMEMBERED)
def is_emergency_in(number: str, code: str, *, begins: bool = False) -> bool:
    """Tell whether digits are an emergency number of a calling code's countries.

    ``begins``: whether they connect to one, which most networks do as soon as its
    last digit is dialled.
    """
    if number == EMERGENCY or (begins and number.startswith(EMERGENCY)):
        return True
    asks = (
        phonenumbers.connects_to_emergency_number
        if begins
        else phonenumbers.is_emergency_number
    )
    return any(asks(number, region) for region in _regions(code))


@lru_cache(REMEMBERED)
def is_emergency_anywhere(number: str) -> bool:
    """Tell whether digits are the emergency number of some country."""
    return number == EMERGENCY or any(
        phonenumbers.is_emergency_number(number, region)
        for region in phonenumbers.SUPPORTED_SHORT_REGIONS
    )


@lru_cache(REMEMBERED)
def is_valid(code: str, national: str) -> bool:
    """Tell whether the plan of its country knows a number."""
    return phonenumbers.is_valid_number(_number(code, national))


@lru_cache(REMEMBERED)
def has_ordinary_rate(code: str, national: str) -> bool:
    """Tell whether a call to a number costs what a call to that country costs."""
    if int(code) in phonenumbers.COUNTRY_CODES_FOR_NON_GEO_REGIONS:
        return code == INTERNATIONAL_FREEPHONE
    return phonenumbers.number_type(_number(code, national)) in ORDINARY_RATES


@lru_cache(REMEMBERED)
def is_charged_service(number: str, code: str) -> bool:
    """Tell whether a short number is one that is charged at its own rate."""
    if DIRECTORY_ENQUIRIES.fullmatch(number):
        return True
    premium = phonenumbers.ShortNumberCost.PREMIUM_RATE
    return any(
        phonenumbers.expected_cost_for_region(_number(code, number), region) == premium
        for region in _regions(code)
    )


def _plan(code: str) -> PhoneMetadata | None:
    if not code or int(code) not in _CODES:
        return None
    return PhoneMetadata.metadata_for_region_or_calling_code(
        int(code), phonenumbers.region_code_for_country_code(int(code))
    )


def _regions(code: str) -> tuple[str, ...]:
    return _CODES.get(int(code), ()) if code else ()


def _number(code: str, national: str) -> phonenumbers.PhoneNumber:
    zeros = len(national) - len(national.lstrip("0"))
    return phonenumbers.PhoneNumber(
        country_code=int(code),
        national_number=int(national or 0),
        italian_leading_zero=zeros > 0,
        number_of_leading_zeros=zeros or None,
    )
