"""xpresence: presence profiles for people on a phone system."""

from homeassistant.const import Platform
from homeassistant.core import HomeAssistant
from homeassistant.helpers import config_validation as cv, device_registry as dr
from homeassistant.helpers.device_registry import DeviceEntryType
from homeassistant.helpers.typing import ConfigType
from homeassistant.setup import async_when_setup

from .const import DOMAIN, SUBENTRY_PERSON
from .coordinator import OfficeCoordinator, XPresenceConfigEntry
from .engine.history import async_delete_histories
from .engine.issues import (
    create_release_issue,
    delete_person_issues,
)
from .engine.phone_logins import async_remove_logins
from .engine.removal import async_release_all
from .engine.storage_issues import delete_storage_issues, set_newer_entry_issue
from .engine.store import Newer, OfficeStore
from .frontend import async_hide_panel, async_setup_frontend, async_show_panel
from .inputs.stored_records import RECORD_TYPES
from .inputs.teams.writer import async_take_back_all
from .microsoft import async_follow_settings, async_forget_all
from .microsoft.application import forget_application
from .operations.assist import async_follow_assist
from .presence.redirect.numbers.countries import load as load_numbering_plans
from .services import async_setup_actions
from .settings.migrations import is_newer, migrate
from .voice import async_refresh_voice
from .websocket import async_setup_websocket

CONFIG_SCHEMA = cv.config_entry_only_config_schema(DOMAIN)
PLATFORMS = [
    Platform.BINARY_SENSOR,
    Platform.CALENDAR,
    Platform.EVENT,
    Platform.SELECT,
    Platform.SENSOR,
    Platform.SWITCH,
    Platform.TEXT,
]


async def async_setup(hass: HomeAssistant, config: ConfigType) -> bool:
    """Register what does not depend on a phone system."""
    # Each country's numbering plan is a file.
    await hass.async_add_executor_job(load_numbering_plans)
    async_setup_actions(hass)
    async_setup_websocket(hass)
    await async_setup_frontend(hass)
    async_when_setup(hass, "conversation", _async_listen)
    async_follow_assist(hass)
    for entry in hass.config_entries.async_entries(DOMAIN):
        # Home Assistant does not set these up, and gives no reason.
        set_newer_entry_issue(hass, entry, there=is_newer(entry))
    return True


async def async_migrate_entry(hass: HomeAssistant, entry: XPresenceConfigEntry) -> bool:
    """Take settings that another version stored; one step at a time."""
    migrate(hass, entry)
    return True


async def async_setup_entry(hass: HomeAssistant, entry: XPresenceConfigEntry) -> bool:
    """Set up one phone system with its people."""
    await async_follow_settings(hass, entry)
    coordinator = OfficeCoordinator(hass, entry)
    await coordinator.async_start()
    entry.runtime_data = coordinator
    dr.async_get(hass).async_get_or_create(
        config_entry_id=entry.entry_id,
        entry_type=DeviceEntryType.SERVICE,
        identifiers={(DOMAIN, entry.entry_id)},
        name=entry.title,
        sw_version=coordinator.system.version,
    )
    await hass.config_entries.async_forward_entry_setups(entry, PLATFORMS)
    await async_show_panel(hass)
    # After the platforms, so that no change is decided before it can be shown.
    coordinator.async_activate()
    entry.async_on_unload(entry.add_update_listener(_async_entry_updated))
    entry.async_on_unload(
        entry.async_on_state_change(lambda: async_refresh_voice(hass))
    )
    return True


async def async_unload_entry(hass: HomeAssistant, entry: XPresenceConfigEntry) -> bool:
    """End the connection; a redirect that was set stays set."""
    if not await hass.config_entries.async_unload_platforms(entry, PLATFORMS):
        return False
    await entry.runtime_data.async_stop()
    if not any(
        one is not entry for one in hass.config_entries.async_loaded_entries(DOMAIN)
    ):
        async_hide_panel(hass)
    return True


async def async_remove_entry(hass: HomeAssistant, entry: XPresenceConfigEntry) -> None:
    """Restore the redirects that profiles hold, then delete all that is stored."""
    store = OfficeStore(hass, entry.entry_id, RECORD_TYPES)
    people = [one.subentry_id for one in entry.get_subentries_of_type(SUBENTRY_PERSON)]
    try:
        await store.async_load(people)
    except Newer:
        # What a later version holds for them is not known to this one.
        for person_id in people:
            create_release_issue(hass, entry, person_id)
    else:
        await async_release_all(hass, entry, store)
        await async_take_back_all(hass, entry, store)
    await store.async_remove()
    await async_delete_histories(hass, entry.entry_id)
    for person_id in people:
        delete_person_issues(hass, person_id)
    delete_storage_issues(hass, entry)
    await async_forget_all(hass, entry)
    forget_application(hass, entry)
    await async_remove_logins(hass, entry.entry_id, lambda _name: False)


async def _async_entry_updated(
    hass: HomeAssistant, entry: XPresenceConfigEntry
) -> None:
    """Apply a change in place; only another connection needs a reload."""
    if entry.runtime_data.settings_are_held:
        return
    if entry.runtime_data.connection_changed:
        hass.config_entries.async_schedule_reload(entry.entry_id)
        return
    await entry.runtime_data.async_office_changed()
    # Afterwards, so that who leaves can take back what is set in Teams.
    await async_follow_settings(hass, entry)
    async_refresh_voice(hass)


async def _async_listen(hass: HomeAssistant, _component: str) -> None:
    """Register the sentences once the conversation integration is set up."""
    async_refresh_voice(hass)
