"""Actions on a person's calendars."""

from typing import Final

from homeassistant.const import (
    CONF_ENTITY_ID,
    CONF_NAME,
    CONF_PASSWORD,
    CONF_URL,
    CONF_USERNAME,
)
from homeassistant.core import ServiceCall, ServiceResponse, SupportsResponse
from homeassistant.exceptions import ServiceValidationError
from homeassistant.helpers import config_validation as cv
import voluptuous as vol

from ..calendars import exchange, home_assistant, notes
from ..calendars.logins import (
    CONF_ACCOUNT,
    CONF_AUTH,
    CONF_MAIL_FILE,
    CONF_MAILBOX,
    LOGIN,
)
from ..calendars.notes import CONF_ADDRESS, CONF_RESPONSES
from ..const import (
    CONF_CA,
    CONF_CATEGORIES_ONLY,
    CONF_DEFAULT_PROFILE,
    CONF_INVITATIONS,
    CONF_KIND,
    DOMAIN,
)
from ..groupware.domino.login import Auth as NotesAuth
from ..groupware.exchange.login import Auth as ExchangeAuth
from ..own_calendars import async_connect, async_disconnect
from ..own_profiles import subentry_named
from ..presence.appointments import Invitations
from ..presence.policy import Act
from .action import Action, Meant

ATTR_CALENDAR: Final = "calendar"

FIELDS: Final = {
    home_assistant.KEY: (CONF_ENTITY_ID, CONF_ADDRESS),
    exchange.KEY: (*LOGIN, CONF_ACCOUNT, CONF_MAILBOX),
    notes.KEY: (*LOGIN, CONF_ACCOUNT, CONF_MAIL_FILE, CONF_ADDRESS, CONF_RESPONSES),
}
"""Which fields a kind of calendar has."""
OF_A_KIND: Final = (
    ATTR_CALENDAR,
    *LOGIN,
    CONF_ACCOUNT,
    CONF_MAILBOX,
    CONF_MAIL_FILE,
    CONF_ADDRESS,
    CONF_RESPONSES,
)
AUTHS: Final = {
    exchange.KEY: frozenset(ExchangeAuth),
    notes.KEY: frozenset(NotesAuth),
}


async def _connect_calendar(call: ServiceCall, people: list[Meant]) -> ServiceResponse:
    """Connect a calendar to one person, or change one."""
    coordinator, person_id = _one(people)
    kind = call.data[CONF_KIND]
    said = {
        CONF_ENTITY_ID if field == ATTR_CALENDAR else field: call.data[field]
        for field in OF_A_KIND
        if field in call.data
    }
    if said.keys() - set(FIELDS[kind]):
        raise _refused("fields_unfit")
    if kind in AUTHS and said.get(CONF_AUTH) not in AUTHS[kind] | {None}:
        raise _refused("auth_unknown")
    rules = {
        field: call.data[field]
        for field in (CONF_CATEGORIES_ONLY, CONF_INVITATIONS)
        if field in call.data
    }
    if (profile := call.data.get(CONF_DEFAULT_PROFILE)) is not None:
        named = subentry_named(coordinator, person_id, profile)
        rules[CONF_DEFAULT_PROFILE] = named.subentry_id
    made = await async_connect(
        coordinator,
        person_id,
        kind,
        said,
        rules,
        call.context,
        name=call.data.get(CONF_NAME),
    )
    return {"calendar_id": made}


async def _disconnect_calendar(call: ServiceCall, people: list[Meant]) -> None:
    """Forget one calendar of one person."""
    coordinator, person_id = _one(people)
    await async_disconnect(coordinator, person_id, call.data[CONF_NAME])


def _one(people: list[Meant]) -> Meant:
    if len(people) > 1:
        raise _refused("one_person_at_a_time")
    return people[0]


def _refused(problem: str) -> ServiceValidationError:
    return ServiceValidationError(
        translation_domain=DOMAIN, translation_key=f"connect_{problem}"
    )


ACTIONS: Final = (
    Action(
        name="connect_calendar",
        act=Act.CONNECT_CALENDARS,
        run=_connect_calendar,
        fields={
            vol.Required(CONF_KIND): vol.In(list(FIELDS)),
            vol.Optional(CONF_NAME): cv.string,
            vol.Optional(ATTR_CALENDAR): cv.entity_id,
            vol.Optional(CONF_URL): cv.string,
            vol.Optional(CONF_USERNAME): cv.string,
            vol.Optional(CONF_PASSWORD): cv.string,
            vol.Optional(CONF_AUTH): cv.string,
            vol.Optional(CONF_CA): cv.string,
            vol.Optional(CONF_ACCOUNT): cv.boolean,
            vol.Optional(CONF_MAILBOX): cv.string,
            vol.Optional(CONF_MAIL_FILE): cv.string,
            vol.Optional(CONF_ADDRESS): cv.string,
            vol.Optional(CONF_RESPONSES): cv.boolean,
            vol.Optional(CONF_DEFAULT_PROFILE): cv.string,
            vol.Optional(CONF_CATEGORIES_ONLY): cv.boolean,
            vol.Optional(CONF_INVITATIONS): vol.In([i.value for i in Invitations]),
        },
        response=SupportsResponse.OPTIONAL,
    ),
    Action(
        name="disconnect_calendar",
        act=Act.CONNECT_CALENDARS,
        run=_disconnect_calendar,
        fields={vol.Required(CONF_NAME): cv.string},
    ),
)
