"""Serves the cards to every dashboard, and the panel in the sidebar.

The panel is there while a phone system is set up. Their texts stand in `translations/` under `config_panel` and come through Home
Assistant's own command for translations; the modules hold none.
"""

import hashlib
from pathlib import Path
from typing import Final

from homeassistant.components.frontend import (
    add_extra_js_url,
    async_panel_exists,
    async_remove_panel,
)
from homeassistant.components.http import StaticPathConfig
from homeassistant.components.panel_custom import async_register_panel
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers.translation import async_get_translations
from homeassistant.util.hass_dict import HassKey

from ..const import DOMAIN

ROOT: Final = Path(__file__).parent
FOLDERS: Final = ("cards", "panel")
"""What is served; modules of one folder import those of another by relative paths."""
ENTRANCE: Final = "cards/xpresence.js"
"""The module that defines the cards; it imports the others."""
PANEL: Final = "panel/panel.js"
PANEL_PATH: Final = DOMAIN
"""Where the panel is in Home Assistant's address."""
DATA_PATH: Final[HassKey[str]] = HassKey(f"{DOMAIN}_frontend")
"""Under which path the modules are served."""


async def async_setup_frontend(hass: HomeAssistant) -> None:
    """Let the frontend load the cards, where there is one."""
    if "frontend" not in hass.config.components:
        return
    # The path names the content, so that a browser may keep every module for good
    # and yet never mixes those of two versions.
    content = await hass.async_add_executor_job(_fingerprint)
    path = f"/{DOMAIN}/{content}"
    await hass.http.async_register_static_paths(
        [
            StaticPathConfig(f"{path}/{folder}", str(ROOT / folder), cache_headers=True)
            for folder in FOLDERS
        ]
    )
    add_extra_js_url(hass, f"{path}/{ENTRANCE}")
    hass.data[DATA_PATH] = path


async def async_show_panel(hass: HomeAssistant) -> None:
    """Put the panel into the sidebar, unless it is there or there is no frontend."""
    if DATA_PATH not in hass.data or async_panel_exists(hass, PANEL_PATH):
        return
    texts = await async_get_translations(
        hass, hass.config.language, "config_panel", [DOMAIN]
    )
    if async_panel_exists(hass, PANEL_PATH):
        return
    # Ordinary users have pages of their own there; the commands behind the others ask.
    await async_register_panel(
        hass,
        PANEL_PATH,
        "xpresence-panel",
        sidebar_title=texts[f"component.{DOMAIN}.config_panel.panel.sidebar"],
        sidebar_icon="mdi:account-badge-outline",
        module_url=f"{hass.data[DATA_PATH]}/{PANEL}",
        require_admin=False,
    )


@callback
def async_hide_panel(hass: HomeAssistant) -> None:
    """Take the panel out of the sidebar."""
    if DATA_PATH in hass.data:
        async_remove_panel(hass, PANEL_PATH, warn_if_unknown=False)


def _fingerprint() -> str:
    digest = hashlib.sha256()
    for folder in FOLDERS:
        for file in sorted((ROOT / folder).rglob("*.js")):
            digest.update(str(file.relative_to(ROOT)).encode())
            digest.update(file.read_bytes())
    return digest.hexdigest()[:12]
