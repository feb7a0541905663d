"""Repair issues: raised only for what a person can mend, gone when it is mended."""

from collections.abc import Mapping, Sequence
from hashlib import sha256
from typing import Any, Final

from homeassistant.config_entries import ConfigEntry
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers import issue_registry as ir

from .const import DOMAIN

type Placeholders = dict[str, str]
SETTINGS: Final = f"homeassistant://config/integrations/integration/{DOMAIN}"
"""Where people and profiles are changed."""

CALENDAR_PROBLEMS: Final = ("certificate", "missing", "not_allowed", "sign_in")
"""What keeps a calendar from being read until somebody mends it."""
OF_A_PERSON: Final = (
    *(f"calendar_{problem}" for problem in CALENDAR_PROBLEMS),
    "default_profile_missing",
    "hotline_conflict",
    "redirect_failing",
    "redirect_too_old",
)
MENDED_BY: Final[Mapping[str, str]] = {
    "default_profile_missing": "another_profile",
    "entity_missing": "another_entity",
    "hotline_conflict": "ready_elsewhere",
    "redirect_failing_permission_denied": "try_again",
    "redirect_too_old": "end_redirect",
}
"""A notice's words → the page under :mod:`repairs` that mends it."""
PROFILE_MISSING: Final = "profile_missing_"


def _mended(words: str, person_id: str, named: str = "") -> dict[str, Any]:
    """Return what makes a notice one that can be mended at once, if it can."""
    page = MENDED_BY.get(words)
    if words.startswith(PROFILE_MISSING):
        page = "another_profile"
    if page is None:
        return {"is_fixable": False}
    data = {"mend": page, "person_id": person_id, "named": named}
    return {"is_fixable": True, "data": data}


@callback
def release_failed(hass: HomeAssistant, person_id: str) -> None:
    """Say that a redirect was left behind when its person went."""
    ir.async_create_issue(
        hass,
        DOMAIN,
        f"release_failed_{person_id}",
        is_fixable=True,
        is_persistent=True,
        severity=ir.IssueSeverity.WARNING,
        translation_key="release_failed",
    )


@callback
def redirect_failing(
    hass: HomeAssistant,
    entry: ConfigEntry,
    person_id: str,
    name: str,
    reason: str | None,
) -> None:
    """Say that a redirect cannot be set, or with no reason that it can again."""
    issue = f"redirect_failing_{person_id}"
    if reason is None:
        ir.async_delete_issue(hass, DOMAIN, issue)
        return
    words = f"redirect_failing_{reason}"
    ir.async_create_issue(
        hass,
        DOMAIN,
        issue,
        severity=ir.IssueSeverity.ERROR,
        translation_key=words,
        translation_placeholders={"person": name, "title": entry.title},
        **_mended(words, person_id),
    )


@callback
def of_a_person(
    hass: HomeAssistant, kind: str, person_id: str, name: str, *, there: bool
) -> None:
    """Raise or drop one of the notices that only name a person."""
    issue = f"{kind}_{person_id}"
    if not there:
        ir.async_delete_issue(hass, DOMAIN, issue)
        return
    ir.async_create_issue(
        hass,
        DOMAIN,
        issue,
        severity=ir.IssueSeverity.WARNING,
        translation_key=kind,
        translation_placeholders={"person": name},
        **_mended(kind, person_id, "default_"),
    )


@callback
def of_calendars(
    hass: HomeAssistant,
    person_id: str,
    name: str,
    problems: Mapping[str, Sequence[str]],
) -> None:
    """Say which calendars of a person need mending, by problem; drop the others."""
    for problem in CALENDAR_PROBLEMS:
        issue = f"calendar_{problem}_{person_id}"
        if calendars := problems.get(problem):
            ir.async_create_issue(
                hass,
                DOMAIN,
                issue,
                is_fixable=False,
                severity=ir.IssueSeverity.WARNING,
                translation_key=f"calendar_{problem}",
                translation_placeholders={
                    "person": name,
                    "calendars": ", ".join(calendars),
                },
            )
        else:
            ir.async_delete_issue(hass, DOMAIN, issue)


PERMISSIONS: Final = ("Presence.Read", "Presence.Read.All", "Presence.ReadWrite")
"""What Teams may be missing."""


@callback
def permission_missing(
    hass: HomeAssistant, person_id: str, name: str, permission: str, *, there: bool
) -> None:
    """Say that a sign-in lacks a permission for Teams, or drop that notice."""
    issue = f"teams_{permission}_{person_id}"
    if not there:
        ir.async_delete_issue(hass, DOMAIN, issue)
        return
    ir.async_create_issue(
        hass,
        DOMAIN,
        issue,
        is_fixable=False,
        severity=ir.IssueSeverity.WARNING,
        translation_key="teams_not_allowed",
        translation_placeholders={"person": name, "permission": permission},
    )


@callback
def all_gone(hass: HomeAssistant, person_id: str) -> None:
    """Drop every notice about a person who is no longer here."""
    for issue in OF_A_PERSON:
        ir.async_delete_issue(hass, DOMAIN, f"{issue}_{person_id}")
    for permission in PERMISSIONS:
        ir.async_delete_issue(hass, DOMAIN, f"teams_{permission}_{person_id}")
    settings_broken(hass, person_id, {})


@callback
def settings_broken(
    hass: HomeAssistant, person_id: str, broken: Mapping[str, tuple[str, Placeholders]]
) -> None:
    """Say what a person's settings name that is not there, and drop the rest.

    ``broken``: what tells one notice from another → its words and their blanks.
    """
    prefix = f"settings_{person_id}_"
    # Not by what it is about: an issue's id is in what is sent to maintainers.
    ids = {key: sha256(key.encode()).hexdigest()[:12] for key in broken}
    known = [
        issue_id
        for domain, issue_id in ir.async_get(hass).issues
        if domain == DOMAIN and issue_id.startswith(prefix)
    ]
    for issue_id in known:
        if issue_id.removeprefix(prefix) not in ids.values():
            ir.async_delete_issue(hass, DOMAIN, issue_id)
    for key, (words, placeholders) in broken.items():
        ir.async_create_issue(
            hass,
            DOMAIN,
            prefix + ids[key],
            severity=ir.IssueSeverity.WARNING,
            translation_key=words,
            translation_placeholders=placeholders,
            learn_more_url=SETTINGS,
            **_mended(words, person_id, key),
        )
