"""What reading and writing one person's Teams share: account, state, retry delay."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

from homeassistant.core import callback
from homeassistant.util import dt as dt_util

from ...engine.groupware_issues import set_permission_issue
from ...engine.input import InputContext
from ...groupware.microsoft.teams import TeamsClient
from ...groupware.source import SourceError
from ...microsoft import MicrosoftAccess, access_of
from ...microsoft.application import OfficeAccess
from ...microsoft.teams import TeamsSettings, teams_of
from ...presence.teams.state import EchoPolicy, TeamsState

FIRST_RETRY: Final = timedelta(seconds=30)
LONGEST_RETRY: Final = timedelta(minutes=4)


def client_for(link: MicrosoftAccess) -> TeamsClient:
    """Return a client that asks with a person's sign-in, or the office's."""
    return TeamsClient(link.graph, link.client_id, link.user_id)


@dataclass(slots=True)
class RetryDelay:
    """When Graph may be asked again after a failure; the delay doubles each time."""

    not_before: datetime | None = None
    _next: timedelta = FIRST_RETRY

    def failed(self, error: SourceError) -> None:
        """Wait, at least as long as the answer asked for."""
        asked = timedelta(seconds=getattr(error, "retry_after", None) or 0)
        self.not_before = dt_util.utcnow() + max(asked, self._next)
        self._next = min(2 * self._next, LONGEST_RETRY)

    def succeeded(self) -> None:
        """Ask again at once; the next failure waits for the shortest time."""
        self.not_before, self._next = None, FIRST_RETRY

    def is_over(self, now: datetime) -> bool:
        """Return whether Graph may be asked."""
        return self.not_before is None or now >= self.not_before


@dataclass(slots=True)
class TeamsAccess:
    """The settings, the sign-in and the state of one person's Teams."""

    input_context: InputContext
    settings: TeamsSettings
    state: TeamsState = field(default_factory=TeamsState)
    link: MicrosoftAccess | None = None
    """The person's own sign-in, else the office's application, if there is one."""
    client: TeamsClient | None = None
    """Asks with that."""
    delay: RetryDelay = field(default_factory=RetryDelay)

    @property
    def policy(self) -> EchoPolicy:
        """Return what may be read and written."""
        return self.settings.policy

    @property
    def works(self) -> bool:
        """Return whether the last request with the sign-in got in."""
        return self.link is not None and self.link.problem is None

    @callback
    def find_link(self) -> None:
        """Find what the person is read and written with, if there is anything."""
        self.link = self._access()
        self.connect()

    @property
    def is_replaced(self) -> bool:
        """Return whether the person is read with something else by now."""
        return self.link is not self._access()

    def _access(self) -> MicrosoftAccess | None:
        context = self.input_context
        return access_of(context.hass, context.entry, context.person_id)

    @property
    def object_id(self) -> str | None:
        """Return who the person is in Entra, where that is known without asking."""
        known = self.link.user_id if self.link is not None else None
        return known or self.settings.object_id

    @callback
    def connect(self) -> None:
        """Make a client for the sign-in as it is now."""
        self.client = None if self.link is None else client_for(self.link)

    @callback
    def reload_settings(self) -> bool:
        """Read the settings again; return whether they differ."""
        context = self.input_context
        settings = teams_of(context.entry, context.settings)
        if settings == self.settings:
            return False
        self.settings = settings
        return True

    @callback
    def set_permission_issue(self, permission: str, *, there: bool) -> None:
        """Create the repair issue of a missing permission, or delete it."""
        context = self.input_context
        if isinstance(self.link, OfficeAccess):
            self.link.office.report_right(permission, granted=not there)
            return
        set_permission_issue(
            context.hass,
            context.person_id,
            context.person.name,
            permission,
            there=there,
        )
