"""Repair issues about calendars, their accounts, Teams and sign-ins at Microsoft."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from homeassistant.config_entries import ConfigEntry
from homeassistant.core import HomeAssistant, callback

from .issue_registry import (
    PEOPLE,
    SETTINGS,
    create_issue,
    delete_issue,
    delete_others,
    fix_data,
    fix_flow_for,
    fixable,
    set_issue,
)

CALENDAR_PROBLEMS: Final = ("certificate", "missing", "not_allowed", "sign_in")
"""What keeps a calendar from being read until somebody repairs it."""
CALENDAR_REASONS: Final = frozenset(
    {
        "certificate_expired",
        "certificate_other_host",
        "certificate_unknown",
        "impersonation_denied",
        "mail_file_unknown",
        "mailbox_not_in_cloud",
        "mailbox_unknown",
    }
)
"""Reasons with texts of their own, because each is repaired in another place."""
ACCOUNT_PROBLEMS: Final = ("certificate", "sign_in")
"""Problems of a login that several people use: one issue, not one for each of them."""
GROUPWARE: Final[Mapping[str, str]] = {"exchange": "Exchange", "notes": "Domino"}
PERMISSIONS: Final = ("Presence.Read", "Presence.Read.All", "Presence.ReadWrite")
"""Permissions at Microsoft that Teams needs, and may lack."""


@dataclass(frozen=True, slots=True)
class UnreadCalendar:
    """A calendar that cannot be read."""

    id: str
    name: str
    problem: str
    reason: str | None


@callback
def set_calendar_issues(
    hass: HomeAssistant, person_id: str, name: str, unread: Iterable[UnreadCalendar]
) -> None:
    """Create an issue for each unread calendar of a person; delete the others."""
    created = set()
    for calendar in unread:
        if calendar.problem not in CALENDAR_PROBLEMS:
            continue
        key = f"calendar_{calendar.problem}"
        created.add(issue := f"calendar_{person_id}_{key}_{calendar.id}")
        if calendar.reason in CALENDAR_REASONS:
            key = f"calendar_{calendar.reason}"
        create_issue(
            hass,
            issue,
            translation_key=key,
            translation_placeholders={"person": name, "calendar": calendar.name},
            learn_more_url=f"{PEOPLE}/{person_id}",
            **fixable(key, person_id, calendar.id),
        )
    delete_others(hass, f"calendar_{person_id}_", created)


@callback
def set_account_issue(
    hass: HomeAssistant,
    entry: ConfigEntry,
    kind: str,
    problem: str | None,
    reason: str | None = None,
) -> None:
    """Create an issue for the office's login at a server; ``None``: delete it."""
    prefix = f"account_{entry.entry_id}_{kind}_"
    created = set()
    if problem is not None:
        created.add(prefix + problem)
        key = f"account_{reason if reason in CALENDAR_REASONS else problem}"
        create_issue(
            hass,
            prefix + problem,
            translation_key=key,
            translation_placeholders={
                "title": entry.title,
                "server": GROUPWARE[kind],
            },
            learn_more_url=SETTINGS,
            **fix_data(fix_flow_for(key), entry_id=entry.entry_id, named=kind),
        )
    delete_others(hass, prefix, created)


@callback
def set_permission_issue(
    hass: HomeAssistant, person_id: str, name: str, permission: str, *, there: bool
) -> None:
    """Set the issue that a person's sign-in lacks a permission for Teams."""
    set_issue(
        hass,
        f"teams_{permission}_{person_id}",
        there=there,
        translation_key="teams_not_allowed",
        placeholders={"person": name, "permission": permission},
    )


@callback
def set_sign_in_issue(
    hass: HomeAssistant, person_id: str, name: str, reason: str | None
) -> None:
    """Set the issue that a person must sign in at Microsoft again; ``None``: delete."""
    set_issue(
        hass,
        f"microsoft_sign_in_{person_id}",
        there=reason is not None,
        translation_key="microsoft_sign_in",
        placeholders={"person": name, "reason": reason or ""},
        **fixable("microsoft_sign_in", person_id),
    )


@callback
def set_application_issue(
    hass: HomeAssistant, entry: ConfigEntry, reason: str | None
) -> None:
    """Set the issue that the office's application does not get in at Microsoft."""
    set_issue(
        hass,
        f"microsoft_application_{entry.entry_id}",
        there=reason is not None,
        translation_key="microsoft_application",
        placeholders={"title": entry.title, "reason": reason or ""},
        learn_more_url=SETTINGS,
    )


@callback
def set_application_right_issue(
    hass: HomeAssistant, entry: ConfigEntry, permission: str, *, there: bool
) -> None:
    """Set the issue that the office's application lacks a right at Microsoft."""
    set_issue(
        hass,
        f"microsoft_right_{entry.entry_id}_{permission}",
        there=there,
        translation_key="microsoft_right",
        placeholders={"title": entry.title, "permission": permission},
        learn_more_url=SETTINGS,
    )


@callback
def set_certificate_issue(
    hass: HomeAssistant, entry: ConfigEntry, ends: datetime | None
) -> None:
    """Set the issue that the application's certificate ends soon, or has ended."""
    set_issue(
        hass,
        f"microsoft_certificate_{entry.entry_id}",
        there=ends is not None,
        translation_key="microsoft_certificate",
        placeholders={
            "title": entry.title,
            "date": "" if ends is None else ends.date().isoformat(),
        },
        learn_more_url=SETTINGS,
    )


@callback
def delete_application_issues(hass: HomeAssistant, entry_id: str) -> None:
    """Delete what was said of an office's application."""
    delete_issue(hass, f"microsoft_application_{entry_id}")
    delete_issue(hass, f"microsoft_certificate_{entry_id}")
    delete_others(hass, f"microsoft_right_{entry_id}_", set())


@callback
def delete_groupware_issues(hass: HomeAssistant, person_id: str) -> None:
    """Delete these issues of a person who was removed."""
    delete_issue(hass, f"microsoft_sign_in_{person_id}")
    for permission in PERMISSIONS:
        delete_issue(hass, f"teams_{permission}_{person_id}")
    set_calendar_issues(hass, person_id, "", ())
