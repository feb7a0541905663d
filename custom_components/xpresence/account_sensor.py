"""The sensor of a person's sign-in at Microsoft, for who has an account."""

from collections.abc import Mapping
from typing import Any, Final, override

from homeassistant.components.sensor import (
    DOMAIN as SENSOR,
    SensorDeviceClass,
    SensorEntity,
    SensorEntityDescription,
)
from homeassistant.const import EntityCategory
from homeassistant.core import callback
from homeassistant.helpers import entity_registry as er
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback

from .const import DOMAIN
from .coordinator import OfficeCoordinator
from .entity import PersonEntity
from .microsoft import MicrosoftLink, link_of

SIGNED_IN: Final = "signed_in"
WAITING: Final = "waiting"
NEEDED: Final = "sign_in_needed"
SIGN_IN: Final = SensorEntityDescription(
    key="microsoft_sign_in",
    translation_key="microsoft_sign_in",
    device_class=SensorDeviceClass.ENUM,
    entity_category=EntityCategory.DIAGNOSTIC,
    options=[SIGNED_IN, WAITING, NEEDED],
)


@callback
def add_sign_in(
    coordinator: OfficeCoordinator,
    person_id: str,
    async_add_entities: AddConfigEntryEntitiesCallback,
) -> None:
    """Add a person's sensor as soon as they have an account, and drop it with it."""
    hass, entry = coordinator.hass, coordinator.entry
    unique_id = f"{person_id}_{SIGN_IN.key}"
    shown: MicrosoftLink | None = None

    @callback
    def look() -> None:
        nonlocal shown
        before, shown = shown, link_of(hass, entry, person_id)
        if shown is before and shown is not None:
            return
        if shown is None or before is not None:
            registry = er.async_get(hass)
            if known := registry.async_get_entity_id(SENSOR, DOMAIN, unique_id):
                registry.async_remove(known)
        if shown is not None:
            async_add_entities(
                [SignInSensor(coordinator, person_id, shown)],
                config_subentry_id=person_id,
            )

    coordinator.async_listen(person_id, look)
    look()


class SignInSensor(PersonEntity, SensorEntity):
    """Whether a person's sign-in works; unknown until something was asked with it."""

    _unrecorded_attributes = frozenset({"reason"})

    def __init__(
        self, coordinator: OfficeCoordinator, person_id: str, link: MicrosoftLink
    ) -> None:
        """Follow an account."""
        super().__init__(coordinator, person_id, SIGN_IN)
        self._link = link

    @property
    @override
    def native_value(self) -> str | None:
        """Return how it stands."""
        if self._link.waiting:
            return WAITING
        match self._link.signed_in:
            case None:
                return None
            case works:
                return SIGNED_IN if works else NEEDED

    @property
    @override
    def extra_state_attributes(self) -> Mapping[str, Any]:
        """Return why only the person can renew it, if that is so."""
        return {"reason": self._link.problem}

    @override
    async def async_added_to_hass(self) -> None:
        """Follow the person and the account."""
        await super().async_added_to_hass()
        self.async_on_remove(self._link.listen(self._on_change))
