"""The office's orders, rules, permissions and health, for administrators."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any, Final

from homeassistant.const import CONF_CLIENT_ID
from homeassistant.exceptions import ServiceValidationError
from homeassistant.helpers import config_validation as cv, issue_registry as ir
from homeassistant.util import dt as dt_util
import voluptuous as vol

from ..const import CONF_CONNECTED, CONF_MICROSOFT, DOMAIN
from ..coordinator import OfficeCoordinator
from ..inputs.calendars.kinds.logins import account_of
from ..microsoft.settings import registration_of
from ..operations.health import statistics
from ..operations.moments import instant
from ..operations.office_settings import (
    ORDERS,
    async_set_order,
    async_set_permissions,
    async_set_rules,
    order_now,
    permission_matrix,
    rules_now,
)
from ..operations.people_changes import people_in
from ..operations.timelines import timelines
from ..settings.office_options import OFFICE_OPTIONS
from ..settings.permissions import permissions_schema
from ..telephony.driver import Capability
from .people import office_command
from .views import steps_view

ACCOUNTS: Final = ("exchange", "notes")
"""Kinds of calendars for which an office may have a login of its own."""
IDS: Final = [vol.All(str, vol.Length(1, 100))]
LONGEST: Final = timedelta(days=2)
"""The longest stretch of time that is asked for at once."""
MOST_ISSUES: Final = 100
SAID: Final = vol.All({str: object}, vol.Length(max=50))


async def _order(
    coordinator: OfficeCoordinator, msg: dict[str, Any], by: str
) -> Mapping[str, Any]:
    await async_set_order(coordinator, msg["which"], msg["order"], msg["seen"])
    return {"order": order_now(coordinator, msg["which"])}


async def _health(
    coordinator: OfficeCoordinator, msg: dict[str, Any], by: str
) -> Mapping[str, Any]:
    return {
        **_phone_system(coordinator),
        "issues": _issues(coordinator),
        "microsoft": {
            "registered": bool(
                registration_of(coordinator.entry, {}).get(CONF_CLIENT_ID)
            ),
            "people": sum(
                bool(one.data.get(CONF_MICROSOFT, {}).get(CONF_CONNECTED))
                for one in people_in(coordinator).values()
            ),
        },
        "servers": [
            kind for kind in ACCOUNTS if account_of(coordinator.entry, kind) is not None
        ],
        "sources": order_now(coordinator, ORDERS[0]),
        "rules": {
            "answers": rules_now(coordinator),
            "fields": [
                {
                    "key": one.key,
                    "required": one.default is not None,
                    **one.selector.serialize(),
                }
                for one in OFFICE_OPTIONS
                if one.key != ORDERS[0]
            ],
        },
        "permissions": {
            **permission_matrix(coordinator),
            "fields": [
                {"key": str(key), **selector.serialize()}
                for key, selector in permissions_schema().schema.items()
            ],
        },
        "people": [
            {"id": one.id, "name": one.name}
            for one in coordinator.office.people.values()
        ],
    }


def _phone_system(coordinator: OfficeCoordinator) -> Mapping[str, Any]:
    system = coordinator.system
    loops = [state.loop for state in coordinator.people.values()]
    trips = [one.round_trip_ms for one in loops if one.round_trip_ms is not None]
    return {
        "title": coordinator.entry.title,
        "connected": system.ready,
        "since": coordinator.people.ready_since,
        "version": system.version,
        "poll_every": system.freshness.poll_every,
        "round_trip_ms": round(max(trips), 1) if trips else None,
        "failing": sum(one.failure is not None for one in loops),
        "extensions": len(system.extensions),
        "can": [one.name.lower() for one in system.capabilities if one.name],
        "cannot": [
            one.name.lower()
            for one in Capability
            if one.name and one not in system.capabilities
        ],
        "statistics": statistics(coordinator),
    }


def _issues(coordinator: OfficeCoordinator) -> list[Mapping[str, Any]]:
    """Return the repairs of xpresence that wait, those that nobody ignored."""
    found = [
        one
        for one in ir.async_get(coordinator.hass).issues.values()
        if one.domain == DOMAIN and one.active and one.dismissed_version is None
    ]
    return [
        {
            "id": one.issue_id,
            "key": one.translation_key,
            "placeholders": one.translation_placeholders or {},
            "severity": one.severity.value if one.severity else None,
        }
        for one in found[:MOST_ISSUES]
    ]


async def _rules(coordinator: OfficeCoordinator, msg: dict[str, Any], by: str) -> None:
    await async_set_rules(coordinator, msg["answers"], msg["seen"])


async def _permissions(
    coordinator: OfficeCoordinator, msg: dict[str, Any], by: str
) -> None:
    await async_set_permissions(coordinator, msg["answers"], msg["seen"])


async def _day(
    coordinator: OfficeCoordinator, msg: dict[str, Any], by: str
) -> Mapping[str, Any]:
    """Say what will hold of somebody, as far as it follows from what is known now."""
    person_id, now = msg["person_id"], dt_util.utcnow()
    if person_id not in coordinator.people:
        raise ServiceValidationError(
            translation_domain=DOMAIN, translation_key="no_person"
        )
    start = max(instant(msg["start"], "start"), now)
    end = instant(msg["end"], "end")
    if end <= start:
        return {"timeline": []}
    if end - start > LONGEST:
        raise ServiceValidationError(
            translation_domain=DOMAIN,
            translation_key="time_too_long",
            translation_placeholders={"days": str(LONGEST.days)},
        )
    steps = await timelines(coordinator.hass).async_timeline(
        coordinator, person_id, start, end
    )
    office = coordinator.office.of(person_id)
    return {"timeline": steps_view(office, person_id, steps, subjects=False)}


COMMANDS: Final = (
    office_command("office/health", {}, _health),
    office_command(
        "office/order",
        {
            vol.Required("which"): vol.In(ORDERS),
            vol.Required("order"): IDS,
            vol.Required("seen"): IDS,
        },
        _order,
    ),
    office_command(
        "office/rules",
        {vol.Required("answers"): SAID, vol.Required("seen"): SAID},
        _rules,
    ),
    office_command(
        "office/permissions",
        {vol.Required("answers"): SAID, vol.Required("seen"): SAID},
        _permissions,
    ),
    office_command(
        "office/day",
        {
            vol.Required("person_id"): str,
            vol.Required("start"): cv.datetime,
            vol.Required("end"): cv.datetime,
        },
        _day,
    ),
)
