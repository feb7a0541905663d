"""The office's profiles, orders and health, for the administrators' part of the panel."""

from collections.abc import Mapping
from typing import Any, Final

from homeassistant.const import CONF_NAME
import voluptuous as vol

from ..const import CONF_AGENT, CONF_ENABLED, CONF_STATUS
from ..coordinator import OfficeCoordinator
from ..operations.health import statistics
from ..operations.office_settings import (
    ORDERS,
    async_set_order,
    order_now,
    own_profiles,
)
from ..presence.line import Condition
from ..presence.model import Profile
from ..presence.permission.policy import LIMITED, Permission
from ..presence.redirect.labels import target_label
from ..settings.profile_fields import AGENT_UNCHANGED
from ..settings.validation import active_for, places
from ..telephony.driver import Capability
from .people import office_command

IDS: Final = [vol.All(str, vol.Length(1, 100))]


async def _profiles(
    coordinator: OfficeCoordinator, msg: dict[str, Any], by: str
) -> Mapping[str, Any]:
    profiles = coordinator.office.profiles.values()
    return {
        "profiles": [
            _profile(coordinator, one) for one in profiles if one.owner is None
        ],
        "own": own_profiles(coordinator),
    }


def _profile(coordinator: OfficeCoordinator, profile: Profile) -> dict[str, Any]:
    rule = profile.redirect
    return {
        "id": profile.id,
        CONF_NAME: profile.name,
        CONF_STATUS: profile.status.value,
        CONF_ENABLED: profile.enabled,
        "info_text": profile.info_text,
        "ending": profile.ending.kind.value,
        CONF_AGENT: profile.agent.value if profile.agent else AGENT_UNCHANGED,
        "teams": profile.teams,
        "mode": rule.mode.value,
        "do_not_disturb": rule.do_not_disturb,
        "targets": {
            condition.value: target_label(coordinator.office, "", target)
            for condition in Condition
            if (target := rule.target(condition)) is not None
        },
        "used_by": places(coordinator.entry, profile.id),
        "active_for": active_for(coordinator.entry, profile.id),
    }


async def _order(
    coordinator: OfficeCoordinator, msg: dict[str, Any], by: str
) -> Mapping[str, Any]:
    await async_set_order(coordinator, msg["which"], msg["order"], msg["seen"])
    return {"order": order_now(coordinator, msg["which"])}


async def _health(
    coordinator: OfficeCoordinator, msg: dict[str, Any], by: str
) -> Mapping[str, Any]:
    system = coordinator.system
    policy = coordinator.office.access.policy
    return {
        "title": coordinator.entry.title,
        "connected": system.ready,
        "since": coordinator.people.ready_since,
        "version": system.version,
        "poll_every": system.freshness.poll_every,
        "extensions": len(system.extensions),
        "can": [one.name.lower() for one in system.capabilities if one.name],
        "cannot": [
            one.name.lower()
            for one in Capability
            if one.name and one not in system.capabilities
        ],
        "statistics": statistics(coordinator),
        "sources": order_now(coordinator, ORDERS[0]),
        "permissions": {
            one.value: one in policy.allowed for one in Permission if one in LIMITED
        },
    }


COMMANDS: Final = (
    office_command("office/profiles", {}, _profiles),
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
)
