"""The words in which a decision is explained, by language.

Every table has the same keys and the same blanks in each language.
"""

from collections.abc import Mapping
from typing import Final

LANGUAGES: Final = ("de", "en")

CLOCK: Final[Mapping[str, str]] = {"de": "{time} Uhr", "en": "{time}"}
"""A time of day in a sentence."""
DATE: Final[Mapping[str, str]] = {"de": "%d.%m.", "en": "%-d %b"}
"""How a day other than today is written before a time."""

BECAUSE: Final[Mapping[str, Mapping[str, str]]] = {
    "de": {
        "appointment": "{profile} wegen {what} ({start}–{end})",
        "call_pbx": "{profile}, weil telefoniert wird (seit {start})",
        "call_teams": "{profile} wegen eines Gesprächs in Teams (seit {start})",
        "category": "{profile} wegen der Kategorie von {what} ({start}–{end})",
        "chosen": "{profile}, weil du es um {start} gewählt hast",
        "chosen_other": "{profile}, weil {name} es um {start} gewählt hat",
        "default": "{profile}, weil nichts anderes gilt",
        "inactive": "{profile}, weil der PC seit {start} als unbenutzt gilt",
        "locked": "{profile}, weil der PC seit {start} gesperrt ist",
        "neutral": "{profile}, weil es kein Standardprofil mehr gibt",
        "rule": "{profile} wegen einer Regel (seit {start})",
        "session_ended": "{profile}, weil der PC um {start} beendet wurde",
        "session_started": "{profile}, weil der PC um {start} gestartet wurde",
    },
    "en": {
        "appointment": "{profile} because of {what} ({start}–{end})",
        "call_pbx": "{profile} because of a telephone call (since {start})",
        "call_teams": "{profile} because of a call in Teams (since {start})",
        "category": "{profile} because of the category of {what} ({start}–{end})",
        "chosen": "{profile} because you chose it at {start}",
        "chosen_other": "{profile} because {name} chose it at {start}",
        "default": "{profile} because nothing else applies",
        "inactive": "{profile} because the PC counts as unused since {start}",
        "locked": "{profile} because the PC is locked since {start}",
        "neutral": "{profile} because there is no default profile any more",
        "rule": "{profile} because of a rule (since {start})",
        "session_ended": "{profile} because the PC was ended at {start}",
        "session_started": "{profile} because the PC was started at {start}",
    },
}
WAITS: Final[Mapping[str, Mapping[str, str]]] = {
    "de": {
        "below": "{what} wartet darunter",
        "decides_redirect": "wohin Anrufe gehen, bestimmt {what}",
        "decides_agent": "den TeamDesk-Status bestimmt {what}",
    },
    "en": {
        "below": "{what} waits below",
        "decides_redirect": "where calls go is decided by {what}",
        "decides_agent": "the TeamDesk status is decided by {what}",
    },
}
REFUSED: Final[Mapping[str, Mapping[str, str]]] = {
    "de": {
        "profile_missing": "{what} zählt nicht, weil es das Profil nicht mehr gibt",
        "profile_disabled": "{what} zählt nicht, weil das Profil abgeschaltet ist",
        "profile_of_another": "{what} zählt nicht, weil das Profil jemand anderem gehört",
    },
    "en": {
        "profile_missing": "{what} does not count, for its profile is gone",
        "profile_disabled": "{what} does not count, for its profile is switched off",
        "profile_of_another": "{what} does not count, for its profile is somebody else's",
    },
}
ENDS: Final[Mapping[str, Mapping[str, str]]] = {
    "de": {
        "at": "es endet um {end}",
        "latest": ", spätestens um {end}",
        "chosen_until_changed": "es gilt, bis du es änderst",
        "chosen_until_return": "es endet, wenn du zurückkommst",
        "chosen_until_session_ends": "es endet, wenn deine Sitzung endet",
        "chosen_until_changed_other": "es gilt, bis {name} es ändert",
        "chosen_until_return_other": "es endet, wenn {name} zurückkommt",
        "chosen_until_session_ends_other": "es endet mit der Sitzung von {name}",
    },
    "en": {
        "at": "it ends at {end}",
        "latest": ", at the latest at {end}",
        "chosen_until_changed": "it holds until you change it",
        "chosen_until_return": "it ends when you return",
        "chosen_until_session_ends": "it ends when your session ends",
        "chosen_until_changed_other": "it holds until {name} changes it",
        "chosen_until_return_other": "it ends when {name} returns",
        "chosen_until_session_ends_other": "it ends when the session of {name} ends",
    },
}
WHAT: Final[Mapping[str, Mapping[str, str]]] = {
    "de": {
        "appointment": "der Termin {subject}",
        "appointment_private": "ein Termin",
        "call": "ein Gespräch",
        "default": "das Standardprofil",
        "inactivity": "die Inaktivität",
        "manual": "deine Wahl",
        "manual_other": "die Wahl von {name}",
        "rule": "eine Regel",
        "session": "die PC-Sitzung",
    },
    "en": {
        "appointment": "the appointment {subject}",
        "appointment_private": "an appointment",
        "call": "a call",
        "default": "the default profile",
        "inactivity": "inactivity",
        "manual": "your choice",
        "manual_other": "the choice of {name}",
        "rule": "a rule",
        "session": "the PC's session",
    },
}
DATIVE: Final[Mapping[str, Mapping[str, str]]] = {
    "de": {"appointment": "Termin {subject}", "appointment_private": "eines Termins"},
    "en": {
        "appointment": "the appointment {subject}",
        "appointment_private": "an appointment",
    },
}
"""The same after *wegen* and *because of*."""
QUOTES: Final[Mapping[str, str]] = {"de": "„{}“", "en": "“{}”"}
