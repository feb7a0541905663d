"""What an administrator calls internal where the phone system does not list it.

A list such as ``100-199, 3xx, 50``: ranges of numbers of one length, numbers that
end in any digits, and single numbers.
"""

import re
from typing import Final

LONGEST: Final = 20
"""Digits of an internal number."""
MOST: Final = 100
"""Parts of a list."""
_RANGE: Final = re.compile("([0-9]{1,20})-([0-9]{1,20})")
_NUMBER: Final = re.compile("(?=.{1,20}$)[0-9]+x*")


def internal_numbers(said: str) -> tuple[str, ...]:
    """Return the parts of a list as it was typed."""
    parts = ("".join(part.split()).casefold() for part in re.split("[,;\n]", said))
    return tuple(part for part in parts if part)


def internal_problem(said: str) -> str | None:
    """Return the translation key of what is wrong with a list, or ``None``."""
    parts = internal_numbers(said)
    if len(parts) > MOST or not all(_is_well_formed(part) for part in parts):
        return "internal_numbers_invalid"
    return None


def is_one_of(number: str, parts: tuple[str, ...]) -> bool:
    """Tell whether a number, which consists of digits, is in a list."""
    return any(_matches(number, part) for part in parts)


def _is_well_formed(part: str) -> bool:
    if limits := _RANGE.fullmatch(part):
        low, high = limits.groups()
        return len(low) == len(high) and low <= high
    return _NUMBER.fullmatch(part) is not None


def _matches(number: str, part: str) -> bool:
    low, dash, high = part.partition("-")
    if not dash:
        low, high = part.replace("x", "0"), part.replace("x", "9")
    return len(number) == len(low) and low <= number <= high
