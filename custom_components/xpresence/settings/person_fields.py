"""The settings on a person's first page: one row each.

How a setting is stored, asked for, cleaned, read into the model and told in diagnostics.
What a person's other pages ask for (PC, calendars, rules, Microsoft, sharing) is stored
under a key of its own, by the module of that page.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from homeassistant.config_entries import ConfigEntry
from homeassistant.const import CONF_ID, CONF_NAME
from homeassistant.helpers.selector import (
    EntitySelector,
    EntitySelectorConfig,
    SelectOptionDict,
    Selector,
    SelectSelector,
    SelectSelectorConfig,
    SelectSelectorMode,
    TextSelector,
    TextSelectorConfig,
)
from homeassistant.helpers.typing import VolDictType
import voluptuous as vol

from ..const import (
    CONF_CALENDAR_SHOWS,
    CONF_DEFAULT_PROFILE,
    CONF_DEVICES,
    CONF_ENABLED,
    CONF_EXTENSION,
    CONF_NUMBER,
    CONF_OWNER,
    CONF_PERSON,
    CONF_QUEUES,
    CONF_VOICEMAIL,
    SUBENTRY_PROFILE,
)
from ..presence.model import CalendarShows, Device, Person
from .selectors import words

type Stored = Mapping[str, Any]

DEVICE: Final = vol.Schema(
    {
        vol.Required(CONF_ID): str,
        vol.Required(CONF_NAME): str,
        vol.Required(CONF_NUMBER): str,
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonField:
    """One setting of a person.

    ``stored`` validates it as it is stored. ``selector`` makes the page's field for an
    office and a person's id (``None``: somebody new); ``asked`` says that the page may
    not be left without it. ``clean`` makes of an answer what is stored; without it the
    page does. ``attribute`` of the model is read from the stored data by ``read``.
    ``diagnose`` returns its part of the diagnostics: counts and whether it is set, never a
    value.
    """

    key: str
    stored: Any
    selector: Callable[[ConfigEntry[Any], str | None], Selector[Any]]
    required: bool = False
    asked: bool = False
    clean: Callable[[Any], Any] | None = None
    attribute: str | None = None
    read: Callable[[Stored], Any] = lambda data: None
    diagnose: Callable[[Person], Mapping[str, Any]] = lambda person: {}


def is_offered(profile: Stored, person_id: str | None) -> bool:
    """Return whether a person may be given a profile; ``None`` is somebody new."""
    owner = profile.get(CONF_OWNER)
    return profile.get(CONF_ENABLED, True) and owner in (None, person_id)


def profiles_offered(entry: ConfigEntry[Any], person_id: str | None) -> SelectSelector:
    """Return a choice between what a person may be given, by name."""
    return SelectSelector(
        SelectSelectorConfig(
            options=[
                SelectOptionDict(
                    value=subentry.subentry_id, label=subentry.data[CONF_NAME]
                )
                for subentry in entry.get_subentries_of_type(SUBENTRY_PROFILE)
                if is_offered(subentry.data, person_id)
            ],
            mode=SelectSelectorMode.DROPDOWN,
        )
    )


def _text(_entry: ConfigEntry[Any], _person_id: str | None) -> TextSelector:
    return TextSelector()


def _lines(_entry: ConfigEntry[Any], _person_id: str | None) -> TextSelector:
    return TextSelector(TextSelectorConfig(multiple=True))


def _home_assistant_person(
    _entry: ConfigEntry[Any], _person_id: str | None
) -> EntitySelector:
    return EntitySelector(EntitySelectorConfig(domain="person"))


def _stripped(answer: str | None) -> str:
    return (answer or "").strip()


def calendar_shows_from(data: Stored) -> CalendarShows:
    """Return what a person's calendar entity tells; a word of a newer version: nothing."""
    stored = data.get(CONF_CALENDAR_SHOWS) or CalendarShows.PROFILES.value
    if stored in list(CalendarShows):
        return CalendarShows(stored)
    return CalendarShows.NOTHING


