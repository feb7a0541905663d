"""Creating and deleting repair issues, and the fix flow that belongs to each."""

from collections.abc import Mapping
from typing import Any, Final

from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers import issue_registry as ir

from ..const import DOMAIN
from ..presence.texts.markdown import escaped
from ..settings.documentation import documentation
from ..telephony.registry import ROWS

type Placeholders = dict[str, str]

SETTINGS: Final = f"homeassistant://config/integrations/integration/{DOMAIN}"
"""Where people and profiles are changed."""
PEOPLE: Final = f"homeassistant://{DOMAIN}/people"
"""The panel's page of people; a person's id behind it leads to theirs."""
FIX_FLOW: Final = "fix_flow"
"""In an issue's data: the key of its fix flow in :data:`..repairs.FLOWS`."""
FIX_FLOWS: Final[Mapping[str, str]] = {
    "account_sign_in": "account_sign_in",
    "calendar_sign_in": "sign_in_anew",
    "default_profile_missing": "another_default_profile",
    "entity_missing": "another_entity",
    "hotline_conflict": "ready_elsewhere",
    "ledger_lost": "whose_redirect",
    "microsoft_sign_in": "sign_in_at_microsoft",
    "redirect_failing_certificate_rejected": "try_again",
    "redirect_failing_licence_missing": "try_again",
    "redirect_failing_memory_old": "whose_memory",
    "redirect_failing_permission_denied": "try_again",
    "redirect_failing_rule_missing": "try_again",
    "redirect_failing_second_factor": "try_again",
    "redirect_not_restored": "confirm",
    "redirect_too_old": "end_redirect",
    **{f"redirect_failing_{key}": "try_again" for row in ROWS for key in row.repairs},
}
"""An issue's translation key → its fix flow."""
PROFILE_MISSING: Final = "profile_missing_"


def fix_flow_for(translation_key: str) -> str | None:
    """Return the fix flow of an issue; ``None``: it cannot be fixed in a dialog."""
    if translation_key.startswith(PROFILE_MISSING):
        return "another_profile"
    return FIX_FLOWS.get(translation_key)


def fix_data(flow: str | None, **subject: str) -> dict[str, Any]:
    """Return what makes an issue fixable by a flow: arguments of :func:`create_issue`.

    ``subject``: what the flow is about, such as ``person_id``.
    """
    if flow is None:
        return {"is_fixable": False}
    return {"is_fixable": True, "data": {FIX_FLOW: flow, **subject}}


def fixable(
    translation_key: str, person_id: str, named: str = "", flow: str | None = None
) -> dict[str, Any]:
    """Return the arguments of :func:`create_issue` for an issue about one person.

    ``named``: what of the person's settings it is about. ``flow``: its fix flow, if not
    the usual one of its translation key.
    """
    return fix_data(
        flow or fix_flow_for(translation_key), person_id=person_id, named=named
    )


@callback
def create_issue(
    hass: HomeAssistant,
    issue_id: str,
    *,
    translation_key: str,
    translation_placeholders: Mapping[str, str] | None = None,
    is_fixable: bool,
    severity: ir.IssueSeverity = ir.IssueSeverity.WARNING,
    is_persistent: bool = False,
    learn_more_url: str | None = None,
    data: dict[str, Any] | None = None,
) -> None:
    """Create a repair issue; Markdown in placeholders is escaped.

    Without an address of its own it leads to what the documents say about it.
    """
    learn_more_url = learn_more_url or documentation(
        "notices", hass.config.language, translation_key
    )
    ir.async_create_issue(
        hass,
        DOMAIN,
        issue_id,
        is_fixable=is_fixable,
        is_persistent=is_persistent,
        severity=severity,
        learn_more_url=learn_more_url,
        data=data,
        translation_key=translation_key,
        translation_placeholders={
            key: escaped(value)
            for key, value in (translation_placeholders or {}).items()
        },
    )


@callback
def create_acknowledged_issue(
    hass: HomeAssistant,
    translation_key: str,
    subject_id: str,
    placeholders: Placeholders,
) -> None:
    """Create an issue that stays, over restarts too, until somebody confirms it."""
    create_issue(
        hass,
        f"{translation_key}_{subject_id}",
        is_fixable=True,
        is_persistent=True,
        translation_key=translation_key,
        translation_placeholders=placeholders,
    )


@callback
def set_issue(
    hass: HomeAssistant,
    issue_id: str,
    *,
    there: bool,
    translation_key: str,
    placeholders: Placeholders,
    severity: ir.IssueSeverity = ir.IssueSeverity.WARNING,
    learn_more_url: str | None = None,
    is_fixable: bool = False,
    data: dict[str, Any] | None = None,
) -> None:
    """Create an issue, or delete it if it is not ``there`` (any more)."""
    if not there:
        delete_issue(hass, issue_id)
        return
    create_issue(
        hass,
        issue_id,
        translation_key=translation_key,
        translation_placeholders=placeholders,
        severity=severity,
        learn_more_url=learn_more_url,
        is_fixable=is_fixable,
        data=data,
    )


@callback
def delete_issue(hass: HomeAssistant, issue_id: str) -> None:
    """Delete one issue, if it is there."""
    ir.async_delete_issue(hass, DOMAIN, issue_id)


@callback
def delete_others(hass: HomeAssistant, prefix: str, kept: set[str]) -> None:
    """Delete the issues whose id has this prefix, except those that are kept."""
    known = [
        issue_id for domain, issue_id in ir.async_get(hass).issues if domain == DOMAIN
    ]
    for issue_id in known:
        if issue_id.startswith(prefix) and issue_id not in kept:
            delete_issue(hass, issue_id)
