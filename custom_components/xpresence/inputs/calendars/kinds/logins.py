"""A login at a groupware server: as it is said, checked, tried and stored.

It is the person's own, or the office's: one that reads several people's mailboxes,
who then name only their mailbox.
"""

from collections.abc import Callable, Collection, Mapping
from datetime import datetime, timedelta
import logging
from pathlib import Path
import re
import ssl
from typing import Any, Final, override

from homeassistant.config_entries import ConfigEntry
from homeassistant.const import CONF_PASSWORD, CONF_URL, CONF_USERNAME
from homeassistant.core import HomeAssistant
from homeassistant.util import dt as dt_util

from ....const import CONF_ACCOUNTS, CONF_CA
from ....groupware.address import BadAddress
from ....groupware.source import CalendarSource, SignInNeeded, SourceError
from ....groupware.tls import trust
from ....presence.calendar.appointments import Appointment
from ..settings import CalendarSettings
from .kind import CalendarForm

_LOGGER = logging.getLogger(__name__)

CONF_ACCOUNT: Final = "account"
"""Whether a calendar is read with the office's login."""
CONF_AUTH: Final = "auth"
CONF_COLLECTION: Final = "collection"
"""The name of a calendar on a CalDAV server."""
CONF_MAILBOX: Final = "mailbox"
CONF_MAIL_FILE: Final = "mail_file"
LOGIN: Final = (CONF_URL, CONF_USERNAME, CONF_PASSWORD, CONF_AUTH, CONF_CA)
"""The fields of a login."""

PATIENT: Final = 600.0
"""Seconds for a reading that has to wait for others of the same login."""
LONGEST: Final = 500
"""Characters of a field."""
LONGEST_CERTIFICATE: Final = 200_000
CERTIFICATES: Final = Path("/ssl")
"""Where Home Assistant's operating system keeps certificates."""
MAIL_ADDRESS: Final = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s.]+")

FIELDS: Final[Mapping[str, str]] = {
    "account_disabled": CONF_USERNAME,
    "address_unknown": CONF_URL,
    "auth_not_offered": CONF_AUTH,
    "authority_unreadable": CONF_CA,
    "certificate_expired": CONF_URL,
    "certificate_other_host": CONF_URL,
    "certificate_unknown": CONF_CA,
    "collection_missing": CONF_COLLECTION,
    "collection_unknown": CONF_COLLECTION,
    "impersonation_denied": CONF_MAILBOX,
    "kerberos_needed": CONF_AUTH,
    "login_needed": CONF_USERNAME,
    "mail_file_unknown": CONF_MAIL_FILE,
    "mailbox_unknown": CONF_MAILBOX,
    "modern_auth_needed": CONF_AUTH,
    "not_allowed": CONF_MAILBOX,
    "not_calendar": CONF_URL,
    "not_domino": CONF_URL,
    "not_encrypted": CONF_URL,
    "not_exchange": CONF_URL,
    "password_expired": CONF_PASSWORD,
    "saml_needed": CONF_AUTH,
    "second_factor_needed": CONF_AUTH,
    "server_not_offered": CONF_URL,
    "session_needed": CONF_AUTH,
    "unreachable": CONF_URL,
    "wrong_password": CONF_PASSWORD,
}
"""What a source fails with → the field in which it is corrected."""
AFTER_SIGN_IN: Final = frozenset({"collection_missing", "collection_unknown"})
"""Failures of somebody whom the server has let in already."""
PASSING: Final = frozenset({"busy", "library_missing", "server_error", "too_slow"})
"""Failures that no field corrects: try again later."""


# The office's logins


def account_of(entry: ConfigEntry[Any], kind: str) -> Mapping[str, Any] | None:
    """Return the office's login for a kind of calendar, if it has one."""
    found: Mapping[str, Any] | None = entry.data.get(CONF_ACCOUNTS, {}).get(kind)
    return found


def store_account(
    hass: HomeAssistant,
    entry: ConfigEntry[Any],
    kind: str,
    login: Mapping[str, Any] | None,
) -> None:
    """Keep the office's login with the entry's secrets; ``None`` forgets it."""
    accounts = {k: v for k, v in entry.data.get(CONF_ACCOUNTS, {}).items() if k != kind}
    if login is not None:
        accounts[kind] = dict(login)
    hass.config_entries.async_update_entry(
        entry, data={**entry.data, CONF_ACCOUNTS: accounts}
    )


def login_stored(
    entry: ConfigEntry[Any], calendar: CalendarSettings
) -> Mapping[str, Any] | None:
    """Return the login that a calendar is read with; ``None``: it is gone."""
    if calendar.settings.get(CONF_ACCOUNT):
        return account_of(entry, calendar.kind)
    return calendar.settings


def no_account() -> Unreadable:
    """Return a calendar whose login at the office is gone."""
    return Unreadable(SignInNeeded("account_missing"))


def describe(settings: Mapping[str, Any]) -> dict[str, Any]:
    """Tell of a login what names nobody."""
    return {
        "office_account": bool(settings.get(CONF_ACCOUNT)),
        "own_authority": bool(settings.get(CONF_CA)),
        **{k: settings[k] for k in (CONF_AUTH,) if k in settings},
    }


class Unreadable(CalendarSource):
    """A calendar that cannot be read as its settings are."""

    name = ""

    def __init__(self, error: SourceError) -> None:
        """Store the error that :meth:`read` raises."""
        self._error = error

    @override
    async def read(self, start: datetime, end: datetime) -> tuple[Appointment, ...]:
        """Raise the stored error.

        Raises:
            SourceError: always.
        """
        raise self._error

    @override
    async def close(self) -> None:
        """Do nothing: this source holds no resource."""


