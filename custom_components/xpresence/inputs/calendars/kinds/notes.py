"""A mail file on a Domino server, which Notes shows as a calendar."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final

from aiohttp import ClientSession, DummyCookieJar
from homeassistant.const import (
    CONF_PASSWORD,
    CONF_URL,
    CONF_USERNAME,
    EVENT_HOMEASSISTANT_CLOSE,
)
from homeassistant.core import Event, HomeAssistant, callback
from homeassistant.helpers.aiohttp_client import async_create_clientsession
from homeassistant.util.hass_dict import HassKey

from ....const import CONF_CA
from ....groupware.domino.events import NAME
from ....groupware.domino.login import Auth, Login, server
from ....groupware.domino.source import NotesCalendar
from ....groupware.source import CalendarSource
from ..settings import CalendarSettings
from .kind import CalendarForm, CalendarType, ValidationResult
from .logins import (
    CONF_ACCOUNT,
    CONF_AUTH,
    CONF_MAIL_FILE,
    LOGIN,
    LONGEST,
    PATIENT,
    NoAccount,
    account_of,
    async_login,
    async_tried,
    describe,
    is_followed,
    login_stored,
    mail_address_problem,
    rests_on,
    server_problem,
    text,
)

if TYPE_CHECKING:
    from ....engine.input import InputContext

CONF_ADDRESS: Final = "address"
"""The person's own e-mail address, by which invitations are known."""
CONF_RESPONSES: Final = "responses"
"""Whether it is asked what the person answered to invitations."""
KEY: Final = "notes"
USUAL_AUTH: Final = Auth.BASIC.value
HTTP: HassKey[ClientSession] = HassKey("xpresence_notes_http")


def _http(hass: HomeAssistant) -> ClientSession:
    """Return a client session that keeps no cookies, one for all phone systems."""
    if HTTP not in hass.data:
        # Not cleaned up with the entry that happens to be set up now.
        made = hass.data[HTTP] = async_create_clientsession(
            hass, auto_cleanup=False, cookie_jar=DummyCookieJar()
        )

        @callback
        def end(_event: Event) -> None:
            made.detach()

        hass.bus.async_listen_once(EVENT_HOMEASSISTANT_CLOSE, end)
    return hass.data[HTTP]


def _source(
    hass: HomeAssistant,
    login: Mapping[str, Any],
    settings: Mapping[str, Any],
    *,
    anew: bool = False,
) -> NotesCalendar:
    return NotesCalendar(
        Login(
            server=login[CONF_URL],
            username=login[CONF_USERNAME],
            password=login[CONF_PASSWORD],
            auth=Auth(login[CONF_AUTH]),
            authority=login.get(CONF_CA, ""),
        ),
        settings[CONF_MAIL_FILE],
        http=_http(hass),
        time_zone=hass.config.time_zone,
        execute=hass.async_add_executor_job,
        address=settings.get(CONF_ADDRESS, ""),
        with_responses=settings.get(CONF_RESPONSES, False),
        anew=anew,
    )


def _build(input_context: InputContext, calendar: CalendarSettings) -> CalendarSource:
    login = login_stored(input_context.entry, calendar)
    if login is None:
        return NoAccount()
    return _source(input_context.hass, login, calendar.settings)


async def async_check(asked: CalendarForm) -> ValidationResult:
    """Check a person's mail file, with the office's login or their own, and try it."""
    said = asked.said
    login: Mapping[str, Any] | None
    settings: dict[str, Any]
    if said.get(CONF_ACCOUNT):
        shown: tuple[str, ...] = (CONF_MAIL_FILE,)
        login = account_of(asked.entry, KEY)
        if login is None:
            return ValidationResult(problems={"base": "calendar_account_missing"})
        problems: dict[str, str] = {}
        settings = {CONF_ACCOUNT: True}
    else:
        shown = (*LOGIN, CONF_MAIL_FILE)
        login, problems = await async_login(asked, server, USUAL_AUTH)
        problems = problems or server_problem(asked, KEY, login)
        settings = dict(login)
    settings[CONF_MAIL_FILE] = mail_file = _tidy(text(said, CONF_MAIL_FILE))
    settings[CONF_RESPONSES] = bool(said.get(CONF_RESPONSES))
    if problem := _mail_file_problem(mail_file):
        problems[CONF_MAIL_FILE] = problem
    address = text(said, CONF_ADDRESS)
    if address:
        settings[CONF_ADDRESS] = address
        if problem := mail_address_problem(address):
            problems[CONF_ADDRESS] = problem
    elif settings[CONF_RESPONSES] and "@" not in settings.get(CONF_USERNAME, ""):
        problems[CONF_ADDRESS] = "address_missing"
    if not problems and is_followed(asked, KEY, mail_file=mail_file):
        problems = {CONF_MAIL_FILE: "calendar_twice"}
    if not problems:
        source = _source(asked.hass, login, settings, anew=True)
        problems = await async_tried(source, shown)
    return ValidationResult(settings=settings, name=NAME, problems=problems)


async def async_check_account(asked: CalendarForm) -> ValidationResult:
    """Check the office's login, and try it with somebody's mail file."""
    login, problems = await async_login(asked, server, USUAL_AUTH)
    login[CONF_MAIL_FILE] = mail_file = _tidy(text(asked.said, CONF_MAIL_FILE))
    if problem := _mail_file_problem(mail_file):
        problems[CONF_MAIL_FILE] = problem
    if not problems:
        source = _source(asked.hass, login, login, anew=True)
        problems = await async_tried(source, (*LOGIN, CONF_MAIL_FILE))
    return ValidationResult(settings=login, name=NAME, problems=problems)


def _tidy(mail_file: str) -> str:
    """Return a path as the server's address has it; Notes shows it by backslashes."""
    return mail_file.replace("\\", "/").strip("/ ")


def _mail_file_problem(mail_file: str) -> str | None:
    """Say what is wrong with the path of a mail file, or nothing."""
    is_one = (
        mail_file.casefold().endswith((".nsf", ".nsf/")) and len(mail_file) < LONGEST
    )
    if not is_one or not mail_file.isprintable() or "://" in mail_file:
        return "mail_file_invalid"
    return "mail_file_invalid" if ".." in mail_file.split("/") else None


TYPE: Final = CalendarType(
    key=KEY,
    build=_build,
    check=async_check,
    rests_on=rests_on,
    describe=describe,
    deadline=PATIENT,
)
