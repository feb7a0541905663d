"""What calendars of an own address have in common: CalDAV and ICS."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlsplit

from homeassistant.config_entries import ConfigEntry
from homeassistant.const import CONF_PASSWORD, CONF_URL, CONF_USERNAME
from homeassistant.core import HomeAssistant

from ....const import CONF_ANY_SERVER, CONF_CA
from ....engine.network import executor, http_client
from ....engine.requirements import Feature
from ....groupware.dav.login import Login, address
from ....groupware.source import CalendarSource, NotAllowed
from ..settings import CalendarSettings
from .fields import CONF_ADDRESS
from .kind import CalendarForm, CalendarType, ValidationResult
from .logins import (
    CONF_COLLECTION,
    LOGIN,
    PATIENT,
    Unreadable,
    async_login,
    async_tried,
    describe,
    is_followed,
    mail_address_problem,
    text,
)
from .servers import (
    CONF_BY_USER,
    depends_on,
    is_public_only,
    is_refused,
    mark,
    masks_errors,
    server_problem,
)

if TYPE_CHECKING:
    from ....engine.input import InputContext

LONGEST_NAME: Final = 200


@dataclass(frozen=True, kw_only=True, slots=True)
class _Parts:
    """What a source is made of."""

    hass: HomeAssistant
    entry: ConfigEntry[Any]
    settings: Mapping[str, Any]
    owner: str | None
    anew: bool = False


type Make = Callable[[Login, Mapping[str, Any], dict[str, Any]], CalendarSource]
"""Makes a source of a login, the settings, and what every such source takes."""


def calendar_type(key: str, name: str, make: Make) -> CalendarType:
    """Return the type of calendars of an address, by what makes their sources."""

    def source(parts: _Parts) -> CalendarSource:
        settings = parts.settings
        public_only = is_public_only(parts.entry, key, settings)
        login = Login(
            settings[CONF_URL],
            settings.get(CONF_USERNAME, ""),
            settings.get(CONF_PASSWORD, ""),
            settings.get(CONF_CA, ""),
            public_only=public_only,
            same_server=bool(settings.get(CONF_BY_USER))
            and not parts.entry.options.get(CONF_ANY_SERVER),
        )
        own = settings.get(CONF_ADDRESS) or login.username
        return make(
            login,
            settings,
            {
                "http": http_client(parts.hass, public_only=public_only),
                "time_zone": parts.hass.config.time_zone,
                "execute": executor(parts.hass, Feature.ICALENDAR, parts.owner or ""),
                "addresses": (own,) if "@" in own else (),
                "anew": parts.anew,
            },
        )

    def build(
        input_context: InputContext, calendar: CalendarSettings
    ) -> CalendarSource:
        if is_refused(input_context.entry, key, calendar.settings):
            return Unreadable(NotAllowed("server_not_offered"))
        return source(
            _Parts(
                hass=input_context.hass,
                entry=input_context.entry,
                settings=calendar.settings,
                owner=input_context.person_id,
            )
        )

    async def async_check(form: CalendarForm) -> ValidationResult:
        values = form.values
        login, problems = await async_login(form, address, optional=True)
        url = login.get(CONF_URL, "")
        problems = problems or server_problem(form, key, url)
        settings: dict[str, Any] = login | mark(form, key, url)
        for field in (CONF_ADDRESS, CONF_COLLECTION):
            if told := text(values, field):
                settings[field] = told
        if (own := settings.get(CONF_ADDRESS)) and (
            problem := mail_address_problem(own)
        ):
            problems[CONF_ADDRESS] = problem
        collection = settings.get(CONF_COLLECTION, "")
        names: tuple[str, ...] = ()
        if len(collection) > LONGEST_NAME or not collection.isprintable():
            problems[CONF_COLLECTION] = "malformed"
        if not problems and is_followed(form, key, url=url, collection=collection):
            problems = {CONF_URL: "calendar_twice"}
        if not problems:
            tried = source(
                _Parts(
                    hass=form.hass,
                    entry=form.entry,
                    settings=settings,
                    owner=form.person_id,
                    anew=True,
                )
            )
            shown = (*LOGIN, CONF_COLLECTION)
            masked = masks_errors(form, key, url)
            problems = await async_tried(tried, shown, masked=masked)
            names = getattr(tried, "names", ())
        return ValidationResult(
            settings=settings,
            name=collection or urlsplit(url).hostname or name,
            problems=problems,
            placeholders={"calendars": ", ".join(names) or "–"},
        )

    return CalendarType(
        key=key,
        build=build,
        check=async_check,
        depends_on=depends_on,
        describe=describe,
        deadline=PATIENT,
    )