# What was said


async def async_login(
    form: CalendarForm,
    address: Callable[[str], str],
    usual_auth: str = "",
    *,
    optional: bool = False,
) -> tuple[dict[str, Any], dict[str, str]]:
    """Return a login as it is stored, and what is wrong with it, by field.

    ``address`` makes the server's address of what was typed, or raises. A password
    that is left out is the stored one, as long as it goes to the same server.
    ``optional``: an address alone will do.
    """
    values, problems = form.values, dict[str, str]()
    login: dict[str, Any] = {}
    if auth := values.get(CONF_AUTH) or usual_auth:
        login[CONF_AUTH] = auth
    try:
        login[CONF_URL] = address(text(values, CONF_URL))
    except BadAddress as error:
        problems[CONF_URL] = error.reason
    if not optional or text(values, CONF_USERNAME) or values.get(CONF_PASSWORD):
        problems |= _credentials(form, login)
    for field in (CONF_URL, CONF_USERNAME, CONF_PASSWORD):
        if len(values.get(field) or "") > LONGEST:
            problems[field] = "malformed"
    if certificate := (values.get(CONF_CA) or "").strip():
        try:
            login[CONF_CA] = await form.hass.async_add_executor_job(
                _authority, form.hass, certificate, form.trusted
            )
        except ValueError:
            problems[CONF_CA] = "ca_invalid"
        except OSError:
            problems[CONF_CA] = "ca_file_missing"
    return login, problems


def _credentials(form: CalendarForm, login: dict[str, Any]) -> dict[str, str]:
    """Put name and password into a login; return what is wrong with them."""
    values, problems = form.values, dict[str, str]()
    login[CONF_USERNAME] = name = text(values, CONF_USERNAME)
    if not name or not name.isprintable():
        problems[CONF_USERNAME] = "login_name_invalid"
    password = values.get(CONF_PASSWORD) or ""
    if not password and login.get(CONF_URL) == form.stored.get(CONF_URL):
        password = form.stored.get(CONF_PASSWORD, "")
    login[CONF_PASSWORD] = password
    if not password:
        problems[CONF_PASSWORD] = "password_missing"
    elif not password.isprintable():
        problems[CONF_PASSWORD] = "password_invalid"
    return problems


def text(values: Mapping[str, Any], field: str) -> str:
    """Return what was typed into a field, without blanks around it."""
    return (values.get(field) or "").strip()


def _authority(hass: HomeAssistant, certificate: str, may_name_files: bool) -> str:
    """Return an authority as PEM text, from the text itself or from a file; blocks.

    Raises:
        ValueError: it is no certificate.
        OSError: there is no such file where certificates may lie.
    """
    if "-----BEGIN" not in certificate and may_name_files:
        certificate = _file(hass, certificate)
    if len(certificate) > LONGEST_CERTIFICATE or not certificate.isascii():
        raise ValueError("no certificate")
    trust(certificate)
    return certificate


def _file(hass: HomeAssistant, name: str) -> str:
    path = Path(hass.config.path(name)).resolve()
    folders = (Path(hass.config.config_dir).resolve(), CERTIFICATES)
    if not any(path.is_relative_to(f) for f in folders) and not (
        hass.config.is_allowed_path(str(path))
    ):
        raise FileNotFoundError(name)
    with path.open("rb") as file:
        content = file.read(LONGEST_CERTIFICATE)
    if b"-----BEGIN" in content:
        return content.decode("ascii")
    # Windows exports certificates in binary.
    return ssl.DER_cert_to_PEM_cert(content)


def mail_address_problem(address: str) -> str | None:
    """Say what is wrong with an e-mail address, or nothing."""
    if not address.isprintable() or len(address) > LONGEST:
        return "mail_address_invalid"
    return None if MAIL_ADDRESS.fullmatch(address) else "mail_address_invalid"


def is_followed(form: CalendarForm, kind: str, **what: str) -> bool:
    """Tell whether another calendar of the person is the same one."""
    return any(
        other["kind"] == kind
        and all(
            str(other["settings"].get(field, "")).casefold() == value.casefold()
            for field, value in what.items()
        )
        for other in form.others
    )


# Trying


async def async_tried(
    source: CalendarSource, shown: Collection[str], *, masked: bool = False
) -> dict[str, str]:
    """Read today's appointments; return what is wrong, by the field that is shown.

    ``masked``: return only that it failed; the log has the reason.
    """
    start = dt_util.start_of_local_day()
    try:
        await source.read(start, start + timedelta(days=1))
    except SourceError as error:
        reason = str(error)
        if masked and reason not in AFTER_SIGN_IN:
            _LOGGER.warning("A calendar that a user named cannot be read: %s", reason)
            return {"base": "calendar_not_readable"}
        field = FIELDS.get(reason, "base")
        if reason.startswith("answer_"):
            reason = "answer_unreadable"
        if field == CONF_MAILBOX and CONF_MAILBOX not in shown:
            field = CONF_MAIL_FILE
        return {field if field in shown else "base": f"calendar_{reason}"}
    except Exception as error:  # noqa: BLE001
        # Its text may name somebody.
        _LOGGER.warning("Trying a calendar failed: %s", type(error).__name__)
        return {"base": "calendar_not_readable" if masked else "unknown"}
    finally:
        await source.close()
    return {}
