"""The office's orders and permissions, for the administrators' pages."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from homeassistant.const import CONF_NAME
from homeassistant.core import callback
from homeassistant.exceptions import ServiceValidationError
import voluptuous as vol

from ..const import CONF_ORDER, CONF_OWNER, CONF_PROFILE_ORDER, DOMAIN
from ..coordinator import OfficeCoordinator
from ..presence.permission.policy import LIMITED, TABLE, Permission, Role
from ..presence.redirect.numbers import NumberKind
from ..settings.office_options import (
    DEFAULTS,
    OFFICE_OPTIONS,
    options_after,
    options_problems,
)
from ..settings.permissions import (
    PERMISSION_OPTIONS,
    permissions_answered,
    permissions_schema,
)
from ..settings.revocation import drop_before_saving, grants_of

SHOWN: Final = (
    Role.OWNER,
    Role.ACTING_DELEGATE,
    Role.READING_DELEGATE,
    Role.AUTOMATION,
    Role.SATELLITE,
)
"""The columns of the matrix of permissions."""
ORDERS: Final = (CONF_ORDER, CONF_PROFILE_ORDER)


async def async_set_order(
    coordinator: OfficeCoordinator, key: str, order: Sequence[str], seen: Sequence[str]
) -> None:
    """Store an order; ``seen`` is the one that the author had before them.

    Raises:
        ServiceValidationError: it is incomplete, or somebody else changed it since.
    """
    if list(seen) != order_now(coordinator, key):
        raise ServiceValidationError(
            translation_domain=DOMAIN, translation_key="order_changed"
        )
    if sorted(order) != sorted(seen):
        raise ServiceValidationError(
            translation_domain=DOMAIN, translation_key="order_incomplete"
        )
    options = dict(coordinator.entry.options)
    if key == CONF_ORDER:
        said = {**DEFAULTS, **options, CONF_ORDER: list(order)}
        if options_problems(said):
            raise ServiceValidationError(
                translation_domain=DOMAIN, translation_key="order_default_last"
            )
        options = options_after(options, said)
    else:
        options[CONF_PROFILE_ORDER] = list(order)
    coordinator.hass.config_entries.async_update_entry(
        coordinator.entry, options=options
    )
    await coordinator.async_settings_applied()


@callback
def order_now(coordinator: OfficeCoordinator, key: str) -> list[str]:
    """Return the present order: sources by key, or the office's profiles by id."""
    if key == CONF_ORDER:
        return [source.value for source in coordinator.office.order]
    return [
        profile.id
        for profile in coordinator.office.profiles.values()
        if profile.owner is None
    ]


@callback
def own_profiles(coordinator: OfficeCoordinator) -> list[Mapping[str, Any]]:
    """Return the names of people's own profiles, each with its owner's."""
    people = coordinator.office.people
    return [
        {CONF_NAME: one.name, CONF_OWNER: people[one.owner].name}
        for one in coordinator.office.profiles.values()
        if one.owner is not None and one.owner in people
    ]


# The office's rules


class RulesInvalid(ServiceValidationError):
    """Rules of an office would not be valid; nothing was stored.

    ``problems``: by field, in the words of the settings page's errors.
    """

    def __init__(self, problems: Mapping[str, str]) -> None:
        """Take the problems by field."""
        super().__init__(translation_domain=DOMAIN, translation_key="own_malformed")
        self.problems = problems


@callback
def rules_now(coordinator: OfficeCoordinator) -> dict[str, Any]:
    """Return the office's rules as the page's answers."""
    options = coordinator.entry.options
    return {
        one.key: options.get(one.key, one.default)
        for one in OFFICE_OPTIONS
        if one.key != CONF_ORDER
    }


async def async_set_rules(
    coordinator: OfficeCoordinator, answers: Mapping[str, Any], seen: Mapping[str, Any]
) -> None:
    """Store rules; ``seen`` are those that the author had before them.

    Raises:
        ServiceValidationError: they are not valid, or somebody else changed them since.
    """
    entry = coordinator.entry
    now = rules_now(coordinator)
    if {key: seen.get(key) for key in now} != now:
        raise ServiceValidationError(
            translation_domain=DOMAIN, translation_key="rules_changed"
        )
    said = {**DEFAULTS, **entry.options, **answers}
    problems = dict.fromkeys(sorted(set(answers) - set(now)), "malformed")
    valid: dict[str, Any] = {}
    for one in OFFICE_OPTIONS:
        if said.get(one.key) is None:
            continue
        try:
            valid[one.key] = vol.Schema(one.selector)(said[one.key])
        except vol.Invalid:
            problems[one.key] = "malformed"
    problems |= {} if problems else options_problems(valid)
    if problems:
        raise RulesInvalid(problems)
    options = options_after(entry.options, valid)
    coordinator.hass.config_entries.async_update_entry(entry, options=options)
    await coordinator.async_settings_applied()


# What ordinary users, automations and voice satellites may do


async def async_set_permissions(
    coordinator: OfficeCoordinator, answers: Mapping[str, Any], seen: Mapping[str, Any]
) -> None:
    """Store permissions; ``seen`` are those that the author had before them.

    Raises:
        ServiceValidationError: they are not valid, or somebody else changed them since.
    """
    entry = coordinator.entry
    now = permissions_answered(entry.options)
    if {key: seen.get(key) for key in now} != now:
        raise ServiceValidationError(
            translation_domain=DOMAIN, translation_key="permissions_changed"
        )
    try:
        said = permissions_schema()({**now, **answers})
    except vol.Invalid as error:
        raise ServiceValidationError(
            translation_domain=DOMAIN, translation_key="own_malformed"
        ) from error
    after = {**entry.options, **{key: said[key] for key in PERMISSION_OPTIONS}}
    drop_before_saving(coordinator.hass, entry, grants_of(entry, after))
    coordinator.hass.config_entries.async_update_entry(entry, options=after)
    await coordinator.async_settings_applied()


@callback
def permission_matrix(coordinator: OfficeCoordinator) -> dict[str, Any]:
    """Return who may do what, and what of it an administrator decides.

    ``rules``: by permission and role, as the table of permissions has it; whether it
    holds follows from the answers.
    """
    return {
        "answers": permissions_answered(coordinator.entry.options),
        "permissions": {
            one.value: {role.value: TABLE[role, one].value for role in SHOWN}
            for one in Permission
            if one in LIMITED
        },
        "destinations": [kind.value for kind in NumberKind],
    }
