"""Serves the cards to every dashboard, without any step by the user."""

import hashlib
from pathlib import Path
from typing import Final

from homeassistant.components.frontend import add_extra_js_url
from homeassistant.components.http import StaticPathConfig
from homeassistant.core import HomeAssistant

from ..const import DOMAIN

FOLDER: Final = Path(__file__).parent / "cards"
ENTRANCE: Final = "xpresence.js"
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
        [StaticPathConfig(path, str(FOLDER), cache_headers=True)]
    )
    add_extra_js_url(hass, f"{path}/{ENTRANCE}")


def _fingerprint() -> str:
    digest = hashlib.sha256()
    for file in sorted(FOLDER.glob("*.js")):
        digest.update(file.name.encode())
        digest.update(file.read_bytes())
    return digest.hexdigest()[:12]
