"""Which groupware servers an ordinary user may name.

By the addresses of calendars one could look around in the office's network: which
hosts there are, which ports they have open, what answers there. So an ordinary user
names only the office's own server and those that the administrator named. Where the
administrator allows any server, it is one of the public internet, whatever its name
resolves to at the moment of the connection.
"""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlsplit

from homeassistant.config_entries import ConfigEntry
from homeassistant.const import CONF_URL

from ....const import CONF_ANY_SERVER, CONF_SERVERS
from ..settings import CalendarSettings
from .kind import CalendarForm
from .logins import CONF_ACCOUNT, account_of

if TYPE_CHECKING:
    from ....engine.input import InputContext

CONF_BY_USER: Final = "by_user"
"""Whether an ordinary user named the server of a stored calendar."""
HTTPS_PORT: Final = 443
UNMASKED: Final = (None, "missing", "sign_in")
"""Problems of a calendar that everybody is told as they are."""


def server_problem(
    form: CalendarForm, kind: str, url: str, *, path: str | None = None
) -> dict[str, str]:
    """Say whether whoever asks may let us connect to a server, by field.

    ``path`` is the only one that is asked there, where the protocol has one: what is
    sent by POST goes to no other.
    """
    if form.trusted or url == form.stored.get(CONF_URL):
        return {}
    if _is_office(form.entry, kind, url):
        return {}
    parts = urlsplit(url)
    if parts.scheme != "https":
        return {CONF_URL: "address_not_encrypted"}
    if path is not None and parts.path != path:
        return {CONF_URL: "server_not_offered"}
    return {} if _may_be_named(form.entry, url) else {CONF_URL: "server_not_offered"}


def mark(form: CalendarForm, kind: str, url: str) -> dict[str, bool]:
    """Return what is stored beside an address about who named it."""
    if form.trusted or _is_office(form.entry, kind, url):
        return {}
    unchanged = url == form.stored.get(CONF_URL)
    if unchanged and not form.stored.get(CONF_BY_USER):
        return {}
    return {CONF_BY_USER: True}


def is_refused(entry: ConfigEntry[Any], kind: str, settings: Mapping[str, Any]) -> bool:
    """Tell whether a stored calendar's server may not be connected to any more."""
    url = settings.get(CONF_URL)
    if url is None or not settings.get(CONF_BY_USER):
        return False
    return not (_is_office(entry, kind, url) or _may_be_named(entry, url))


def is_public_only(
    entry: ConfigEntry[Any], kind: str, settings: Mapping[str, Any]
) -> bool:
    """Tell whether a stored calendar's server must lie outside of the office."""
    url = settings.get(CONF_URL)
    if url is None or not settings.get(CONF_BY_USER):
        return False
    return not (_is_office(entry, kind, url) or _is_named(entry, url))


def masks_errors(form: CalendarForm, kind: str, url: str) -> bool:
    """Return whether the caller may see only one common error for all failures.

    Different errors would let an ordinary user probe the office's network.
    The office's own server is no secret.
    """
    return not form.trusted and not _is_office(form.entry, kind, url)


def masked_problem(
    entry: ConfigEntry[Any], kind: str, settings: Mapping[str, Any], problem: str | None
) -> str | None:
    """Return what an ordinary user is told of a stored calendar's problem.

    Whether a server they named is not there any more, forbids something or has another
    certificate reads alike; that the password is to be renewed is for them to know.
    """
    url = settings.get(CONF_URL)
    if problem in UNMASKED or url is None or not settings.get(CONF_BY_USER):
        return problem
    return problem if _is_office(entry, kind, url) else "unavailable"


def normalized(typed: str) -> str | None:
    """Return a server as an administrator names it, ``host`` or ``host:port``.

    ``None`` if it is none; a whole address is cut to its server.
    """
    text = typed.strip()
    try:
        parts = urlsplit(text if "://" in text else f"https://{text}")
        host, port = parts.hostname, parts.port
    except ValueError:
        return None
    if not host or parts.username or any(sign.isspace() for sign in host):
        return None
    shown = f"[{host}]" if ":" in host else host.rstrip(".")
    return shown if port in (None, HTTPS_PORT) else f"{shown}:{port}"


def _is_office(entry: ConfigEntry[Any], kind: str, url: str) -> bool:
    office = account_of(entry, kind)
    return office is not None and url == office[CONF_URL]


def _is_named(entry: ConfigEntry[Any], url: str) -> bool:
    return normalized(url) in entry.options.get(CONF_SERVERS, ())


def _may_be_named(entry: ConfigEntry[Any], url: str) -> bool:
    if _is_named(entry, url):
        return True
    # Ports are what a scan is after; groupware on the internet has the usual one.
    usual_port = urlsplit(url).port in (None, HTTPS_PORT)
    return bool(entry.options.get(CONF_ANY_SERVER)) and usual_port


def depends_on(input_context: InputContext, calendar: CalendarSettings) -> object:
    """Return what a source is made of beside the person's own settings."""
    entry, settings = input_context.entry, calendar.settings
    if settings.get(CONF_ACCOUNT):
        return account_of(entry, calendar.kind)
    return (
        is_refused(entry, calendar.kind, settings),
        is_public_only(entry, calendar.kind, settings),
    )
