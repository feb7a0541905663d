"""Repair issues about people, their redirects and what their settings name.

An issue is created only for what somebody can repair, and deleted once it is repaired.
"""

from collections.abc import Collection, Mapping, Sequence
from hashlib import sha256
from typing import Any, Final

from homeassistant.config_entries import ConfigEntry
from homeassistant.const import CONF_NAME
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers import issue_registry as ir

from ..const import CONF_EXTENSION
from ..presence.model import Person
from ..telephony.driver import PhoneSystemError
from .groupware_issues import delete_groupware_issues
from .issue_registry import (
    FIX_FLOWS,
    PEOPLE,
    Placeholders,
    create_acknowledged_issue,
    create_issue,
    delete_issue,
    delete_others,
    fix_data,
    fixable,
    set_issue,
)

PERSON_ISSUES: Final = (
    "hotline_conflict",
    "hotline_not_rung",
    "ledger_lost",
    "redirect_failing",
    "redirect_not_restored",
    "redirect_too_old",
)
NAMES_LISTED: Final = 5
"""People that an issue of the whole office names; the others are counted."""


@callback
def create_release_issue(
    hass: HomeAssistant,
    entry: ConfigEntry,
    person_id: str,
    person: Person | None = None,
) -> None:
    """Say whose redirect could not be restored when they were removed, and where it is.

    ``person``: as they were; ``None``: as they are still stored.
    """
    if person is not None:
        name, extension = person.name, person.extension
    elif (stored := entry.subentries.get(person_id)) is not None:
        name, extension = stored.data[CONF_NAME], stored.data[CONF_EXTENSION]
    else:
        name = extension = "?"
    create_acknowledged_issue(
        hass,
        "release_failed",
        person_id,
        {"person": name, "extension": extension, "title": entry.title},
    )


@callback
def create_forgotten_issue(hass: HomeAssistant, entry: ConfigEntry) -> None:
    """Say that the phone system forgot redirects, and that they were set again."""
    create_acknowledged_issue(
        hass, "phone_system_forgot", entry.entry_id, {"title": entry.title}
    )


@callback
def create_limits_issue(
    hass: HomeAssistant,
    entry: ConfigEntry,
    redirects: Collection[str],
    profiles: Collection[str],
) -> None:
    """Say whose own redirects, and which own profiles, tightened limits ended."""
    if not redirects and not profiles:
        return
    create_acknowledged_issue(
        hass,
        "limits_ended",
        entry.entry_id,
        {
            "title": entry.title,
            "redirects": ", ".join(sorted(redirects)) or "–",
            "profiles": ", ".join(sorted(profiles)) or "–",
        },
    )


@callback
def set_redirect_issue(
    hass: HomeAssistant,
    entry: ConfigEntry,
    person_id: str,
    name: str,
    reason: str | None,
    error: PhoneSystemError | None = None,
) -> None:
    """Set the issue that a redirect cannot be set; without a reason delete it.

    ``error``: what the phone system answered, if that is the reason.
    """
    key = f"redirect_failing_{reason}"
    flow = "try_again" if error is not None and error.try_again else None
    set_issue(
        hass,
        f"redirect_failing_{person_id}",
        there=reason is not None,
        translation_key=key,
        placeholders={
            **(error.placeholders if error is not None else {}),
            "person": name,
            "title": entry.title,
        },
        severity=ir.IssueSeverity.ERROR,
        **fixable(key, person_id, flow=flow),
    )


@callback
def set_person_issue(
    hass: HomeAssistant, kind: str, person_id: str, name: str, *, there: bool
) -> None:
    """Create or delete a repair issue that names only a person."""
    set_issue(
        hass,
        f"{kind}_{person_id}",
        there=there,
        translation_key=kind,
        placeholders={"person": name},
        **fixable(kind, person_id),
    )


@callback
def set_queue_issue(
    hass: HomeAssistant, person_id: str, name: str, queues: Collection[str]
) -> None:
    """Set the issue that queues never ring a person who is in them."""
    set_issue(
        hass,
        f"hotline_not_rung_{person_id}",
        there=bool(queues),
        translation_key="hotline_not_rung",
        placeholders={"person": name, "queues": ", ".join(queues)},
    )


@callback
def set_default_profile_issue(
    hass: HomeAssistant, entry: ConfigEntry[Any], names: Sequence[str]
) -> None:
    """Set one issue for all people whose default profile is gone; none: delete it."""
    listed = ", ".join(names[:NAMES_LISTED])
    if len(names) > NAMES_LISTED:
        listed += f" (+{len(names) - NAMES_LISTED})"
    set_issue(
        hass,
        f"default_profile_missing_{entry.entry_id}",
        there=bool(names),
        translation_key="default_profile_missing",
        placeholders={"people": listed},
        **fix_data(FIX_FLOWS["default_profile_missing"], entry_id=entry.entry_id),
    )


@callback
def delete_person_issues(hass: HomeAssistant, person_id: str) -> None:
    """Delete all repair issues of a removed person."""
    for issue in PERSON_ISSUES:
        delete_issue(hass, f"{issue}_{person_id}")
    delete_groupware_issues(hass, person_id)
    set_reference_issues(hass, person_id, {})


@callback
def set_reference_issues(
    hass: HomeAssistant, person_id: str, broken: Mapping[str, tuple[str, Placeholders]]
) -> None:
    """Create an issue for each thing that settings name and that is gone.

    ``broken``: what tells one issue from another → translation key and placeholders.
    The person's other issues of this kind are deleted.
    """
    prefix = f"settings_{person_id}_"
    # Not by what it is about: an issue's id is in what is sent to maintainers.
    ids = {key: sha256(key.encode()).hexdigest()[:12] for key in broken}
    delete_others(hass, prefix, {prefix + known for known in ids.values()})
    for key, (words, placeholders) in broken.items():
        create_issue(
            hass,
            prefix + ids[key],
            translation_key=words,
            translation_placeholders=placeholders,
            learn_more_url=f"{PEOPLE}/{person_id}",
            **fixable(words, person_id, key),
        )
