"""Numbers from nought to ninety-nine as they are spoken in English and German."""

from typing import Final

_EN_SMALL: Final = [
    "zero",
    "one",
    "two",
    "three",
    "four",
    "five",
    "six",
    "seven",
    "eight",
    "nine",
    "ten",
    "eleven",
    "twelve",
    "thirteen",
    "fourteen",
    "fifteen",
    "sixteen",
    "seventeen",
    "eighteen",
    "nineteen",
]
_EN_TENS: Final = [
    "twenty",
    "thirty",
    "forty",
    "fifty",
    "sixty",
    "seventy",
    "eighty",
    "ninety",
]
_DE_SMALL: Final = [
    "null",
    "eins",
    "zwei",
    "drei",
    "vier",
    "fünf",
    "sechs",
    "sieben",
    "acht",
    "neun",
    "zehn",
    "elf",
    "zwölf",
    "dreizehn",
    "vierzehn",
    "fünfzehn",
    "sechzehn",
    "siebzehn",
    "achtzehn",
    "neunzehn",
]
_DE_TENS: Final = [
    "zwanzig",
    "dreißig",
    "vierzig",
    "fünfzig",
    "sechzig",
    "siebzig",
    "achtzig",
    "neunzig",
]


def _english() -> dict[str, int]:
    found = {word: value for value, word in enumerate(_EN_SMALL)}
    found |= {word: 10 * (at + 2) for at, word in enumerate(_EN_TENS)}
    return found | {"a": 1, "an": 1}


def _german() -> dict[str, int]:
    found = {word: value for value, word in enumerate(_DE_SMALL)}
    for at, ten in enumerate(_DE_TENS):
        for spelt in {ten, ten.replace("ß", "ss")}:
            found[spelt] = 10 * (at + 2)
            for value in range(1, 10):
                unit = "ein" if value == 1 else _DE_SMALL[value]
                found[f"{unit}und{spelt}"] = 10 * (at + 2) + value
    found |= dict.fromkeys(("ein", "eine", "einen", "einem", "einer"), 1)
    return found | {"zwo": 2}


ENGLISH: Final = _english()
GERMAN: Final = _german()
TENS: Final = frozenset(_EN_TENS)
"""English tens, which a unit may follow: twenty, twenty five."""
