"""Sensors of a person: redirect, status, telephone, source, next change."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, override

from homeassistant.components.sensor import (
    DOMAIN as SENSOR,
    SensorDeviceClass,
    SensorEntity,
    SensorEntityDescription,
    SensorStateClass,
)
from homeassistant.const import EntityCategory, UnitOfTime
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers import entity_registry as er
from homeassistant.helpers.device_registry import DeviceInfo
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback

from .const import DOMAIN
from .coordinator import OfficeCoordinator, XPresenceConfigEntry
from .engine.person import PersonState
from .entity import PersonEntity
from .inputs.teams import teams_of_person
from .microsoft import MicrosoftLink, link_of
from .presence.line import CallState, Status
from .presence.model import Source
from .presence.redirect.status import RedirectStatus, SetBy
from .presence.teams.mapping import TeamsReading, shown_word

PARALLEL_UPDATES = 0

type Value = str | datetime | None


def _nothing(_state: PersonState) -> Mapping[str, Any] | None:
    return None


@dataclass(frozen=True, kw_only=True)
class PersonSensorDescription(SensorEntityDescription):
    """A sensor as a function of what is known of the person."""

    value_fn: Callable[[PersonState], Value]
    attributes_fn: Callable[[PersonState], Mapping[str, Any] | None] = _nothing


def _redirect(state: PersonState) -> Value:
    """Return the redirect's state; unknown is unknown, never off."""
    shown = state.redirect.status
    return None if shown is RedirectStatus.UNKNOWN else shown.value


def _redirect_attributes(state: PersonState) -> Mapping[str, Any]:
    """Return where calls go, and whose redirect it is where a profile set it."""
    attributes = dict(state.redirect.attributes)
    if attributes.get("set_by") == SetBy.PROFILE and state.redirect_profile:
        attributes["profile"] = state.redirect_profile
        if state.passed_over:
            attributes["passed_over"] = dict(state.passed_over)
    return attributes


def _telephone(state: PersonState) -> Value:
    return state.line.call.value if state.line and state.line.call else None


SENSORS = (
    PersonSensorDescription(
        key="redirect",
        translation_key="redirect",
        device_class=SensorDeviceClass.ENUM,
        options=[s.value for s in RedirectStatus if s is not RedirectStatus.UNKNOWN],
        value_fn=_redirect,
        attributes_fn=_redirect_attributes,
    ),
    PersonSensorDescription(
        key="status",
        translation_key="status",
        device_class=SensorDeviceClass.ENUM,
        options=[status.value for status in Status],
        value_fn=lambda state: state.decision.profile.status.value,
    ),
    PersonSensorDescription(
        key="telephone",
        translation_key="telephone",
        device_class=SensorDeviceClass.ENUM,
        options=[call.value for call in CallState],
        value_fn=_telephone,
    ),
    PersonSensorDescription(
        key="source",
        translation_key="source",
        device_class=SensorDeviceClass.ENUM,
        entity_category=EntityCategory.DIAGNOSTIC,
        options=[source.value for source in Source],
        value_fn=lambda state: state.decision.source.value,
        entity_registry_enabled_default=False,
    ),
)
NEXT_CHANGE: Final = SensorEntityDescription(
    key="next_change",
    translation_key="next_change",
    entity_registry_enabled_default=False,
    device_class=SensorDeviceClass.TIMESTAMP,
    entity_category=EntityCategory.DIAGNOSTIC,
)


def _teams(state: PersonState) -> TeamsReading | None:
    teams = teams_of_person(state.inputs)
    return teams.reading if teams else None


def _activity(state: PersonState) -> Value:
    reading = _teams(state)
    return shown_word(reading.shown.activity) if reading else None


def _about_activity(state: PersonState) -> Mapping[str, Any] | None:
    if (reading := _teams(state)) is None:
        return None
    return {
        "availability": shown_word(reading.shown.availability),
        "out_of_office": reading.out_of_office,
    }


TEAMS = PersonSensorDescription(
    key="teams",
    translation_key="teams",
    entity_category=EntityCategory.DIAGNOSTIC,
    value_fn=_activity,
    attributes_fn=_about_activity,
)
"""Presence in Teams, in Graph's words; no enum, as their list is open."""


