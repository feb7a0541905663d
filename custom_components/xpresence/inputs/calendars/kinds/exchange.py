"""A mailbox on an Exchange Server of one's own.

exchangelib costs a second and many megabytes: nothing here imports it. The source
does, in the executor, when a calendar is read for the first time.
"""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final

from homeassistant.const import CONF_PASSWORD, CONF_URL, CONF_USERNAME
from homeassistant.core import HomeAssistant

from ....const import CONF_CA
from ....engine.network import executor
from ....engine.requirements import Feature
from ....groupware.exchange.address import PATH, endpoint, is_online
from ....groupware.exchange.items import NAME
from ....groupware.exchange.login import Access, Auth, Login
from ....groupware.exchange.source import ExchangeCalendar
from ....groupware.source import CalendarSource, NotAllowed
from ..settings import CalendarSettings
from .fields import EXCHANGE as KEY
from .kind import CalendarForm, CalendarType, ValidationResult
from .logins import (
    CONF_ACCOUNT,
    CONF_AUTH,
    CONF_MAILBOX,
    LOGIN,
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

CONF_ACCESS: Final = "access"
"""By what right the office's login reads mailboxes."""
USUAL_AUTH: Final = Auth.NTLM.value


def _source(
    hass: HomeAssistant,
    login: Mapping[str, Any],
    mailbox: str,
    *,
    owner: str | None = None,
    public_only: bool = False,
    anew: bool = False,
) -> ExchangeCalendar:
    return ExchangeCalendar(
        Login(
            endpoint=login[CONF_URL],
            username=login[CONF_USERNAME],
            password=login[CONF_PASSWORD],
            auth=Auth(login[CONF_AUTH]),
            authority=login.get(CONF_CA, ""),
            public_only=public_only,
        ),
        mailbox,
        time_zone=hass.config.time_zone,
        execute=executor(hass, Feature.EXCHANGE, owner or ""),
        access=Access(login.get(CONF_ACCESS, Access.DELEGATE)),
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
        calendar.settings[CONF_MAILBOX],
        owner=input_context.person_id,
        public_only=is_public_only(input_context.entry, KEY, calendar.settings),
    )


async def async_check(form: CalendarForm) -> ValidationResult:
    """Check a person's mailbox, with the office's login or their own, and try it."""
    values = form.values
    mailbox = text(values, CONF_MAILBOX)
    login: Mapping[str, Any] | None
    if values.get(CONF_ACCOUNT):
        shown: tuple[str, ...] = (CONF_MAILBOX,)
        login = account_of(form.entry, KEY)
        if login is None:
            return ValidationResult(problems={"base": "calendar_account_missing"})
        problems: dict[str, str] = {}
        settings: dict[str, Any] = {CONF_ACCOUNT: True}
    else:
        shown = (*LOGIN, CONF_MAILBOX)
        login, problems = await async_login(form, endpoint, USUAL_AUTH)
        url = login.get(CONF_URL, "")
        problems = problems or server_problem(form, KEY, url, path=PATH)
        settings = login | mark(form, KEY, url)
        if not mailbox and "@" in login[CONF_USERNAME]:
            mailbox = login[CONF_USERNAME]
    settings[CONF_MAILBOX] = mailbox
    problems |= _mailbox_problem(mailbox)
    if not problems and is_followed(form, KEY, mailbox=mailbox):
        problems = {CONF_MAILBOX: "calendar_twice"}
    if not problems:
        source = _source(
            form.hass,
            login,
            mailbox,
            owner=form.person_id,
            public_only=is_public_only(form.entry, KEY, settings),
            anew=True,
        )
        masked = masks_errors(form, KEY, login[CONF_URL])
        problems = await async_tried(source, shown, masked=masked)
    return ValidationResult(settings=settings, name=NAME, problems=problems)


async def async_check_account(form: CalendarForm) -> ValidationResult:
    """Check the office's login, and try it with somebody's mailbox."""
    mailbox = text(form.values, CONF_MAILBOX)
    login, problems = await async_login(form, endpoint, USUAL_AUTH)
    login |= {CONF_ACCESS: form.values[CONF_ACCESS], CONF_MAILBOX: mailbox}
    problems |= _mailbox_problem(mailbox)
    if not problems:
        source = _source(form.hass, login, mailbox, anew=True)
        problems = await async_tried(source, (*LOGIN, CONF_MAILBOX))
    return ValidationResult(settings=login, name=NAME, problems=problems)


def _mailbox_problem(mailbox: str) -> dict[str, str]:
    if problem := mail_address_problem(mailbox):
        return {CONF_MAILBOX: problem}
    return {CONF_MAILBOX: "exchange_online"} if is_online(mailbox) else {}


TYPE: Final = CalendarType(
    key=KEY,
    build=_build,
    check=async_check,
    depends_on=depends_on,
    describe=describe,
    deadline=PATIENT,
)
