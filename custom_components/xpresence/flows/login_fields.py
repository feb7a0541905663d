"""The form fields of a login at a groupware server, for people and for the office."""

from collections.abc import Mapping
from typing import Any, Final

from homeassistant.const import CONF_PASSWORD, CONF_URL, CONF_USERNAME
from homeassistant.helpers.selector import (
    TextSelector,
    TextSelectorConfig,
    TextSelectorType,
)
from homeassistant.helpers.typing import VolDictType
import voluptuous as vol

from ..const import CONF_CA
from ..groupware.domino.login import Auth as NotesAuth
from ..groupware.exchange.login import Access, Auth as ExchangeAuth
from ..inputs.calendars.kinds import exchange, notes
from ..inputs.calendars.kinds.exchange import CONF_ACCESS
from ..inputs.calendars.kinds.logins import CONF_AUTH, CONF_MAIL_FILE, CONF_MAILBOX
from ..settings.selectors import words
from .connection import SECRET

EMAIL: Final = TextSelector(TextSelectorConfig(type=TextSelectorType.EMAIL))
AUTHS: Final = {exchange.KEY: ExchangeAuth, notes.KEY: NotesAuth}
USUAL_AUTH: Final = {exchange.KEY: exchange.USUAL_AUTH, notes.KEY: notes.USUAL_AUTH}
USUAL_ACCESS: Final = Access.DELEGATE.value
ACCESS: Final[VolDictType] = {
    vol.Required(CONF_ACCESS, default=USUAL_ACCESS): words(Access, CONF_ACCESS)
}
MAILBOX: Final[VolDictType] = {vol.Required(CONF_MAILBOX): EMAIL}
MAILBOX_OR_LOGIN: Final[VolDictType] = {vol.Optional(CONF_MAILBOX): EMAIL}
MAIL_FILE: Final[VolDictType] = {vol.Required(CONF_MAIL_FILE): TextSelector()}


def login_fields(kind: str, stored: Mapping[str, Any]) -> VolDictType:
    """Return the fields of a login; a stored password may be left out."""
    secret = vol.Optional if stored.get(CONF_PASSWORD) else vol.Required
    return {
        vol.Required(CONF_URL): TextSelector(),
        vol.Required(CONF_USERNAME): TextSelector(),
        secret(CONF_PASSWORD): SECRET,
        vol.Required(CONF_AUTH, default=USUAL_AUTH[kind]): words(
            AUTHS[kind], f"{kind}_auth"
        ),
        vol.Optional(CONF_CA): TextSelector(TextSelectorConfig(multiline=True)),
    }


def shown(stored: Mapping[str, Any]) -> dict[str, Any]:
    """Return the stored values that a form suggests: all but the password."""
    return {key: value for key, value in stored.items() if key != CONF_PASSWORD}
