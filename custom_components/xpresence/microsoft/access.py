"""What a person's Teams and Outlook are read and written with, whoever is asked for it."""

from typing import Any, Protocol

from homeassistant.config_entries import ConfigEntry
from homeassistant.core import CALLBACK_TYPE, HomeAssistant, callback

from ..groupware.microsoft.graph import GraphClient
from .application import office_access
from .connection import link_of


class MicrosoftAccess(Protocol):
    """A person's own sign-in, or the office's application."""

    @property
    def graph(self) -> GraphClient:
        """Return what requests are sent with; ask for it whenever it is needed."""

    @property
    def user_id(self) -> str | None:
        """Return whose presence and calendar it is; ``None``: of who is signed in."""

    @property
    def client_id(self) -> str:
        """Return the app registration's id."""

    @property
    def permissions(self) -> tuple[str, ...]:
        """Return what a sign-in asks for."""

    @property
    def signed_in(self) -> bool | None:
        """Return whether it works; ``None``: nothing was asked with it yet."""

    @property
    def problem(self) -> str | None:
        """Return why it does not work, as a translation key."""

    @property
    def code(self) -> str:
        """Return Microsoft's number for the problem."""

    def listen(self, listener: CALLBACK_TYPE) -> CALLBACK_TYPE:
        """Register a listener for changes of whether it works."""


@callback
def access_of(
    hass: HomeAssistant, entry: ConfigEntry[Any], person_id: str
) -> MicrosoftAccess | None:
    """Return a person's own sign-in, else the office's application; ``None``: neither."""
    return link_of(hass, entry, person_id) or office_access(hass, entry, person_id)
