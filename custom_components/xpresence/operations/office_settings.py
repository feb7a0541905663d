"""The office's order of profiles and of sources, for the administrators' pages."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from homeassistant.const import CONF_NAME
from homeassistant.core import callback
from homeassistant.exceptions import ServiceValidationError

from ..const import CONF_ORDER, CONF_OWNER, CONF_PROFILE_ORDER, DOMAIN
from ..coordinator import OfficeCoordinator
from ..settings.office_options import DEFAULTS, options_after, options_problems

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
