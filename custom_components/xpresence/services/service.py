"""The base of all actions: registration, targeted people, authorisation."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any, Final

from homeassistant.core import (
    HomeAssistant,
    ServiceCall,
    ServiceResponse,
    SupportsResponse,
    callback,
)
from homeassistant.exceptions import ServiceValidationError
from homeassistant.helpers import config_validation as cv, entity_registry as er
from homeassistant.helpers.target import (
    TargetSelection,
    async_extract_referenced_entity_ids,
)
from homeassistant.helpers.typing import VolDictType
import voluptuous as vol

from ..const import DOMAIN
from ..coordinator import OfficeCoordinator
from ..operations.authorization import async_authorize
from ..operations.rate_limit import async_take_turn, check_rate
from ..presence.permission.policy import Permission

type PersonTarget = tuple[OfficeCoordinator, str]
"""A phone system and one of its people."""
type Run = Callable[[ServiceCall, list[PersonTarget]], Awaitable[ServiceResponse]]


def _refusing(validate: Any) -> Callable[[Any], Any]:
    """Return a validator that refuses what Home Assistant's own stumbles over."""
    schema = vol.Schema(validate)

    def validated(said: Any) -> Any:
        try:
            return schema(said)
        except (AttributeError, TypeError) as error:
            raise vol.Invalid("expected ids") from error

    return validated


PEOPLE: Final[VolDictType] = {
    key: _refusing(validate) for key, validate in cv.ENTITY_SERVICE_FIELDS.items()
}
"""The fields that name people: entities, devices, areas, labels."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Action:
    """One action on people; ``permission`` is what its caller must be allowed to do.

    ``None``: that depends on the fields, and :attr:`run` authorises itself.
    ``costly``: its calls are limited per user and time.
    """

    name: str
    permission: Permission | None
    run: Run
    fields: VolDictType
    response: SupportsResponse = SupportsResponse.NONE
    costly: bool = False

    @callback
    def register(self, hass: HomeAssistant) -> None:
        """Register the action with Home Assistant."""

        async def handle(call: ServiceCall) -> ServiceResponse:
            people = people_of(hass, call.data)
            # All of them before any of them is touched.
            if (needed := self.permission) is not None:
                for coordinator, person_id in people:
                    await async_authorize(coordinator, person_id, needed, call.context)
            if self.costly:
                check_rate(hass, call.context, len(people))
                await async_take_turn(hass)
            return await self.run(call, people)

        hass.services.async_register(
            DOMAIN,
            self.name,
            handle,
            vol.Schema({**PEOPLE, **self.fields}),
            supports_response=self.response,
        )


@callback
def people_of(hass: HomeAssistant, data: dict[str, Any]) -> list[PersonTarget]:
    """Return the people that a call's target refers to: by their entities or person.

    Raises:
        ServiceValidationError: nobody of xpresence is meant.
    """
    selected = async_extract_referenced_entity_ids(hass, TargetSelection(data))
    meant = selected.referenced | selected.indirectly_referenced
    registry = er.async_get(hass)
    people_ids = {
        entry.config_subentry_id
        for entity_id in meant
        if (entry := registry.async_get(entity_id)) and entry.platform == DOMAIN
    }
    people = [
        (coordinator, person_id)
        for coordinator in coordinators(hass)
        for person_id in coordinator.people
        if person_id in people_ids or coordinator.person_entity_id(person_id) in meant
    ]
    if not people:
        raise ServiceValidationError(
            translation_domain=DOMAIN, translation_key="no_person"
        )
    return people


@callback
def coordinators(hass: HomeAssistant) -> list[OfficeCoordinator]:
    """Return the coordinator of every phone system that is set up."""
    return [
        entry.runtime_data for entry in hass.config_entries.async_loaded_entries(DOMAIN)
    ]


@callback
def everybody(hass: HomeAssistant) -> list[PersonTarget]:
    """Return all people of all phone systems."""
    return [
        (coordinator, person_id)
        for coordinator in coordinators(hass)
        for person_id in coordinator.people
    ]
