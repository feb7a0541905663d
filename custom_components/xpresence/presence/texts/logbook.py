"""What the logbook says of a change: who made it, or what.

Every table has the same keys and the same blanks in each language. Subjects of
appointments and outside numbers have no place in it.
"""

from collections.abc import Mapping
from enum import StrEnum
from typing import Any, Final

from .phrases import Phrases


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


ABOUT: Final[Phrases] = {
    "de": {"profile": "Profil von {name}", "calls": "Anrufe von {name}"},
    "en": {"profile": "{name}'s profile", "calls": "{name}'s calls"},
}
WHAT: Final[Phrases] = {
    "de": {
        "activated": "wechselte zu {profile} {why}",
        "changed_at_phone": "wurden am Telefon umgestellt",
        "recovered": "wurden noch einmal umgestellt, denn die Umleitung ging verloren",
        "redirect_failed": "ließen sich nicht umleiten",
        "redirected_active": "gehen jetzt an {target} {why}",
        "redirected_off": "werden nicht mehr umgeleitet {why}",
        "redirected_somewhere": "werden jetzt umgeleitet, wohin ist nicht bekannt {why}",
    },
    "en": {
        "activated": "changed to {profile} {why}",
        "changed_at_phone": "were redirected at the telephone",
        "recovered": "were redirected once more, for the redirect had been lost",
        "redirect_failed": "could not be redirected",
        "redirected_active": "now go to {target} {why}",
        "redirected_off": "are no longer redirected {why}",
        "redirected_somewhere": "are redirected now, nobody knows whereto {why}",
    },
}
BY: Final[Phrases] = {
    "de": {
        "administrator": "durch {by} (Administration)",
        "automation": "durch eine Automation",
        "delegate": "durch {by} (Vertretung)",
        "person": "durch {by}",
        "phone": "am Telefon",
        "voice": "per Sprache",
    },
    "en": {
        "administrator": "by {by} (administrator)",
        "automation": "by an automation",
        "delegate": "by {by} (delegate)",
        "person": "by {by}",
        "phone": "at the telephone",
        "voice": "by voice",
    },
}
BECAUSE: Final[Phrases] = {
    "de": {
        "calendar": "wegen des Termins",
        "call": "wegen eines Gesprächs",
        "default": "weil nichts anderes gilt",
        "inactivity": "weil der PC unbenutzt ist",
        "rule": "wegen einer Regel",
        "session": "wegen der Sitzung am PC",
    },
    "en": {
        "calendar": "because of the appointment",
        "call": "because of a call",
        "default": "because nothing else applies",
        "inactivity": "because the PC is unused",
        "rule": "because of a rule",
        "session": "because of the session at the PC",
    },
}
"""What is said of a source. Everybody reads the logbook: the source is public, the
reason within it (locked, a category, planned by hand) is a detail."""


def in_words(event: Mapping[str, Any], language: str) -> tuple[str, str]:
    """Return what an event is about, and what is said of it.

    Args:
        event: the data of the fired event: ``happening``, ``name`` and optional keys.
        language: ``de``; anything else is English.
    """
    words = "de" if language.startswith("de") else "en"
    kind = event["happening"] or ""
    about = "profile" if kind == "activated" else "calls"
    if kind == "redirected":
        kind = "redirected_active" if event.get("target") else "redirected_off"
        if event.get("target_known") is False:
            kind = "redirected_somewhere"
    said = WHAT[words][kind].format(
        profile=event.get("profile"),
        target=event.get("target"),
        why=_why(event, words),
    )
    return ABOUT[words][about].format(name=event["name"]), said.strip()


def _why(event: Mapping[str, Any], language: str) -> str:
    author, by = event.get("made_by") or "", event.get("by")
    if author in BY[language]:
        phrase = BY[language][author]
        return "" if "{by}" in phrase and not by else phrase.format(by=by)
    return BECAUSE[language].get(author, "")
