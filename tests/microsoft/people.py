"""People with an account at Microsoft."""

from collections.abc import Callable
from typing import Any

from homeassistant.core import HomeAssistant
from homeassistant.helpers import issue_registry as ir
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.xpresence.microsoft import MicrosoftLink, link_of
from tests.conftest import set_up
from tests.groupware.microsoft.login import (
    ANNA as ANNA_THERE,
    BOB as BOB_THERE,
    CLIENT_ID,
    TENANT,
)
from tests.groupware.microsoft.server import Microsoft
from tests.office import ANNA, BOB, OFFICE
from tests.pbx.asterisk import eventually

APP = {"client_id": CLIENT_ID, "tenant": TENANT, "cloud": "test"}
"""The office's app registration."""
THERE = {ANNA: ANNA_THERE, BOB: BOB_THERE}
"""Who our people are at Microsoft."""


def connected(*person_ids: str, account: Any = None, **more: Any) -> list[Any]:
    """Return an office in which these people have an account; ``more``: settings."""
    microsoft = {"connected": True, **(account or {})}
    return [
        {**one, "data": {**one["data"], "microsoft": microsoft, **more}}
        if one["subentry_id"] in person_ids
        else one
        for one in OFFICE
    ]


async def office_with(
    hass: HomeAssistant, *person_ids: str, account: Any = None, **more: Any
) -> MockConfigEntry:
    """Set up an office in which these people have an account."""
    return await set_up(
        hass,
        options={"microsoft": APP},
        subentries_data=connected(*person_ids, account=account, **more),
    )


def link(hass: HomeAssistant, entry: MockConfigEntry, person: str) -> MicrosoftLink:
    found = link_of(hass, entry, person)
    assert found is not None
    return found


async def sign_in(
    hass: HomeAssistant,
    entry: MockConfigEntry,
    microsoft: Microsoft,
    person: str = ANNA,
) -> MicrosoftLink:
    """Let somebody who has an account sign in to it, past all pages."""
    found = link(hass, entry, person)
    code = await found.account.begin_device_code()
    microsoft.login.enter(code.user_code, THERE[person])
    assert await found.account.poll_device_code(code)
    return found


def change(
    hass: HomeAssistant, entry: MockConfigEntry, person: str, **more: Any
) -> None:
    """Change some of somebody's settings."""
    subentry = entry.subentries[person]
    hass.config_entries.async_update_subentry(
        entry, subentry, data={**subentry.data, **more}
    )


async def until(hass: HomeAssistant, condition: Callable[[], bool]) -> None:
    """Wait until something is so; Microsoft answers in its own time."""
    await eventually(condition)
    await hass.async_block_till_done()


def issue(hass: HomeAssistant, person: str = ANNA) -> ir.IssueEntry | None:
    """Return the notice that somebody has to sign in anew, if it is there."""
    return ir.async_get(hass).async_get_issue(
        "xpresence", f"microsoft_sign_in_{person}"
    )
