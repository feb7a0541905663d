"""Actions on a person's calendars.

They take no password: Home Assistant tells what an action is called with to everybody
who listens, and the recorder keeps it.
"""

from collections.abc import Mapping
from typing import Any, Final, Never

from homeassistant.const import (
    CONF_ENTITY_ID,
    CONF_NAME,
    CONF_PASSWORD,
    CONF_URL,
    CONF_USERNAME,
)
from homeassistant.core import Context, ServiceCall, ServiceResponse, SupportsResponse
from homeassistant.exceptions import ServiceValidationError
from homeassistant.helpers import config_validation as cv
from homeassistant.helpers.typing import VolDictType
import voluptuous as vol

from ..const import (
    CONF_CA,
    CONF_CATEGORIES_ONLY,
    CONF_DEFAULT_PROFILE,
    CONF_INVITATIONS,
    CONF_KIND,
)
from ..groupware.domino.login import Auth as NotesAuth
from ..groupware.exchange.login import Auth as ExchangeAuth
from ..inputs.calendars.kinds.fields import (
    CALDAV,
    CONF_ADDRESS,
    CONF_PRIVATE,
    CONF_RESPONSES,
    EXCHANGE,
    HOME_ASSISTANT,
    ICS,
    NOTES,
    OUTLOOK,
)
from ..inputs.calendars.kinds.logins import (
    CONF_ACCOUNT,
    CONF_AUTH,
    CONF_COLLECTION,
    CONF_MAIL_FILE,
    CONF_MAILBOX,
    LOGIN,
)
from ..operations.calendars import CalendarRefused, async_connect, async_disconnect
from ..operations.profiles import subentry_named
from ..presence.calendar.appointments import Invitations
from ..presence.permission.policy import Permission
from .service import Action, PersonTarget

ATTR_CALENDAR: Final = "calendar"

BY_ADDRESS: Final = (CONF_URL, CONF_USERNAME, CONF_PASSWORD, CONF_CA, CONF_ADDRESS)
FIELDS: Final = {
    HOME_ASSISTANT: (CONF_ENTITY_ID, CONF_ADDRESS, CONF_PRIVATE),
    EXCHANGE: (*LOGIN, CONF_ACCOUNT, CONF_MAILBOX),
    NOTES: (*LOGIN, CONF_ACCOUNT, CONF_MAIL_FILE, CONF_ADDRESS, CONF_RESPONSES),
    OUTLOOK: (),
    CALDAV: (*BY_ADDRESS, CONF_COLLECTION),
    ICS: BY_ADDRESS,
}
"""Kind of calendar → the fields of the action that it takes."""
OF_A_KIND: Final = (
    ATTR_CALENDAR,
    *LOGIN,
    CONF_ACCOUNT,
    CONF_MAILBOX,
    CONF_MAIL_FILE,
    CONF_COLLECTION,
    CONF_ADDRESS,
    CONF_PRIVATE,
    CONF_RESPONSES,
)
AUTHS: Final = {
    EXCHANGE: frozenset(ExchangeAuth),
    NOTES: frozenset(NotesAuth),
}


CONNECT: Final[VolDictType] = {
    vol.Required(CONF_KIND): vol.In(list(FIELDS)),
    vol.Optional(CONF_NAME): cv.string,
    vol.Optional(ATTR_CALENDAR): cv.entity_id,
    vol.Optional(CONF_URL): cv.string,
    vol.Optional(CONF_USERNAME): cv.string,
    vol.Optional(CONF_AUTH): cv.string,
    vol.Optional(CONF_CA): cv.string,
    vol.Optional(CONF_ACCOUNT): cv.boolean,
    vol.Optional(CONF_MAILBOX): cv.string,
    vol.Optional(CONF_MAIL_FILE): cv.string,
    vol.Optional(CONF_COLLECTION): cv.string,
    vol.Optional(CONF_ADDRESS): cv.string,
    vol.Optional(CONF_PRIVATE): cv.boolean,
    vol.Optional(CONF_RESPONSES): cv.boolean,
    vol.Optional(CONF_DEFAULT_PROFILE): cv.string,
    vol.Optional(CONF_CATEGORIES_ONLY): cv.boolean,
    vol.Optional(CONF_INVITATIONS): vol.In([i.value for i in Invitations]),
}
NAMED: Final[VolDictType] = {vol.Required(CONF_NAME): cv.string}


async def connect(
    target_person: PersonTarget, data: Mapping[str, Any], context: Context | None
) -> str:
    """Connect a calendar from the fields of an action or command; return its id.

    Raises:
        CalendarRefused: as :func:`async_connect`, by the fields of the door.
    """
    coordinator, person_id = target_person
    kind = data[CONF_KIND]
    settings = {
        CONF_ENTITY_ID if field == ATTR_CALENDAR else field: data[field]
        for field in OF_A_KIND
        if field in data
    }
    if settings.keys() - set(FIELDS[kind]):
        raise CalendarRefused({"base": "fields_unfit"})
    if kind in AUTHS and settings.get(CONF_AUTH) not in AUTHS[kind] | {None}:
        raise CalendarRefused({CONF_AUTH: "auth_unknown"})
    rules = {
        field: data[field]
        for field in (CONF_CATEGORIES_ONLY, CONF_INVITATIONS)
        if field in data
    }
    if (profile := data.get(CONF_DEFAULT_PROFILE)) is not None:
        try:
            named = subentry_named(coordinator, person_id, profile)
        except ServiceValidationError as error:
            raise CalendarRefused({CONF_DEFAULT_PROFILE: "profile_missing"}) from error
        rules[CONF_DEFAULT_PROFILE] = named.subentry_id
    return await async_connect(
        coordinator,
        person_id,
        kind,
        settings,
        rules,
        context,
        name=data.get(CONF_NAME),
    )


async def _connect_calendar(
    call: ServiceCall, people: list[PersonTarget]
) -> ServiceResponse:
    """Connect a calendar to one person, or change one."""
    try:
        return {"calendar_id": await connect(_one(people), call.data, call.context)}
    except CalendarRefused as error:
        if CONF_PASSWORD in error.problems:
            _refuse_password(None)
        raise


async def _disconnect_calendar(call: ServiceCall, people: list[PersonTarget]) -> None:
    """Disconnect one calendar of one person."""
    coordinator, person_id = _one(people)
    await async_disconnect(coordinator, person_id, call.data[CONF_NAME])


def _refuse_password(_password: object) -> Never:
    """Refuse a password, with a message that says where to enter it.

    As a part of the schema it is asked before Home Assistant tells of the call.
    """
    raise CalendarRefused({CONF_PASSWORD: "password_elsewhere"})


def _one(people: list[PersonTarget]) -> PersonTarget:
    if len(people) > 1:
        raise CalendarRefused({"base": "one_person_at_a_time"})
    return people[0]


ACTIONS: Final = (
    Action(
        name="connect_calendar",
        permission=Permission.CONNECT_CALENDARS,
        run=_connect_calendar,
        fields={**CONNECT, vol.Optional(CONF_PASSWORD): _refuse_password},
        response=SupportsResponse.OPTIONAL,
    ),
    Action(
        name="disconnect_calendar",
        permission=Permission.CONNECT_CALENDARS,
        run=_disconnect_calendar,
        fields=NAMED,
    ),
)
