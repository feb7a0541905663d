"""What is tried: numbers, texts, times, addresses that somebody with bad intent types."""

from collections.abc import Iterator
from typing import Any, Final

MARK: Final = "Gnu-Hartebeest"
"""Stands in everything private; where it is found it does not belong."""

ABROAD: Final = ("0044123456789", "+44 123 456789", "+1 876 555 1234", "+88161234567")
PREMIUM: Final = (
    "09001234567",
    "+49 900 1234567",
    "+979 123456789",
    "11833",
    "0137123456",
)
EMERGENCY: Final = ("112", "110")
FORMS: Final = (
    "{}",
    "{}#",
    "*31#{}",
    "#31#{}",
    "0{}",
    "9,{}",
    "{},,1",
    "{}w1",
    "{}p1",
    "{};1",
    "{};ext=1",
    "tel:{}",
    "sip:{}@127.0.0.1",
    "%2B{}",
    "{}%23",
    "+49{}",
    "+49 (0) 0 {}",
    "01013{}",
    "0100{}",
    "*72{}",
    "\u200e{}",
    "\u202e{}",
    "{}\u200b",
    "\u2066{}\u2069",
    "\ufeff{}",
    " {} ",
    "{}\r\nAction: Originate",
    "{}&PJSIP/101",
    "Local/{}@from-internal",
    "({})",
    "{}/101",
    "101,{}",
    "101;{}",
    "101 {}",
    "101&{}",
    "101#{}",
    "101*{}",
)
DIGITS: Final = {
    "full width": str.maketrans("0123456789+", "０１２３４５６７８９＋"),
    "Arabic": str.maketrans("0123456789", "٠١٢٣٤٥٦٧٨٩"),
    "Devanagari": str.maketrans("0123456789", "०१२३४५६७८९"),
    "superscript": str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹"),
    "circled": str.maketrans("123456789", "①②③④⑤⑥⑦⑧⑨"),
    "mathematical": str.maketrans(
        "0123456789", "".join(chr(0x1D7CE + n) for n in range(10))
    ),
}


def targets() -> Iterator[str]:
    """Yield every spelling of a number that leads outside."""
    for number in (*ABROAD, *PREMIUM, *EMERGENCY):
        for form in FORMS:
            yield form.format(number)
        bare = number.replace(" ", "")
        for digits in DIGITS.values():
            yield bare.translate(digits)


TEXTS: Final = (
    f"<img src=x onerror=alert('{MARK}')>",
    f"<script>{MARK}</script>",
    f"[{MARK}](javascript:alert(1))",
    f"![{MARK}](http://127.0.0.1:9/x.png)",
    f"{{{{ states.{MARK} }}}}",
    f"x\r\nAction: Originate\r\nChannel: Local/{MARK}",
    f"{MARK}\x00",
    f"{MARK}\x1b[2J",
    f"\u202e{MARK}",
    f"'; drop table states; -- {MARK}",
    MARK + "x" * 100_000,
)
WRONG_TYPES: Final[tuple[Any, ...]] = (
    None,
    True,
    -1,
    10**18,
    1.5,
    [],
    [[MARK]],
    {},
    {MARK: 1},
    [None],
    {"a": {"a": {"a": {}}}},
)
TIMES: Final[tuple[Any, ...]] = (
    "0001-01-01",
    "0001-01-01T00:00:00+14:00",
    "9999-12-31T23:59:59-14:00",
    "10000-01-01",
    "1e309",
    "nan",
    "-0",
    "inf",
    "9" * 4000,
    1e300,
    -1,
    {"days": 1e300},
    {"hours": -1},
)

HOSTS: Final = (
    "127.0.0.1",
    "localhost",
    "LOCALHOST.",
    "127.1",
    "2130706433",
    "0x7f000001",
    "0x7f.1",
    "0177.0.0.1",
    "0.0.0.0",
    "[::1]",
    "[::]",
    "[::ffff:127.0.0.1]",
    "[::ffff:7f00:1]",
    "[0:0:0:0:0:ffff:127.0.0.1]",
    "[::127.0.0.1]",
    "[64:ff9b::7f00:1]",
    "[2002:7f00:1::]",
    "①②⑦.⓪.⓪.①",
    "127。0。0。1",
    "user:pass@127.0.0.1",
    "example.com@127.0.0.1",
    "127.0.0.1%00.example.com",
    "127.0.0.1%2eexample.com",
    "ip6-localhost",
)
"""Names and addresses of this machine, which an ordinary user is to reach by none."""

PATHS: Final = (
    "../manifest.json",
    "..%2f..%2fmanifest.json",
    "%2e%2e/%2e%2e/const.py",
    "....//....//const.py",
    "..%5c..%5cconst.py",
    "..%252f..%252fconst.py",
    "%c0%ae%c0%ae/const.py",
    "/etc/passwd",
    "//etc/passwd",
    "cards/../../const.py",
    "cards/%2e%2e/__init__.py",
    "cards/../__init__.py",
    "cards/%00.js",
    "cards/.",
    "cards/",
    "",
)
