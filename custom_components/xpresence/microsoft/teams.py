"""What of a person's Teams is aligned: their own settings within the office's limits.

A person's stand under ``microsoft`` → ``teams`` in their data, the office's under
``teams`` in the options, a profile's own word under ``teams`` in its data.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
import re
from typing import Any, Final

from homeassistant.config_entries import ConfigEntry

from ..const import (
    CONF_CALLS,
    CONF_COUNTS,
    CONF_MAPPING,
    CONF_MESSAGE,
    CONF_MICROSOFT,
    CONF_OBJECT_ID,
    CONF_READ,
    CONF_READS_ALL,
    CONF_SECONDS,
    CONF_STATUS,
    CONF_TEAMS,
    CONF_WRITE,
    SUBENTRY_PROFILE,
)
from ..presence.line import Status
from ..presence.model import AS_STATUS
from ..presence.teams.mapping import (
    STATUS_TO_TEAMS,
    TEAMS_PAIRS,
    Pair,
    Seen,
    TeamsMapping,
)
from ..presence.teams.state import CALLS, EchoPolicy

WORDS: Final[Mapping[Pair | None, str]] = {
    pair: word for word, pair in TEAMS_PAIRS.items()
}
USUAL: Final = EchoPolicy()
SECONDS: Final = (30, 600)
"""Between two readings at rest: the least and the most."""
OBJECT_ID: Final = re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")


@dataclass(frozen=True, slots=True)
class TeamsSettings:
    """What holds for one person.

    ``reads_all``: with this sign-in everybody else is read as well. ``object_id`` is
    who the person is in Microsoft Entra, where they have no sign-in of their own.
    """

    policy: EchoPolicy
    mapping: TeamsMapping
    reads_all: bool = False
    object_id: str | None = None

    @property
    def aligns(self) -> bool:
        """Return whether anything is aligned at all."""
        policy = self.policy
        writes = policy.write_calls or policy.write_status or policy.write_message
        return policy.read or writes


def teams_of(entry: ConfigEntry[Any], settings: Mapping[str, Any]) -> TeamsSettings:
    """Read a person's settings within what the office allows now."""
    office: Mapping[str, Any] = entry.options.get(CONF_TEAMS, {})
    own = said_of(settings)
    writes = own.get(CONF_WRITE, False)
    at_rest = timedelta(seconds=office.get(CONF_SECONDS, USUAL.at_rest.total_seconds()))
    policy = replace(
        USUAL,
        read=own.get(CONF_READ, False),
        write_calls=writes and own.get(CONF_CALLS, True),
        write_status=writes and own.get(CONF_STATUS, True),
        write_message=writes and own.get(CONF_MESSAGE, True),
        counts=frozenset(Seen(seen) for seen in own.get(CONF_COUNTS, CALLS)),
        at_rest=at_rest,
    )
    said = own.get(CONF_MAPPING, {})
    return TeamsSettings(
        policy.limited(
            read=office.get(CONF_READ, True), write=office.get(CONF_WRITE, True)
        ),
        TeamsMapping(
            by_status={
                status: TEAMS_PAIRS[said.get(status, WORDS[usual])]
                for status, usual in STATUS_TO_TEAMS.items()
            },
            by_profile={
                profile.subentry_id: TEAMS_PAIRS[word]
                for profile in entry.get_subentries_of_type(SUBENTRY_PROFILE)
                if (word := profile.data.get(CONF_TEAMS, AS_STATUS)) != AS_STATUS
            },
        ),
        reads_all=own.get(CONF_READS_ALL, False),
        object_id=own.get(CONF_OBJECT_ID),
    )


def said_of(settings: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return what a person's settings say about Teams, as it is stored."""
    said: Mapping[str, Any] = settings.get(CONF_MICROSOFT, {}).get(CONF_TEAMS, {})
    return said


def usual_words() -> dict[str, str]:
    """Return the mapping that holds where nobody chose another."""
    return {status.value: WORDS[STATUS_TO_TEAMS[status]] for status in Status}
