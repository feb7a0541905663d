"""What is answered, by language; every table has the same keys and blanks."""

from collections.abc import Mapping
from datetime import datetime
from typing import Final

ANSWERS: Final[Mapping[str, Mapping[str, str]]] = {
    "en": {
        "ambiguous": "That may be {names}. Please say which one.",
        "automatic": "Your profile is automatic again: {profile}.",
        "automatic_other": "The profile of {person} is automatic again: {profile}.",
        "failed": "That did not work; the log says more. Please look at the profile.",
        "no_available": "There is no profile that says available.",
        "no_profile": "There is no profile called {said}. There are {names}.",
        "nobody": "I know nobody called {said}. I know {names}.",
        "plan": "Planned: {profile}, from {start} until {end}.",
        "plan_other": "Planned for {person}: {profile}, from {start} until {end}.",
        "redirect_active": "Your calls go to {target}.",
        "redirect_active_other": "The calls of {person} go to {target}.",
        "redirect_target_unknown": "Your calls are redirected; the phone system does "
        "not say whereto.",
        "redirect_target_unknown_other": "The calls of {person} are redirected; the "
        "phone system does not say whereto.",
        "redirect_kept": "Your calls keep going to {target}, from {profile}.",
        "redirect_kept_other": "The calls of {person} keep going to {target}, from "
        "{profile}.",
        "redirect_own": "But your calls go to {target}: your phone says so, no "
        "profile. To end that, say: end my redirect.",
        "redirect_own_other": "But the calls of {person} go to {target}: the phone "
        "says so, no profile.",
        "redirect_failed": "Your redirect could not be set.",
        "redirect_failed_other": "The redirect of {person} could not be set.",
        "redirect_off": "Your calls are not redirected.",
        "redirect_off_other": "The calls of {person} are not redirected.",
        "redirect_pending": "Your redirect is not set yet; the phone system does not "
        "answer.",
        "redirect_pending_other": "The redirect of {person} is not set yet; the phone "
        "system does not answer.",
        "redirect_unknown": "Where your calls go is not known at the moment.",
        "redirect_unknown_other": "Where the calls of {person} go is not known at the "
        "moment.",
        "set": "Your profile is now {profile}.",
        "set_other": "The profile of {person} is now {profile}.",
        "set_return": "Your profile is now {profile}, until you return.",
        "set_return_other": "The profile of {person} is now {profile}, until they "
        "return.",
        "set_until": "Your profile is now {profile}, until {end}.",
        "set_until_other": "The profile of {person} is now {profile}, until {end}.",
        "status": "Your profile is {profile}{until}.",
        "status_other": "{person}: {profile}{until}.",
        "until": ", until {end}",
        "unclear_time": "I did not understand the time. Say for example: for two "
        "hours, until three, or until tomorrow.",
        "unclear_plan": "I did not understand from when until when. Say for example: "
        "tomorrow from twelve to one, or from Monday to Friday.",
        "who": "I do not know whose voice this is. Please say the name: set Anna's "
        "status to lunch.",
    },
    "de": {
        "ambiguous": "Das kann {names} sein. Bitte genauer sagen.",
        "automatic": "Dein Profil ist wieder automatisch: {profile}.",
        "automatic_other": "Das Profil von {person} ist wieder automatisch: {profile}.",
        "failed": "Das hat nicht geklappt; das Protokoll sagt mehr. Bitte das Profil "
        "ansehen.",
        "no_available": "Es gibt kein Profil, das verfügbar sagt.",
        "no_profile": "Es gibt kein Profil {said}. Es gibt {names}.",
        "nobody": "Ich kenne niemanden namens {said}. Ich kenne {names}.",
        "plan": "Geplant: {profile}, von {start} bis {end}.",
        "plan_other": "Geplant für {person}: {profile}, von {start} bis {end}.",
        "redirect_active": "Deine Anrufe gehen an {target}.",
        "redirect_active_other": "Die Anrufe von {person} gehen an {target}.",
        "redirect_target_unknown": "Deine Anrufe sind umgeleitet; die Telefonanlage "
        "sagt nicht, wohin.",
        "redirect_target_unknown_other": "Die Anrufe von {person} sind umgeleitet; die "
        "Telefonanlage sagt nicht, wohin.",
        "redirect_kept": "Deine Anrufe gehen weiter an {target}, wegen {profile}.",
        "redirect_kept_other": "Die Anrufe von {person} gehen weiter an {target}, "
        "wegen {profile}.",
        "redirect_own": "Aber deine Anrufe gehen an {target}: Das kommt vom Telefon, "
        "von keinem Profil. Sag zum Beenden: Beende meine Umleitung.",
        "redirect_own_other": "Aber die Anrufe von {person} gehen an {target}: Das "
        "kommt vom Telefon, von keinem Profil.",
        "redirect_failed": "Deine Umleitung konnte nicht gesetzt werden.",
        "redirect_failed_other": "Die Umleitung von {person} konnte nicht gesetzt "
        "werden.",
        "redirect_off": "Deine Anrufe sind nicht umgeleitet.",
        "redirect_off_other": "Die Anrufe von {person} sind nicht umgeleitet.",
        "redirect_pending": "Deine Umleitung ist noch nicht gesetzt; die Telefonanlage "
        "antwortet nicht.",
        "redirect_pending_other": "Die Umleitung von {person} ist noch nicht gesetzt; "
        "die Telefonanlage antwortet nicht.",
        "redirect_unknown": "Wohin deine Anrufe gehen, ist gerade nicht bekannt.",
        "redirect_unknown_other": "Wohin die Anrufe von {person} gehen, ist gerade "
        "nicht bekannt.",
        "set": "Dein Profil ist jetzt {profile}.",
        "set_other": "Das Profil von {person} ist jetzt {profile}.",
        "set_return": "Dein Profil ist jetzt {profile}, bis du zurückkommst.",
        "set_return_other": "Das Profil von {person} ist jetzt {profile}, bis zur "
        "Rückkehr.",
        "set_until": "Dein Profil ist jetzt {profile}, bis {end}.",
        "set_until_other": "Das Profil von {person} ist jetzt {profile}, bis {end}.",
        "status": "Dein Profil ist {profile}{until}.",
        "status_other": "{person}: {profile}{until}.",
        "until": ", bis {end}",
        "unclear_time": "Die Zeit habe ich nicht verstanden. Zum Beispiel: für zwei "
        "Stunden, bis 15 Uhr oder bis morgen.",
        "unclear_plan": "Von wann bis wann habe ich nicht verstanden. Zum Beispiel: "
        "morgen von zwölf bis eins oder von Montag bis Freitag.",
        "who": "Ich weiß nicht, wer spricht. Bitte den Namen sagen: Setze Annas Status "
        "auf Mittag.",
    },
}
_DAYS: Final = {
    "en": [
        "Monday",
        "Tuesday",
        "Wednesday",
        "Thursday",
        "Friday",
        "Saturday",
        "Sunday",
    ],
    "de": [
        "Montag",
        "Dienstag",
        "Mittwoch",
        "Donnerstag",
        "Freitag",
        "Samstag",
        "Sonntag",
    ],
}
_MONTHS: Final = {
    "en": [
        "January",
        "February",
        "March",
        "April",
        "May",
        "June",
        "July",
        "August",
        "September",
        "October",
        "November",
        "December",
    ],
    "de": [
        "Januar",
        "Februar",
        "März",
        "April",
        "Mai",
        "Juni",
        "Juli",
        "August",
        "September",
        "Oktober",
        "November",
        "Dezember",
    ],
}
_TOMORROW: Final = {"en": "tomorrow", "de": "morgen"}
_CLOCK: Final = {"en": "{time}", "de": "{time} Uhr"}
_FAR: Final = {"en": "{weekday}, {day} {month}", "de": "{weekday}, {day}. {month}"}
_OR: Final = {"en": " or ", "de": " oder "}


def when(moment: datetime, now: datetime, language: str) -> str:
    """Say an instant in the zone of ``now``, as far as it needs saying."""
    local = moment.astimezone(now.tzinfo)
    clock = _CLOCK[language].format(time=local.strftime("%H:%M"))
    ahead = (local.date() - now.date()).days
    if ahead == 0:
        return clock
    if ahead == 1:
        return f"{_TOMORROW[language]}, {clock}"
    day = _FAR[language].format(
        weekday=_DAYS[language][local.weekday()],
        day=local.day,
        month=_MONTHS[language][local.month - 1],
    )
    return f"{day}, {clock}"


def one_of(names: tuple[str, ...], language: str) -> str:
    """Return names as a choice: a, b or c."""
    *first, last = names or ("–",)
    return f"{', '.join(first)}{_OR[language]}{last}" if first else last
