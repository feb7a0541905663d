"""Serves the cards to every dashboard, without any step by the user.

Their texts stand in `translations/` under `config_panel` and come through Home
Assistant's own command for translations; the modules hold none.
"""

import hashlib
from pathlib import Path
from typing import Final

from homeassistant.components.frontend import add_extra_js_url
from homeassistant.components.http import StaticPathConfig
from homeassistant.core import HomeAssistant

from ..const import DOMAIN

ROOT: Final = Path(__file__).parent
FOLDERS: Final = ("cards",)
"""What is served; modules of one folder import those of another by relative paths."""
ENTRANCE: Final = "cards/xpresence.js"
"""The module that defines the cards; it imports the others."""


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


def _fingerprint() -> str:
    digest = hashlib.sha256()
    for folder in FOLDERS:
        for file in sorted((ROOT / folder).rglob("*.js")):
            digest.update(str(file.relative_to(ROOT)).encode())
            digest.update(file.read_bytes())
    return digest.hexdigest()[:12]
