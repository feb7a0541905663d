"""Profiles that are named in a text by ``@Profile``, for calendars without categories."""

from dataclasses import replace
import html
import re
from typing import Final

from .appointments import Appointment

MARKER: Final = re.compile(
    r"(?:(?<![\w.+/@-])|(?<=\b_)|(?<=\B-))@([^@\s][^@\n\r]{0,199})"
)
"""An ``@`` that begins a word, in brackets, quotes, or behind the dash of a list too;
one inside a word is a mail address, one behind a slash part of a link, one before a
blank means *at*."""
LINK: Final = re.compile(r"\b(?:[a-z][a-z0-9+.-]{0,20}://|mailto:)\S*", re.IGNORECASE)
"""No profile is named in an address."""
SIGNS: Final = {ord("＠"): "@", ord("﹫"): "@"} | dict.fromkeys(
    map(ord, "\u00ad\u200b\u2060\ufeff")
)
"""Other forms of the sign, and what cannot be seen and parts no words."""
UNREAD: Final = re.compile(r"<(/?)(?:style|script|title)\b[^<>]{0,999}>", re.IGNORECASE)
"""Parts of HTML that nobody reads: rules for the page's look begin with ``@`` too."""
LONGEST_TEXT: Final = 4000
"""Characters of a text, without its markup, in which markers are looked for."""
INLINE: Final = re.compile(
    r"</?(?:a|abbr|b|em|font|i|mark|small|span|strong|u|wbr)\b[^<>]{0,999}>",
    re.IGNORECASE,
)
"""Markup within a line."""
TAG: Final = re.compile(r"<[A-Za-z/!][^<>]{0,999}>")
"""Markup in a description that a calendar keeps as HTML."""
QUOTES: Final = "\"'`“”„‘’‚»«›‹"
AROUND: Final = ".,;:!?…)]}>（）」』】〉》*_|/\\-–—\u200e\u200f\u2069" + QUOTES
"""Characters stripped from the end of a marker's profile name."""
BEFORE: Final = "([{<（「『【〈《*_" + QUOTES
"""Characters stripped from its beginning."""
ENDS_NAME: Final = re.compile(r"\s+|(?=[,;:!?…)\]}>|/–—）」』】〉》“”»])")
"""Where the name of a profile may end."""
MOST_WORDS: Final = 8
"""Maximum number of a marker's words that are tried as a profile's name."""


def marked(appointment: Appointment, description: str = "") -> Appointment:
    """Return the appointment with ``@Profile`` markers as categories.

    For calendars without categories. Words may follow the name: of ``@Do not disturb
    until noon`` every beginning is tried, the longest first. The description goes no
    further than this.
    """
    plain = [plain_text(description)[:LONGEST_TEXT]]
    if "<" in description or "&" in description:
        # A word that is formatted in part is read as one, too.
        plain.append(plain_text(INLINE.sub("", description))[:LONGEST_TEXT])
    text = "\n".join((appointment.subject, *plain)).translate(SIGNS)
    if "@" not in text:
        return appointment
    found: list[str] = []
    for marker in MARKER.findall(LINK.sub(" ", text)):
        ends = [end.start() for end in ENDS_NAME.finditer(marker)][: 2 * MOST_WORDS]
        whole = [len(marker)] if len(marker.split()) <= MOST_WORDS else []
        for end in (*whole, *reversed(ends)):
            name = " ".join(marker[:end].split())
            if len(name.split()) <= MOST_WORDS:
                bare = name.strip(AROUND).lstrip(BEFORE)
                found += dict.fromkeys(one for one in (name, bare) if one)
    return replace(appointment, markers=(*appointment.markers, *found))


def plain_text(description: str) -> str:
    """Return a description without the markup that Outlook and Google put in.

    A tag ends a line: what follows it belongs to another paragraph.
    """
    if "<" in description:
        description = TAG.sub("\n", _read(description))
    if "&" in description:
        description = html.unescape(description)
        if "<" in description:
            # Some calendars keep the markup itself in escapes.
            description = TAG.sub("\n", description)
    # Others escape line breaks twice.
    return description.replace("\\n", "\n").replace("\\N", "\n")


def _read(markup: str) -> str:
    """Return HTML without the parts that nobody reads."""
    kept: list[str] = []
    begin: int | None = 0
    for tag in UNREAD.finditer(markup):
        if tag[1]:
            begin = tag.end() if begin is None else begin
        elif begin is not None:
            kept.append(markup[begin : tag.start()])
            begin = None
    if begin is not None:
        kept.append(markup[begin:])
    return "\n".join(kept)