PERSON_FIELDS: Final = (
    PersonField(
        key=CONF_NAME,
        stored=str,
        selector=_text,
        required=True,
        attribute="name",
        read=lambda data: data[CONF_NAME],
    ),
    PersonField(
        key=CONF_EXTENSION,
        stored=str,
        selector=_text,
        required=True,
        asked=True,
        clean=_stripped,
        attribute="extension",
        read=lambda data: data[CONF_EXTENSION],
        diagnose=lambda person: {"extension_digits": len(person.extension)},
    ),
    PersonField(
        key=CONF_DEFAULT_PROFILE,
        stored=str,
        selector=profiles_offered,
        required=True,
        asked=True,
        clean=str,
        attribute="default_profile",
        read=lambda data: data.get(CONF_DEFAULT_PROFILE, ""),
    ),
    PersonField(
        key=CONF_PERSON,
        stored=vol.Any(None, str),
        selector=_home_assistant_person,
        clean=lambda answer: answer,
    ),
    PersonField(
        key=CONF_VOICEMAIL,
        stored=vol.Any(None, str),
        selector=_text,
        clean=_stripped,
        attribute="voicemail",
        read=lambda data: data.get(CONF_VOICEMAIL) or "",
        diagnose=lambda person: {"has_own_mailbox": bool(person.voicemail)},
    ),
    PersonField(
        key=CONF_DEVICES,
        stored=[DEVICE],
        selector=_lines,
        attribute="devices",
        read=lambda data: tuple(
            Device(device[CONF_ID], device[CONF_NAME], device[CONF_NUMBER])
            for device in data.get(CONF_DEVICES, ())
        ),
        diagnose=lambda person: {"devices": len(person.devices)},
    ),
    PersonField(
        key=CONF_QUEUES,
        stored=[str],
        selector=_lines,
        clean=lambda answer: [queue.strip() for queue in answer or []],
        attribute="queues",
        read=lambda data: tuple(data.get(CONF_QUEUES, ())),
        diagnose=lambda person: {"queues": len(person.queues)},
    ),
    PersonField(
        key=CONF_CALENDAR_SHOWS,
        stored=vol.Coerce(CalendarShows),
        selector=lambda _entry, _person_id: words(CalendarShows, CONF_CALENDAR_SHOWS),
        clean=lambda answer: CalendarShows(answer or CalendarShows.PROFILES).value,
        attribute="calendar_shows",
        read=calendar_shows_from,
        diagnose=lambda person: {"calendar_shows": person.calendar_shows.value},
    ),
)
"""Every setting, in the order of the page."""


def stored_schema() -> VolDictType:
    """Return how the settings are stored, as a part of a schema."""
    return {
        (vol.Required if field.required else vol.Optional)(field.key): field.stored
        for field in PERSON_FIELDS
    }


def page_schema(
    entry: ConfigEntry[Any], person_id: str | None, more: VolDictType, *, after: str
) -> vol.Schema:
    """Return the page's fields; ``more`` are asked for after the one of this key."""
    schema: dict[Any, Any] = {}
    for field in PERSON_FIELDS:
        marker = vol.Required if field.asked else vol.Optional
        schema[marker(field.key)] = field.selector(entry, person_id)
        if field.key == after:
            schema |= more
    return vol.Schema(schema)


def cleaned(answers: Mapping[str, Any]) -> dict[str, Any]:
    """Return what is stored of a page's answers, as far as the rows can tell."""
    return {
        field.key: field.clean(answers.get(field.key))
        for field in PERSON_FIELDS
        if field.clean is not None
    }


def values_from(data: Stored) -> dict[str, Any]:
    """Return the attributes of the model, read from a person's stored data."""
    return {
        field.attribute: field.read(data)
        for field in PERSON_FIELDS
        if field.attribute is not None
    }


def diagnostics_of(person: Person) -> dict[str, Any]:
    """Return how a person is set up, without anything of theirs."""
    found: dict[str, Any] = {}
    for field in PERSON_FIELDS:
        found |= field.diagnose(person)
    return found
