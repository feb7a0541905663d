"""A person's own login at the phone system, entered or signed in by themself.

What may be entered stands in the registry (:attr:`PhoneSystemType.own_fields`). A login is
tried before it is stored; one that is refused leaves the one before in place.
"""

from collections.abc import Mapping
from typing import Any, Final

from homeassistant.core import callback
from homeassistant.exceptions import ServiceValidationError
from homeassistant.helpers.translation import async_get_translations
from homeassistant.util.hass_dict import HassKey
from homeassistant.util.ulid import ulid_now

from ..const import CONF_DRIVER, CONF_PHONE, DOMAIN
from ..coordinator import OfficeCoordinator
from ..telephony.description import SIGN_IN, PhoneSystemType
from ..telephony.driver import PhoneSystemError
from ..telephony.fields import LONGEST_TEXT, secrets, text_problem
from ..telephony.registry import described

TRYING: HassKey[set[str]] = HassKey("xpresence_phone_logins_tried")
"""The people whose login is being tried now."""
FORM_KEYS: Final = {"auth_failed": "invalid_auth", "unreachable": "cannot_connect"}
"""Errors that have Home Assistant's usual words in a form."""


class PhoneLoginRefused(ServiceValidationError):
    """A login cannot be as it was said; nothing was changed.

    ``problems``: what is wrong in words, by field; ``base`` is none of the fields.
    """

    def __init__(self, problems: Mapping[str, str]) -> None:
        """Speak of the first problem."""
        self.problems = dict(problems)
        super().__init__(next(iter(self.problems.values())))


@callback
def has_login(coordinator: OfficeCoordinator) -> bool:
    """Return whether people have logins of their own at this phone system."""
    row = row_of(coordinator)
    return bool(row.own_fields) or signs_in(coordinator)


@callback
def signs_in(coordinator: OfficeCoordinator) -> bool:
    """Return whether people can sign in in a browser."""
    oauth = row_of(coordinator).oauth
    return oauth is not None and oauth.is_set_up(coordinator.entry.data)


def row_of(coordinator: OfficeCoordinator) -> PhoneSystemType:
    """Return the registry's row of a phone system."""
    return described(coordinator.entry.data[CONF_DRIVER])


async def async_login_view(
    coordinator: OfficeCoordinator, person_id: str, language: str
) -> dict[str, Any]:
    """Return what a card shows: the questions with their words, and no secret."""
    row, stored = row_of(coordinator), _stored(coordinator, person_id)
    hidden = secrets(row.own_fields)
    hass, step = coordinator.hass, f"config_subentries.person.step.phone_{row.key}"
    texts = await async_get_translations(hass, language, "config_subentries", [DOMAIN])

    def words(kind: str, key: str) -> str:
        return texts.get(f"component.{DOMAIN}.{step}.{kind}.{key}", "")

    return {
        "system": row.name,
        "fields": [
            {
                "key": one.key,
                "secret": one.key in hidden,
                "label": words("data", one.key) or one.key,
                "help": words("data_description", one.key),
                "value": "" if one.key in hidden else stored.get(one.key, ""),
            }
            for one in row.own_fields
        ],
        "signs_in": signs_in(coordinator),
        "entered": any(stored.get(key) for key in hidden),
        "signed_in": bool(stored.get(SIGN_IN)),
    }


async def async_set_login(
    coordinator: OfficeCoordinator,
    person_id: str,
    said: Mapping[str, Any],
    language: str | None = None,
) -> None:
    """Keep what a person entered, once the phone system took it.

    All of a login is said anew: who could change the name of one without its secret
    would act as somebody else.

    Raises:
        PhoneLoginRefused: nothing was changed.
    """
    row = row_of(coordinator)
    own = {one.key for one in row.own_fields}
    entered = {
        key: value.strip()
        for key, value in said.items()
        if isinstance(value, str) and value.strip()
    }
    language = language or coordinator.hass.config.language
    hidden = secrets(row.own_fields)
    problems = {
        key: "control_character"
        for key, value in entered.items()
        if text_problem(value) or len(value) > LONGEST_TEXT
    }
    if not own or said.keys() - own:
        problems["base"] = "not_supported"
    elif not problems and not all(entered.get(key) for key in hidden):
        problems = {key: "password_missing" for key in hidden if not entered.get(key)}
    if problems:
        raise await refused(coordinator, problems, language)
    kept = _others(coordinator, person_id, own)
    await _async_try_and_store(coordinator, person_id, kept | entered, language)
    await coordinator.logins.save_of(person_id, None)


