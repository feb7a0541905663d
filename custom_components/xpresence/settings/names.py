"""What may be the name of a profile, a person, a device or a calendar.

A name is a state or an option of an entity, a word of a voice command, and a word in
a calendar's ``@Profile``: what could be mistaken for another name, or for no state at
all, is refused where it is typed. An answer is a translation key; ``None`` is valid.
"""

from typing import Final
import unicodedata

LONGEST: Final = 60
"""Characters."""
LONGEST_TYPED: Final = 1000
"""Characters as typed, blanks included; a longer text is refused unread."""
UNPRINTABLE: Final = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
"""Unicode categories refused in names: control, format, surrogate, private, unassigned,
line and paragraph separators."""
VISIBLE: Final = "LNPS"
"""First letters of the categories of what can be seen by itself."""
RESERVED: Final = frozenset({"unknown", "unavailable", "none"})
"""What Home Assistant shows, and templates compare with, where there is no state."""
OFF: Final = "off"
"""The option of the follow-me select that is no device."""
PROFILE_MARK: Final = "@"
"""Begins a profile's name in an appointment, and is no part of it."""

JOINER: Final = "\u200d"
NON_JOINER: Final = "\u200c"
VARIATIONS: Final = frozenset("\ufe0e\ufe0f")
"""Variation selectors (text or emoji style); ignored when names are compared."""
PICTURES: Final = range(0x1F000, 0x1FB00)
"""Unicode ranges of emojis, reserved code points included."""
FLAG: Final = "\U0001f3f4"
TAGS: Final = range(0xE0020, 0xE007F)
END_OF_TAGS: Final = "\U000e007f"
LONGEST_TAGS: Final = 6
"""The region of such a flag: two letters of a country and up to four of a part."""
VIRAMA: Final = 9
"""Unicode's combining class of what makes a joiner mean something in Indic scripts."""
ARABIC: Final = "AL"
"""Unicode's direction of the letters between which a non-joiner separates."""


def tidy(name: str) -> str:
    """Return a name as it is stored: composed, and without blanks around it."""
    return " ".join(unicodedata.normalize("NFC", name).split())


def comparable(name: str) -> str:
    """Return the form in which names that look or sound the same are equal.

    Case, width, and the look of an emoji make no difference.
    """
    seen = unicodedata.normalize("NFKC", name).casefold()
    return tidy("".join(c for c in seen if c not in VARIATIONS))


def name_problem(name: str) -> str | None:
    """Say what is wrong with a name that is only shown, or nothing."""
    if len(name) > LONGEST_TYPED:
        return "name_too_long"
    if any(_is_hidden(name, at) for at in range(len(name))):
        return "name_control_character"
    if not any(map(_is_visible, name)):
        return "name_empty"
    if len(tidy(name)) > LONGEST:
        return "name_too_long"
    return None


def state_name_problem(name: str, reserved: frozenset[str] = RESERVED) -> str | None:
    """Say what is wrong with a name that is a state, an option or a spoken word."""
    if problem := name_problem(name):
        return problem
    same = comparable(name)
    if same.startswith(PROFILE_MARK):
        return "name_begins_with_at"
    if "".join(filter(str.isalnum, same)) in reserved:
        return "name_reserved"
    return None


def _is_visible(character: str) -> bool:
    """Tell whether a character can be seen by itself."""
    seen = unicodedata.category(character)[0] in VISIBLE
    return seen or ord(character) in PICTURES


def _is_hidden(name: str, at: int) -> bool:
    """Tell whether a character hides something, or is hidden itself."""
    character = name[at]
    if unicodedata.category(character) not in UNPRINTABLE:
        return False
    if character == JOINER:
        return not (_joins_emojis(name, at) or _follows_virama(name, at))
    if character == NON_JOINER:
        return not (_separates_letters(name, at) or _follows_virama(name, at))
    if ord(character) in TAGS or character == END_OF_TAGS:
        return not _is_in_flag(name, at)
    return ord(character) not in PICTURES


def _joins_emojis(name: str, at: int) -> bool:
    before = name[:at].rstrip("".join(VARIATIONS))[-1:]
    return _is_picture(before) and _is_picture(name[at + 1 : at + 2])


def _is_picture(character: str) -> bool:
    """Tell whether this is a picture, a skin tone, or a sign that is drawn as one."""
    return bool(character) and (
        ord(character) in PICTURES or unicodedata.category(character) in ("So", "Sm")
    )


def _is_in_flag(name: str, at: int) -> bool:
    """Tell whether a tag belongs to the flag of a part of a country."""
    begin = name.rfind(FLAG, 0, at)
    end = name.find(END_OF_TAGS, at)
    tags = name[begin + 1 : end]
    return (
        begin >= 0
        and end >= 0
        and 0 < len(tags) <= LONGEST_TAGS
        and all(ord(tag) in TAGS for tag in tags)
    )


def _follows_virama(name: str, at: int) -> bool:
    return bool(at) and unicodedata.combining(name[at - 1]) == VIRAMA


def _separates_letters(name: str, at: int) -> bool:
    around = (name[at - 1 : at], name[at + 1 : at + 2])
    return all(c and unicodedata.bidirectional(c) == ARABIC for c in around)
