"""A person's account at Microsoft as it is stored, and what it is asked for.

The office's app registration stands in the entry's options, a person's own beside
their other settings; the person's counts where there is one.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from homeassistant.config_entries import ConfigEntry
from homeassistant.const import CONF_CLIENT_ID

from ..const import (
    CONF_CALENDARS,
    CONF_CLOUD,
    CONF_CONNECTED,
    CONF_KIND,
    CONF_MICROSOFT,
    CONF_READ,
    CONF_READS_ALL,
    CONF_REMEMBER,
    CONF_SETTINGS,
    CONF_SHARED_CALENDARS,
    CONF_TEAMS,
    CONF_TENANT,
    CONF_USE_CALENDAR,
    CONF_WRITE,
)
from ..groupware.microsoft.account import Registration
from ..groupware.microsoft.calendar import READ, READ_SHARED
from ..groupware.microsoft.clouds import GLOBAL, clouds

OUTLOOK: Final = "outlook"
"""The kind of calendar that is read with this account."""
CONF_CALENDAR_ID: Final = "calendar_id"
"""Which of the calendars, in an Outlook calendar's own settings; left out: the main."""
CONF_SHARED: Final = "shared"
"""Whether that calendar is another's."""
ORGANIZATIONS: Final = "organizations"
"""The tenant that stands for whichever the person belongs to."""
REGISTRATION: Final = (CONF_CLIENT_ID, CONF_TENANT, CONF_CLOUD)
"""What an app registration consists of."""

WHO_I_AM: Final = "User.Read"
TEAMS_READ: Final = "Presence.Read"
TEAMS_READ_ALL: Final = "Presence.Read.All"
TEAMS_WRITE: Final = "Presence.ReadWrite"


@dataclass(frozen=True, slots=True)
class MicrosoftSettings:
    """A person's account: the app registration, and what it is used for.

    ``teams`` is read and written by what concerns Teams alone, but for its switches
    ``read`` and ``write``, which say what is asked for.
    """

    client_id: str
    tenant: str
    cloud: str
    remember: bool = True
    calendar: bool = True
    shared_calendars: bool = False
    teams: Mapping[str, Any] = field(default_factory=dict)

    @property
    def permissions(self) -> tuple[str, ...]:
        """Return what the sign-in asks for: what is switched on, and no more."""
        return (
            WHO_I_AM,
            *((READ,) if self.calendar or self.shared_calendars else ()),
            *((READ_SHARED,) if self.shared_calendars else ()),
            *((TEAMS_READ,) if self.teams.get(CONF_READ) else ()),
            *((TEAMS_READ_ALL,) if self.teams.get(CONF_READS_ALL) else ()),
            *((TEAMS_WRITE,) if self.teams.get(CONF_WRITE) else ()),
        )

    @property
    def registration(self) -> Registration | None:
        """Return whom to sign in at; ``None`` if there is no such cloud (any more)."""
        if (cloud := clouds().get(self.cloud)) is None:
            return None
        return Registration(self.client_id, self.tenant, cloud, self.permissions)


def settings_of(
    entry: ConfigEntry[Any], person_settings: Mapping[str, Any]
) -> MicrosoftSettings | None:
    """Read a person's account; ``None``: they have none, or signed out."""
    said: Mapping[str, Any] = person_settings.get(CONF_MICROSOFT, {})
    if not said.get(CONF_CONNECTED):
        return None
    return settings_from(entry, person_settings)


def settings_from(
    entry: ConfigEntry[Any], person_settings: Mapping[str, Any]
) -> MicrosoftSettings | None:
    """Read the settings, signed in or not; ``None``: there is no app registration."""
    said: Mapping[str, Any] = person_settings.get(CONF_MICROSOFT, {})
    registration = registration_of(entry, said)
    if not registration.get(CONF_CLIENT_ID):
        return None
    calendars = outlook_calendars(person_settings)
    return MicrosoftSettings(
        client_id=registration[CONF_CLIENT_ID],
        tenant=registration.get(CONF_TENANT) or ORGANIZATIONS,
        cloud=registration.get(CONF_CLOUD) or GLOBAL,
        remember=said.get(CONF_REMEMBER, True),
        calendar=said.get(CONF_USE_CALENDAR, True) or bool(calendars),
        shared_calendars=said.get(CONF_SHARED_CALENDARS, False)
        or any(calendar.get(CONF_SHARED) for calendar in calendars),
        teams=said.get(CONF_TEAMS, {}),
    )


def outlook_calendars(person_settings: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """Return the settings of each calendar that a person reads with the account."""
    return [
        calendar.get(CONF_SETTINGS, {})
        for calendar in person_settings.get(CONF_CALENDARS, ())
        if calendar[CONF_KIND] == OUTLOOK
    ]


def registration_of(
    entry: ConfigEntry[Any], said: Mapping[str, Any]
) -> Mapping[str, Any]:
    """Return the app registration: the person's own where there is one."""
    office: Mapping[str, Any] = entry.options.get(CONF_MICROSOFT, {})
    # A client id without its tenant would be looked for in the office's.
    return said if said.get(CONF_CLIENT_ID) else office