async def async_forget_login(coordinator: OfficeCoordinator, person_id: str) -> None:
    """Forget a person's own login, however it was made."""
    own = {one.key for one in row_of(coordinator).own_fields}
    await _async_store(coordinator, person_id, _others(coordinator, person_id, own))
    await coordinator.logins.save_of(person_id, None)


async def async_signed_in(
    coordinator: OfficeCoordinator,
    person_id: str,
    login: Mapping[str, Any],
    language: str,
) -> None:
    """Keep a sign-in in place of what was entered, once the phone system took it.

    Raises:
        PhoneLoginRefused: nothing was changed.
    """
    own = {one.key for one in row_of(coordinator).own_fields}
    before = await coordinator.logins.load_of(person_id)
    await coordinator.logins.save_of(person_id, login)
    settings = _others(coordinator, person_id, own) | {SIGN_IN: ulid_now()}
    try:
        await _async_try_and_store(coordinator, person_id, settings, language)
    except BaseException:
        await coordinator.logins.save_of(person_id, before)
        raise


def _stored(coordinator: OfficeCoordinator, person_id: str) -> dict[str, Any]:
    return dict(coordinator.settings(person_id).get(CONF_PHONE, {}))


def _others(
    coordinator: OfficeCoordinator, person_id: str, own: set[str]
) -> dict[str, Any]:
    """Return what is stored of a person beside their own login."""
    stored = _stored(coordinator, person_id)
    return {k: v for k, v in stored.items() if k not in own and k != SIGN_IN}


async def _async_try_and_store(
    coordinator: OfficeCoordinator,
    person_id: str,
    settings: dict[str, Any],
    language: str,
) -> None:
    trying = coordinator.hass.data.setdefault(TRYING, set())
    if person_id in trying:
        raise await refused(coordinator, {"base": "retry_later"}, language)
    trying.add(person_id)
    try:
        await _async_try(coordinator, person_id, settings, language)
        await _async_store(coordinator, person_id, settings)
    finally:
        trying.remove(person_id)


async def _async_try(
    coordinator: OfficeCoordinator,
    person_id: str,
    settings: dict[str, Any],
    language: str,
) -> None:
    """Read the person's line with a login.

    Raises:
        PhoneLoginRefused: it cannot be read with that; the login before is used again.
    """
    system = coordinator.system
    extension = coordinator.people[person_id].person.extension
    # Also one that is the same: whoever enters it again wants it to be tried again.
    system.configure(extension, {})
    system.configure(extension, settings)
    try:
        await system.read(extension)
    except BaseException as error:
        system.configure(extension, {})
        system.configure(extension, _stored(coordinator, person_id))
        if not isinstance(error, PhoneSystemError):
            raise
        raise await refused(
            coordinator, {"base": error.key}, language, error.placeholders
        ) from error


async def _async_store(
    coordinator: OfficeCoordinator, person_id: str, settings: dict[str, Any]
) -> None:
    coordinator.hass.config_entries.async_update_subentry(
        coordinator.entry,
        coordinator.entry.subentries[person_id],
        data={**coordinator.settings(person_id), CONF_PHONE: settings},
    )
    await coordinator.async_office_changed()


async def refused(
    coordinator: OfficeCoordinator,
    problems: Mapping[str, str],
    language: str,
    placeholders: Mapping[str, str] | None = None,
) -> PhoneLoginRefused:
    """Return the error for problems by field, in the words of the settings page."""
    texts = await async_get_translations(coordinator.hass, language, "config", [DOMAIN])
    blanks = {"permission": "", "licence": "", "rule": "", **(placeholders or {})}
    said = {}
    for field, key in problems.items():
        path = f"component.{DOMAIN}.config.error.{FORM_KEYS.get(key, key)}"
        said[field] = texts.get(path, key).format(**blanks)
    return PhoneLoginRefused(said)
