"""Repair issues about what is stored: the journal and the config entry."""

from collections.abc import Iterable
from typing import Final

from homeassistant.config_entries import ConfigEntry
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers import issue_registry as ir

from .issue_registry import (
    Placeholders,
    create_acknowledged_issue,
    delete_issue,
    set_issue,
)
from .store import Trouble

WRITE_ISSUES: Final = ("disk_full", "journal_not_written")
"""Why nothing can be stored."""


@callback
def set_journal_issue(
    hass: HomeAssistant, entry: ConfigEntry, trouble: Trouble | None
) -> None:
    """Create the issue that nothing can be stored; ``None`` deletes it."""
    kind = None
    if trouble is not None:
        kind = "disk_full" if trouble.full else "journal_not_written"
    for known in WRITE_ISSUES:
        placeholders = {"title": entry.title}
        if trouble is not None and not trouble.full:
            placeholders["reason"] = trouble.reason
        _set_entry_issue(hass, entry, known, placeholders, there=known == kind)


@callback
def set_newer_journal_issue(
    hass: HomeAssistant, entry: ConfigEntry, *, there: bool
) -> None:
    """Set the issue that a later version wrote the journal."""
    _set_entry_issue(hass, entry, "journal_newer", {"title": entry.title}, there=there)


@callback
def set_newer_entry_issue(
    hass: HomeAssistant, entry: ConfigEntry, *, there: bool
) -> None:
    """Set the issue that a later version wrote the config entry."""
    _set_entry_issue(hass, entry, "entry_newer", {"title": entry.title}, there=there)


@callback
def set_journal_damage_issue(
    hass: HomeAssistant, entry: ConfigEntry, people: Iterable[str], file: str | None
) -> None:
    """Create the issue that records could not be read.

    ``people``: whose records. ``file``: the name under which the file was kept.
    """
    create_acknowledged_issue(
        hass,
        "journal_damaged",
        entry.entry_id,
        {
            "title": entry.title,
            "people": ", ".join(people) or "–",
            "file": file or "–",
        },
    )


@callback
def delete_storage_issues(hass: HomeAssistant, entry: ConfigEntry) -> None:
    """Delete the issues about what was stored of a phone system that is removed."""
    for kind in (*WRITE_ISSUES, "journal_damaged", "journal_newer", "entry_newer"):
        delete_issue(hass, f"{kind}_{entry.entry_id}")


@callback
def _set_entry_issue(
    hass: HomeAssistant,
    entry: ConfigEntry,
    kind: str,
    placeholders: Placeholders,
    *,
    there: bool,
) -> None:
    set_issue(
        hass,
        f"{kind}_{entry.entry_id}",
        there=there,
        translation_key=kind,
        placeholders=placeholders,
        severity=ir.IssueSeverity.ERROR,
    )