async def async_setup_entry(
    hass: HomeAssistant,
    entry: XPresenceConfigEntry,
    async_add_entities: AddConfigEntryEntitiesCallback,
) -> None:
    """Add each person's sensors, now and when people are added later."""
    coordinator = entry.runtime_data
    async_add_entities([SwitchTimeSensor(coordinator)])

    @callback
    def add(person_id: str) -> None:
        async_add_entities(
            [
                *(PersonSensor(coordinator, person_id, one) for one in SENSORS),
                NextChangeSensor(coordinator, person_id, NEXT_CHANGE),
            ],
            config_subentry_id=person_id,
        )
        add_sign_in(coordinator, person_id, async_add_entities)

    await coordinator.async_for_each_person(add)
    shown: set[str] = set()

    @callback
    def follow_teams() -> None:
        """Add the sensor of who is read in Teams, and remove it of who no longer is."""
        for person_id, state in coordinator.people.items():
            there = teams_of_person(state.inputs) is not None
            if there and person_id not in shown:
                shown.add(person_id)
                async_add_entities(
                    [PersonSensor(coordinator, person_id, TEAMS)],
                    config_subentry_id=person_id,
                )
            elif not there:
                shown.discard(person_id)
                registry = er.async_get(hass)
                if entity_id := registry.async_get_entity_id(
                    SENSOR, DOMAIN, f"{person_id}_{TEAMS.key}"
                ):
                    registry.async_remove(entity_id)

    follow_teams()
    entry.async_on_unload(coordinator.async_listen(None, follow_teams))


class PersonSensor(PersonEntity, SensorEntity):
    """One reading of a person's presence."""

    entity_description: PersonSensorDescription
    _unrecorded_attributes = frozenset(
        {
            "last_failure",
            "last_failure_reason",
            "passed_over",
            "profile",
            "read_at",
            "reason",
            "set_by",
            "target",
            "targets",
        }
    )

    @property
    @override
    def native_value(self) -> Value:
        """Return the reading."""
        return self.entity_description.value_fn(self.state_of_person)

    @property
    @override
    def extra_state_attributes(self) -> Mapping[str, Any] | None:
        """Return what goes with the reading."""
        return self.entity_description.attributes_fn(self.state_of_person)


class NextChangeSensor(PersonEntity, SensorEntity):
    """When something changes that people see, as far as it is known."""

    entity_description: SensorEntityDescription

    @property
    @override
    def native_value(self) -> datetime | None:
        """Return the instant."""
        return self.state_of_person.next_change(self.coordinator.office)


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
        """Return the state of the sign-in."""
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
        """Return why only the person can renew the sign-in; empty if they need not."""
        return {"reason": self._link.problem}

    @override
    async def async_added_to_hass(self) -> None:
        """Follow the person and the account."""
        await super().async_added_to_hass()
        self.async_on_remove(self._link.listen(self._on_change))


class SwitchTimeSensor(SensorEntity):
    """Within how many milliseconds 95 % of the last redirects were set, of an office."""

    _attr_device_class = SensorDeviceClass.DURATION
    _attr_entity_category = EntityCategory.DIAGNOSTIC
    _attr_entity_registry_enabled_default = False
    _attr_has_entity_name = True
    _attr_native_unit_of_measurement = UnitOfTime.MILLISECONDS
    _attr_should_poll = False
    _attr_state_class = SensorStateClass.MEASUREMENT
    _attr_suggested_display_precision = 0
    _attr_translation_key = "switch_time"

    def __init__(self, coordinator: OfficeCoordinator) -> None:
        """Set the unique id and the phone system's device."""
        self.coordinator = coordinator
        entry_id = coordinator.entry.entry_id
        self._attr_unique_id = f"{entry_id}_switch_time"
        self._attr_device_info = DeviceInfo(identifiers={(DOMAIN, entry_id)})

    @property
    @override
    def native_value(self) -> float | None:
        """Return it; unknown before the first redirect."""
        p95: float | None = self.coordinator.people.statistics.summary()["p95_ms"]
        return p95

    @property
    @override
    def extra_state_attributes(self) -> Mapping[str, Any]:
        """Return the other times, and what had to be tried again."""
        switches = self.coordinator.people.statistics.summary()
        kept = ("p50_ms", "slowest_ms", "counted", "total", "retried")
        return {key: switches[key] for key in kept}

    @override
    async def async_added_to_hass(self) -> None:
        """Follow what is counted."""
        listeners = self.coordinator.people.statistics.listeners
        listeners.append(self.async_write_ha_state)
        self.async_on_remove(lambda: listeners.remove(self.async_write_ha_state))
