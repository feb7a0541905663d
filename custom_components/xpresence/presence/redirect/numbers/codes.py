"""The numbers that a dial string with feature codes may call.

``*31#0900…`` hides the caller and calls 0900…; ``112#`` calls 112 at once; ``*72101``
is one code or a code with a number behind it. Which code does what is the phone
system's affair, so every number that may be meant is looked at.
"""

import re
from typing import Final

_RUN: Final = re.compile(r"([*#]?)(\+?[0-9]+)")
CODE_LENGTHS: Final = (2, 3)
"""Digits of a code that a number may follow without a separator (``*67…``, ``*310…``)."""


def has_code(number: str) -> bool:
    """Tell whether there is more in it than a number."""
    return "*" in number or "#" in number


def called(number: str) -> tuple[str, ...]:
    """Return every number that dialling this may call; at most the number itself."""
    if not has_code(number):
        return (number,)
    found: list[str] = []
    for sign, digits in _RUN.findall(number):
        found.append(digits)
        if sign == "*":
            found += [digits[n:] for n in CODE_LENGTHS if len(digits) > n]
    return tuple(found)
