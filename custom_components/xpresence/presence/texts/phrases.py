"""The words in which a decision is explained, by language.

Every table has the same keys and the same blanks in each language. A key with
``_other`` behind it is for a reader who is not the person.
"""

from collections.abc import Mapping
from typing import Final

LANGUAGES: Final = ("de", "en")

type Phrases = Mapping[str, Mapping[str, str]]

BECAUSE: Final[Phrases] = {
    "de": {
        "appointment": "{profile} wegen {what} ({span})",
        "call": "{profile} wegen eines Gesprächs ({since})",
        "call_pbx": "{profile} wegen eines Telefongesprächs ({since})",
        "call_teams": "{profile} wegen eines Gesprächs in Teams ({since})",
        "category": "{profile} wegen der Kategorie {what} ({span})",
        "chosen": "{profile}, weil du es {at} gewählt hast",
        "chosen_by": "{profile}, weil {by} es {at} für dich gewählt hat",
        "chosen_by_other": "{profile}, weil {by} es {at} für {name} gewählt hat",
        "chosen_other": "{profile}, weil {name} es {at} gewählt hat",
        "default": "{profile}, weil nichts anderes gilt",
        "inactive": "{profile}, weil der PC {since} als unbenutzt gilt",
        "locked": "{profile}, weil der PC {since} gesperrt ist",
        "neutral": "{profile}, weil es kein Standardprofil mehr gibt",
        "person_missing": "{profile}, weil es die Person nicht mehr gibt",
        "planned": "{profile}, weil es so geplant ist ({span})",
        "rule": "{profile} wegen einer Regel ({since})",
        "session_ended": "{profile}, weil die Sitzung am PC {at} endete",
        "session_started": "{profile}, weil die Sitzung am PC {at} begann",
    },
    "en": {
        "appointment": "{profile} because of {what} ({span})",
        "call": "{profile} because of a call ({since})",
        "call_pbx": "{profile} because of a telephone call ({since})",
        "call_teams": "{profile} because of a call in Teams ({since})",
        "category": "{profile} because of the category of {what} ({span})",
        "chosen": "{profile} because you chose it {at}",
        "chosen_by": "{profile} because {by} chose it for you {at}",
        "chosen_by_other": "{profile} because {by} chose it for {name} {at}",
        "chosen_other": "{profile} because {name} chose it {at}",
        "default": "{profile} because nothing else applies",
        "inactive": "{profile} because the PC has counted as unused {since}",
        "locked": "{profile} because the PC has been locked {since}",
        "neutral": "{profile} because there is no default profile any more",
        "person_missing": "{profile} because the person is gone",
        "planned": "{profile} because it is planned so ({span})",
        "rule": "{profile} because of a rule ({since})",
        "session_ended": "{profile} because the session at the PC ended {at}",
        "session_started": "{profile} because the session at the PC began {at}",
    },
}
WAITS: Final[Phrases] = {
    "de": {
        "below": "{what} wartet darunter",
        "decides_agent": "den TeamDesk-Status bestimmt {what}",
        "decides_both": "wohin Anrufe gehen und den TeamDesk-Status bestimmt {what}",
        "decides_redirect": "wohin Anrufe gehen, bestimmt {what}",
        "keeps": "{calls}, wegen „{profile}“: {what}",
        "keeps_both": (
            "{calls}, wegen „{profile}“: {what}, auch für den TeamDesk-Status"
        ),
    },
    "en": {
        "below": "{what} waits below",
        "decides_agent": "the TeamDesk status is decided by {what}",
        "decides_both": "where calls go and the TeamDesk status are decided by {what}",
        "decides_redirect": "where calls go is decided by {what}",
        "keeps": "{calls}, from “{profile}”: {what}",
        "keeps_both": (
            "{calls}, from “{profile}”: {what}, which decides the TeamDesk status too"
        ),
    },
}
REFUSED: Final[Phrases] = {
    "de": {
        "automatic_off": "die Automatik ist ausgeschaltet, darum zählt nicht: {what}",
        "dismissed": "{what} wurde {at} ausgesetzt und zählt nicht mehr, {end}",
        "ends_before_it_starts": "{what} zählt nicht, weil das Ende vor dem Anfang liegt",
        "profile_disabled": "{what} zählt nicht, weil das Profil abgeschaltet ist",
        "profile_missing": "{what} zählt nicht, weil es das Profil nicht mehr gibt",
        "profile_of_another": "{what} zählt nicht, weil das Profil jemand anderem gehört",
    },
    "en": {
        "automatic_off": "automation is switched off, so this does not count: {what}",
        "dismissed": "{what} was dismissed {at}, it counts no more {end}",
        "ends_before_it_starts": "{what} does not count, for it ends before it starts",
        "profile_disabled": "{what} does not count, for its profile is switched off",
        "profile_missing": "{what} does not count, for its profile is gone",
        "profile_of_another": "{what} does not count, for its profile is somebody else's",
    },
}
UNTIL: Final[Phrases] = {
    "de": {
        "absence": "bis jemand den PC benutzt",
        "call": "bis es zu Ende ist",
        "rule": "bis sie nicht mehr zutrifft",
        "session": "bis sie endet",
    },
    "en": {
        "absence": "until somebody uses the PC",
        "call": "until it ends",
        "rule": "until it does not apply any more",
        "session": "until it ends",
    },
}
"""Until when what is dismissed does not count, where no time says so."""
ANSWERS: Final[Phrases] = {
    "de": {
        "yours": "wohin deine Anrufe gehen, bestimmt dein Telefon und kein Profil",
        "yours_other": (
            "wohin die Anrufe von {name} gehen, bestimmt das Telefon und kein Profil"
        ),
    },
    "en": {
        "yours": "where your calls go is decided by your phone and by no profile",
        "yours_other": (
            "where the calls of {name} go is decided by the phone and by no profile"
        ),
    },
}
"""Said where a profile below would send calls away, were it not for the choice."""
FLAWS: Final[Phrases] = {
    "de": {
        "deputy_missing": "eine der Vertretungen gibt es nicht mehr",
        "device_missing": "das Gerät, an das Anrufe gehen sollen, gibt es nicht mehr",
        "person_missing": "die Person, an die Anrufe gehen sollen, gibt es nicht mehr",
    },
    "en": {
        "deputy_missing": "one of the deputies is gone",
        "device_missing": "the device that calls should go to is gone",
        "person_missing": "the person whom calls should go to is gone",
    },
}
"""What is wrong with the redirect."""
ENDS: Final[Phrases] = {
    "de": {
        "at": "es endet {at}",
        "overrun": "er läuft über, längstens {end}",
        "chosen_until_changed": "es gilt, bis du es änderst",
        "chosen_until_changed_other": "es gilt, bis {name} es ändert",
        "chosen_until_return": "es endet, wenn du zurückkommst",
        "chosen_until_return_other": "es endet, wenn {name} zurückkommt",
        "chosen_until_session_ends": "es endet, wenn deine Sitzung endet",
        "chosen_until_session_ends_other": "es endet mit der Sitzung von {name}",
        "latest": "{ending}, spätestens {at}",
    },
    "en": {
        "at": "it ends {at}",
        "overrun": "it runs over, at the longest {end}",
        "chosen_until_changed": "it holds until you change it",
        "chosen_until_changed_other": "it holds until {name} changes it",
        "chosen_until_return": "it ends when you return",
        "chosen_until_return_other": "it ends when {name} returns",
        "chosen_until_session_ends": "it ends when your session ends",
        "chosen_until_session_ends_other": "it ends when the session of {name} ends",
        "latest": "{ending}, {at} at the latest",
    },
}
WHAT: Final[Phrases] = {
    "de": {
        "appointment": "der Termin {subject} ({span})",
        "appointment_private": "ein Termin ({span})",
        "call": "ein Gespräch",
        "default": "das Standardprofil",
        "inactivity": "die Inaktivität",
        "manual": "deine Wahl",
        "manual_other": "die Wahl von {name}",
        "planned": "die geplante Präsenz ({span})",
        "rule": "eine Regel",
        "session": "die Sitzung am PC",
    },
    "en": {
        "appointment": "the appointment {subject} ({span})",
        "appointment_private": "an appointment ({span})",
        "call": "a call",
        "default": "the default profile",
        "inactivity": "inactivity",
        "manual": "your choice",
        "manual_other": "the choice of {name}",
        "planned": "planned presence ({span})",
        "rule": "a rule",
        "session": "the session at the PC",
    },
}
GENITIVE: Final[Phrases] = {
    "de": {
        "appointment": "des Termins {subject}",
        "appointment_private": "eines Termins",
    },
    "en": {
        "appointment": "the appointment {subject}",
        "appointment_private": "an appointment",
    },
}
"""An appointment after *wegen* and *because of*."""
CLOCK: Final[Phrases] = {
    "de": {
        "all_day": "ganztägig",
        "all_day_on": "{day}, ganztägig",
        "at": "um {time} Uhr",
        "at_on": "am {day} um {time} Uhr",
        "days": "{day}–{end_day}",
        "day": "{day}.{month}.",
        "day_of_year": "{day}.{month}.{year}",
        "hour": "{hour}",
        "nights": "{day}, {time} Uhr – {end_day}, {end_time} Uhr",
        "since": "seit {time} Uhr",
        "since_on": "seit dem {day}, {time} Uhr",
        "times": "{time}–{end_time} Uhr",
        "times_on": "{day}, {time}–{end_time} Uhr",
        "until": "bis {time} Uhr",
        "until_on": "bis {day}, {time} Uhr",
    },
    "en": {
        "all_day": "all day",
        "all_day_on": "{day}, all day",
        "at": "at {time}",
        "at_on": "on {day} at {time}",
        "days": "{day}–{end_day}",
        "day": "{day} {month}",
        "day_of_year": "{day} {month} {year}",
        "hour": "{hour:02}:00",
        "nights": "{day}, {time} – {end_day}, {end_time}",
        "since": "since {time}",
        "since_on": "since {day}, {time}",
        "times": "{time}–{end_time}",
        "times_on": "{day}, {time}–{end_time}",
        "until": "until {time}",
        "until_on": "until {day}, {time}",
    },
}
"""Times; ``_on`` for a day other than today, ``hour`` where no minutes are needed."""
MONTHS: Final[Mapping[str, tuple[str, ...]]] = {
    "de": tuple(str(month) for month in range(1, 13)),
    "en": (
        "Jan",
        "Feb",
        "Mar",
        "Apr",
        "May",
        "Jun",
        "Jul",
        "Aug",
        "Sep",
        "Oct",
        "Nov",
        "Dec",
    ),
}
QUOTES: Final[Mapping[str, str]] = {"de": "„{}“", "en": "“{}”"}
NEUTRAL_PROFILE: Final[Mapping[str, str]] = {"de": "Kein Profil", "en": "No profile"}
"""Name shown where no profile is in force."""
UNKNOWN_ZONE: Final[Mapping[str, str]] = {
    "de": "die Zeitzone „{zone}“ ist unbekannt, Zeiten sind in UTC",
    "en": "the time zone “{zone}” is unknown, times are in UTC",
}
