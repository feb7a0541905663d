"""A mail file on a Domino server, which Notes shows as a calendar."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final

from homeassistant.const import CONF_PASSWORD, CONF_URL, CONF_USERNAME
from homeassistant.core import HomeAssistant

from ....const import CONF_CA
from ....engine.network import executor, http_client
from ....engine.requirements import Feature
from ....groupware.domino.events import NAME
from ....groupware.domino.login import Auth, Login, server
from ....groupware.domino.source import NotesCalendar
from ....groupware.source import CalendarSource, NotAllowed
from ..settings import CalendarSettings
from .fields import CONF_ADDRESS, CONF_RESPONSES, NOTES as KEY
from .kind import CalendarForm, CalendarType, ValidationResult
from .logins import (
    CONF_ACCOUNT,
    CONF_AUTH,
    CONF_MAIL_FILE,
    LOGIN,
    LONGEST,
    PATIENT,
    Unreadable,
    account_of,
    async_login,
    async_tried,
    describe,
    is_followed,
    login_stored,
    mail_address_problem,
    no_account,
    text,
)
from .servers import (
    depends_on,
    is_public_only,
    is_refused,
    mark,
    masks_errors,
    server_problem,
)

if TYPE_CHECKING:
    from ....engine.input import InputContext

USUAL_AUTH: Final = Auth.BASIC.value


def _source(
    hass: HomeAssistant,
    login: Mapping[str, Any],
    settings: Mapping[str, Any],
    *,
    owner: str | None = None,
    public_only: bool = False,
    anew: bool = False,
) -> NotesCalendar:
    return NotesCalendar(
        Login(
            server=login[CONF_URL],
            username=login[CONF_USERNAME],
            password=login[CONF_PASSWORD],
            auth=Auth(login[CONF_AUTH]),
            authority=login.get(CONF_CA, ""),
            public_only=public_only,
        ),
        settings[CONF_MAIL_FILE],
        http=http_client(hass, public_only=public_only),
        time_zone=hass.config.time_zone,
        execute=executor(hass, Feature.NOTES, owner or ""),
        address=settings.get(CONF_ADDRESS, ""),
        with_responses=settings.get(CONF_RESPONSES, False),
        anew=anew,
    )


def _build(input_context: InputContext, calendar: CalendarSettings) -> CalendarSource:
    login = login_stored(input_context.entry, calendar)
    if login is None:
        return no_account()
    if is_refused(input_context.entry, KEY, calendar.settings):
        return Unreadable(NotAllowed("server_not_offered"))
    return _source(
        input_context.hass,
        login,
        calendar.settings,
        owner=input_context.person_id,
        public_only=is_public_only(input_context.entry, KEY, calendar.settings),
    )


async def async_check(form: CalendarForm) -> ValidationResult:
    """Check a person's mail file, with the office's login or their own, and try it."""
    values = form.values
    login: Mapping[str, Any] | None
    settings: dict[str, Any]
    if values.get(CONF_ACCOUNT):
        shown: tuple[str, ...] = (CONF_MAIL_FILE,)
        login = account_of(form.entry, KEY)
        if login is None:
            return ValidationResult(problems={"base": "calendar_account_missing"})
        problems: dict[str, str] = {}
        settings = {CONF_ACCOUNT: True}
    else:
        shown = (*LOGIN, CONF_MAIL_FILE)
        login, problems = await async_login(form, server, USUAL_AUTH)
        url = login.get(CONF_URL, "")
        problems = problems or server_problem(form, KEY, url)
        settings = login | mark(form, KEY, url)
    settings[CONF_MAIL_FILE] = mail_file = _tidy(text(values, CONF_MAIL_FILE))
    settings[CONF_RESPONSES] = bool(values.get(CONF_RESPONSES))
    if problem := _mail_file_problem(mail_file):
        problems[CONF_MAIL_FILE] = problem
    address = text(values, CONF_ADDRESS)
    if address:
        settings[CONF_ADDRESS] = address
        if problem := mail_address_problem(address):
            problems[CONF_ADDRESS] = problem
    elif settings[CONF_RESPONSES] and "@" not in settings.get(CONF_USERNAME, ""):
        problems[CONF_ADDRESS] = "address_missing"
    if not problems and is_followed(form, KEY, mail_file=mail_file):
        problems = {CONF_MAIL_FILE: "calendar_twice"}
    if not problems:
        source = _source(
            form.hass,
            login,
            settings,
            owner=form.person_id,
            public_only=is_public_only(form.entry, KEY, settings),
            anew=True,
        )
        masked = masks_errors(form, KEY, login[CONF_URL])
        problems = await async_tried(source, shown, masked=masked)
    return ValidationResult(settings=settings, name=NAME, problems=problems)


async def async_check_account(form: CalendarForm) -> ValidationResult:
    """Check the office's login, and try it with somebody's mail file."""
    login, problems = await async_login(form, server, USUAL_AUTH)
    login[CONF_MAIL_FILE] = mail_file = _tidy(text(form.values, CONF_MAIL_FILE))
    if problem := _mail_file_problem(mail_file):
        problems[CONF_MAIL_FILE] = problem
    if not problems:
        source = _source(form.hass, login, login, anew=True)
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
    depends_on=depends_on,
    describe=describe,
    deadline=PATIENT,
)
