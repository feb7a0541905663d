"""What the logbook says of a change: who made it, or what.

Subjects of appointments and outside numbers have no place in it.
"""

from collections.abc import Mapping
from enum import StrEnum
from typing import Any

from . import Texts


class Author(StrEnum):
    """Who or what made a change."""

    PERSON = "person"
    DELEGATE = "delegate"
    ADMINISTRATOR = "administrator"
    AUTOMATION = "automation"
    VOICE = "voice"
    PHONE = "phone"
    CALL = "call"
    CALENDAR = "calendar"
    RULE = "rule"
    INACTIVITY = "inactivity"
    SESSION = "session"
    DEFAULT = "default"


def in_words(event: Mapping[str, Any], texts: Texts) -> tuple[str, str]:
    """Return what an event is about, and what is said of it.

    Args:
        event: the data of the fired event: ``happening``, ``name`` and optional keys.
        texts: the phrases of the reader's language.
    """
    kind = event["happening"] or ""
    about = "profile" if kind == "activated" else "calls"
    if kind == "redirected":
        kind = "redirected_active" if event.get("target") else "redirected_off"
        if event.get("target_known") is False:
            kind = "redirected_somewhere"
    said = texts["logbook_what"][kind].format(
        profile=event.get("profile"),
        target=event.get("target"),
        why=_why(event, texts),
    )
    return texts["logbook_about"][about].format(name=event["name"]), said.strip()


def _why(event: Mapping[str, Any], texts: Texts) -> str:
    by_words, because = texts["logbook_by"], texts["logbook_because"]
    author, by = event.get("made_by") or "", event.get("by")
    if author in by_words:
        phrase = by_words[author]
        return "" if "{by}" in phrase and not by else phrase.format(by=by)
    # Everybody reads the logbook: the source is public, the reason within it (locked, a
    # category, planned by hand) is a detail.
    return because.get(author, "")
