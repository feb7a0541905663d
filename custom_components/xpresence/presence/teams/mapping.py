"""Mapping between presence in Teams and profiles.

The words are Microsoft Graph's. They come as plain strings, in changing case, and
Microsoft's own pages disagree about which of the two fields carries which of them:
so both are searched, without regard to case, and an unknown word is no error.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
import re
from typing import Final

from ..line import Status
from ..model import Decision, Profile, Source


class Seen(StrEnum):
    """What one reading shows."""

    CALL = "call"
    CONFERENCE = "conference"
    PRESENTING = "presenting"
    MEETING = "meeting"
    NOTHING = "nothing"


WORDS: Final[Mapping[str, Seen]] = {
    "inaconferencecall": Seen.CONFERENCE,
    "presenting": Seen.PRESENTING,
    "inacall": Seen.CALL,
    "inameeting": Seen.MEETING,
}
"""In the order in which they are looked for."""


SHOWN: Final[Mapping[str, str | None]] = {
    "available": "available",
    "availableidle": "available_idle",
    "away": "away",
    "berightback": "be_right_back",
    "busy": "busy",
    "busyidle": "busy_idle",
    "donotdisturb": "do_not_disturb",
    "focusing": "focusing",
    "inacall": "in_a_call",
    "inaconferencecall": "in_a_conference_call",
    "inactive": "inactive",
    "inameeting": "in_a_meeting",
    "offline": "offline",
    "offwork": "off_work",
    "outofoffice": "out_of_office",
    "presenceunknown": None,
    "presenting": "presenting",
    "urgentinterruptionsonly": "urgent_interruptions_only",
}
"""Graph's words, in whatever case → as they are shown here."""
LONGEST_WORD: Final = 60


def shown_word(word: str) -> str | None:
    """Return a word of Graph's as it is shown; ``None``: it says nothing.

    An unknown word is returned in lower case, shortened, without other characters than
    letters, digits and underscores.
    """
    if (known := word.casefold()) in SHOWN:
        return SHOWN[known]
    return re.sub(r"[^a-z0-9_]", "", known)[:LONGEST_WORD] or None


@dataclass(frozen=True, slots=True)
class Pair:
    """Availability and activity, as Graph spells them."""

    availability: str
    activity: str

    @property
    def words(self) -> frozenset[str]:
        """Both words in one spelling."""
        return frozenset((self.availability.casefold(), self.activity.casefold()))

    @property
    def shows(self) -> Seen:
        """How a reading of this pair is classified."""
        words = self.words
        return next(
            (seen for word, seen in WORDS.items() if word in words), Seen.NOTHING
        )


IN_A_CALL: Final = Pair("Busy", "InACall")
SESSION_PAIRS: Final = (
    Pair("Available", "Available"),
    IN_A_CALL,
    Pair("Busy", "InAConferenceCall"),
    Pair("Away", "Away"),
    Pair("DoNotDisturb", "Presenting"),
)
"""What ``setPresence`` takes (learn.microsoft.com/graph/api/presence-setpresence)."""
NO_CHANGE: Final = "no_change"
TEAMS_PAIRS: Final[Mapping[str, Pair | None]] = {
    NO_CHANGE: None,
    "available": Pair("Available", "Available"),
    "busy": Pair("Busy", "Busy"),
    "do_not_disturb": Pair("DoNotDisturb", "DoNotDisturb"),
    "be_right_back": Pair("BeRightBack", "BeRightBack"),
    "away": Pair("Away", "Away"),
    "offline": Pair("Offline", "OffWork"),
}
"""Our words for what Teams can be made to show."""
PREFERRED_PAIRS: Final = tuple(pair for pair in TEAMS_PAIRS.values() if pair)
"""What ``setUserPreferredPresence`` takes."""


@dataclass(frozen=True, slots=True)
class TeamsReading:
    """One answer of ``/me/presence``.

    ``message`` is the status message's text, empty when there is none; ``None``
    where it was not told.
    """

    shown: Pair
    message: str | None = None
    out_of_office: bool = False


TAGS: Final = re.compile(r"<[^>]*>")


def plain(message: str) -> str:
    """Return a status message without markup and spacing, for comparing."""
    return " ".join(TAGS.sub(" ", message).replace("&nbsp;", " ").split()).casefold()


STATUS_TO_TEAMS: Final[Mapping[Status, Pair | None]] = {
    Status.AVAILABLE: None,
    Status.BUSY: None,
    Status.DO_NOT_DISTURB: Pair("DoNotDisturb", "DoNotDisturb"),
    Status.BE_RIGHT_BACK: Pair("BeRightBack", "BeRightBack"),
    Status.AWAY: Pair("Away", "Away"),
    Status.OFFLINE: Pair("Offline", "OffWork"),
}
"""``None`` is *no change*.

A preferred presence hides every call that Teams would show, so it is used where it
says what Teams cannot know. Available and busy Teams finds out by itself.
"""

SHOWN_FROM: Final = frozenset((Source.MANUAL, Source.CALENDAR, Source.RULE))
"""Sources whose profile is shown in Teams.

Never a call: what Teams told would be written back over it. Neither the base
profile nor the PC, which Teams watches itself.
"""


@dataclass(frozen=True, slots=True)
class TeamsMapping:
    """What of a profile is shown in Teams; a profile's own word comes first."""

    by_status: Mapping[Status, Pair | None] = field(
        default_factory=lambda: STATUS_TO_TEAMS
    )
    by_profile: Mapping[str, Pair | None] = field(default_factory=dict)
    sources: frozenset[Source] = SHOWN_FROM

    def pair(self, profile: Profile) -> Pair | None:
        """Return what is shown for a profile; ``None`` changes nothing."""
        if profile.id in self.by_profile:
            return self.by_profile[profile.id]
        return self.by_status.get(profile.status)


@dataclass(frozen=True, slots=True)
class DesiredTeams:
    """What xpresence wants Teams to show.

    ``in_call`` is a call on the phone system. ``until`` is when the profile that
    ``shown`` and ``message`` come from ends, if that is known.
    """

    in_call: bool = False
    shown: Pair | None = None
    message: str = ""
    until: datetime | None = None


def desired_teams(
    decision: Decision, mapping: TeamsMapping, *, in_call: bool
) -> DesiredTeams:
    """Return what Teams should show for a decision and a call."""
    chosen = decision.source in mapping.sources and decision.source is not Source.CALL
    return DesiredTeams(
        in_call=in_call,
        shown=mapping.pair(decision.profile) if chosen else None,
        message=decision.info_text,
        until=decision.until,
    )
