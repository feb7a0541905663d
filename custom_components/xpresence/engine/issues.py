"""Repair issues: created only for what a user can fix, deleted once fixed."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Any, Final

from homeassistant.config_entries import ConfigEntry
from homeassistant.const import CONF_NAME
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers import issue_registry as ir

from ..const import CONF_EXTENSION, DOMAIN
from ..presence.model import Person
from ..presence.texts.markdown import escaped
from ..telephony.driver import PhoneSystemError
from ..telephony.registry import ROWS
from .store import Trouble

type Placeholders = dict[str, str]
SETTINGS: Final = f"homeassistant://config/integrations/integration/{DOMAIN}"
"""Where people and profiles are changed."""

CALENDAR_PROBLEMS: Final = ("certificate", "missing", "not_allowed", "sign_in")
"""What keeps a calendar from being read until somebody mends it."""
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
"""Reasons that have words of their own, for each is mended elsewhere."""
ACCOUNT_PROBLEMS: Final = ("certificate", "sign_in")
"""What of a login that several people use is told once, and not to each of them."""
GROUPWARE: Final[Mapping[str, str]] = {"exchange": "Exchange", "notes": "Domino"}
OF_A_PERSON: Final = (
    "hotline_conflict",
    "ledger_lost",
    "microsoft_sign_in",
    "redirect_failing",
    "redirect_not_restored",
    "redirect_too_old",
)
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
"""A notice's words → the page under :mod:`repairs` that mends it."""
NAMES_LISTED: Final = 5
"""People that a notice for the whole office names; of the others it says how many."""
PROFILE_MISSING: Final = "profile_missing_"


def _fixable(
    words: str, person_id: str, named: str = "", page: str | None = None
) -> dict[str, Any]:
    """Return what makes a notice one that can be mended at once, if it can."""
    page = page or FIX_FLOWS.get(words)
    if words.startswith(PROFILE_MISSING):
        page = "another_profile"
    if page is None:
        return {"is_fixable": False}
    data = {"mend": page, "person_id": person_id, "named": named}
    return {"is_fixable": True, "data": data}


@callback
def _create(
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
    """Raise a repair issue; names that people typed are shown as they are."""
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
def create_release_issue(
    hass: HomeAssistant,
    entry: ConfigEntry,
    person_id: str,
    person: Person | None = None,
) -> None:
    """Say whose redirect was left behind, and where, when they went.

    ``person``: as they were; ``None``: as they are stored still.
    """
    if person is not None:
        name, extension = person.name, person.extension
    elif (stored := entry.subentries.get(person_id)) is not None:
        name, extension = stored.data[CONF_NAME], stored.data[CONF_EXTENSION]
    else:
        name = extension = "?"
    _create(
        hass,
        f"release_failed_{person_id}",
        is_fixable=True,
        is_persistent=True,
        translation_key="release_failed",
        translation_placeholders={
            "person": name,
            "extension": extension,
            "title": entry.title,
        },
    )


@callback
def create_forgotten_issue(hass: HomeAssistant, entry: ConfigEntry) -> None:
    """Say that the phone system forgot redirects, and that they were set again."""
    _create(
        hass,
        f"phone_system_forgot_{entry.entry_id}",
        is_fixable=True,
        is_persistent=True,
        translation_key="phone_system_forgot",
        translation_placeholders={"title": entry.title},
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
    _create(
        hass,
        f"limits_ended_{entry.entry_id}",
        is_fixable=True,
        is_persistent=True,
        severity=ir.IssueSeverity.WARNING,
        translation_key="limits_ended",
        translation_placeholders={
            "title": entry.title,
            "redirects": ", ".join(sorted(redirects)) or "–",
            "profiles": ", ".join(sorted(profiles)) or "–",
        },
    )


OF_THE_JOURNAL: Final = ("disk_full", "journal_not_written")
"""Why nothing can be stored."""


@callback
def set_journal_issue(
    hass: HomeAssistant, entry: ConfigEntry, trouble: Trouble | None
) -> None:
    """Raise the issue that nothing can be stored; ``None`` deletes it."""
    kind = None
    if trouble is not None:
        kind = "disk_full" if trouble.full else "journal_not_written"
    for known in OF_THE_JOURNAL:
        blanks = {"title": entry.title}
        if trouble is not None and not trouble.full:
            blanks["reason"] = trouble.reason
        _set_entry_issue(hass, entry, known, blanks, there=known == kind)


@callback
def set_newer_journal_issue(
    hass: HomeAssistant, entry: ConfigEntry, *, there: bool
) -> None:
    """Say that a later version stored what is there, or that it did not."""
    _set_entry_issue(hass, entry, "journal_newer", {"title": entry.title}, there=there)


@callback
def set_newer_entry_issue(
    hass: HomeAssistant, entry: ConfigEntry, *, there: bool
) -> None:
    """Say that a later version changed the settings, or that it did not."""
    _set_entry_issue(hass, entry, "entry_newer", {"title": entry.title}, there=there)


@callback
def set_journal_damage_issue(
    hass: HomeAssistant, entry: ConfigEntry, people: Iterable[str], file: str | None
) -> None:
    """Say what could not be read, of whom, and where it was kept."""
    _create(
        hass,
        f"journal_damaged_{entry.entry_id}",
        is_fixable=True,
        is_persistent=True,
        severity=ir.IssueSeverity.WARNING,
        translation_key="journal_damaged",
        translation_placeholders={
            "title": entry.title,
            "people": ", ".join(people) or "–",
            "file": file or "–",
        },
    )


@callback
def delete_entry_issues(hass: HomeAssistant, entry: ConfigEntry) -> None:
    """Drop every notice about what was stored of a phone system that is removed."""
    for kind in (*OF_THE_JOURNAL, "journal_damaged", "journal_newer", "entry_newer"):
        ir.async_delete_issue(hass, DOMAIN, f"{kind}_{entry.entry_id}")


@callback
def _set_entry_issue(
    hass: HomeAssistant,
    entry: ConfigEntry,
    kind: str,
    blanks: Placeholders,
    *,
    there: bool,
) -> None:
    issue = f"{kind}_{entry.entry_id}"
    if not there:
        ir.async_delete_issue(hass, DOMAIN, issue)
        return
    _create(
        hass,
        issue,
        is_fixable=False,
        severity=ir.IssueSeverity.ERROR,
        translation_key=kind,
        translation_placeholders=blanks,
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
    """Say that a redirect cannot be set, or with no reason that it can again.

    ``error``: what the phone system said, if it is that.
    """
    issue = f"redirect_failing_{person_id}"
    if reason is None:
        ir.async_delete_issue(hass, DOMAIN, issue)
        return
    words = f"redirect_failing_{reason}"
    _create(
        hass,
        issue,
        severity=ir.IssueSeverity.ERROR,
        translation_key=words,
        translation_placeholders={
            **(error.placeholders if error is not None else {}),
            "person": name,
            "title": entry.title,
        },
        **_fixable(
            words,
            person_id,
            page="try_again" if error is not None and error.try_again else None,
        ),
    )


@callback
def set_person_issue(
    hass: HomeAssistant, kind: str, person_id: str, name: str, *, there: bool
) -> None:
    """Create or delete a repair issue that names only a person."""
    issue = f"{kind}_{person_id}"
    if not there:
        ir.async_delete_issue(hass, DOMAIN, issue)
        return
    _create(
        hass,
        issue,
        severity=ir.IssueSeverity.WARNING,
        translation_key=kind,
        translation_placeholders={"person": name},
        **_fixable(kind, person_id, "default_"),
    )


@callback
def set_default_profile_issue(
    hass: HomeAssistant, entry: ConfigEntry[Any], names: Sequence[str]
) -> None:
    """Say once for an office whose default profile is gone; drop it if nobody's is."""
    issue = f"default_profile_missing_{entry.entry_id}"
    if not names:
        ir.async_delete_issue(hass, DOMAIN, issue)
        return
    listed = ", ".join(names[:NAMES_LISTED])
    if more := len(names) - NAMES_LISTED:
        listed += f" (+{more})" if more > 0 else ""
    page = FIX_FLOWS["default_profile_missing"]
    _create(
        hass,
        issue,
        severity=ir.IssueSeverity.WARNING,
        translation_key="default_profile_missing",
        translation_placeholders={"people": listed},
        is_fixable=True,
        data={"mend": page, "entry_id": entry.entry_id},
    )


@dataclass(frozen=True, slots=True)
class UnreadCalendar:
    """A calendar that cannot be read."""

    id: str
    name: str
    problem: str
    reason: str | None


@callback
def set_calendar_issues(
    hass: HomeAssistant, person_id: str, name: str, behind: Iterable[UnreadCalendar]
) -> None:
    """Create an issue for each unread calendar of a person; delete the others."""
    raised = set()
    for calendar in behind:
        if calendar.problem not in CALENDAR_PROBLEMS:
            continue
        words = f"calendar_{calendar.problem}"
        raised.add(issue := f"calendar_{person_id}_{words}_{calendar.id}")
        if calendar.reason in CALENDAR_REASONS:
            words = f"calendar_{calendar.reason}"
        _create(
            hass,
            issue,
            severity=ir.IssueSeverity.WARNING,
            translation_key=words,
            translation_placeholders={"person": name, "calendar": calendar.name},
            learn_more_url=SETTINGS,
            **_fixable(words, person_id, calendar.id),
        )
    _drop_others(hass, f"calendar_{person_id}_", raised)


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
    raised = set()
    if problem is not None:
        words = f"account_{problem}"
        raised.add(prefix + problem)
        if reason in CALENDAR_REASONS:
            words = f"account_{reason}"
        page = FIX_FLOWS.get(words)
        _create(
            hass,
            prefix + problem,
            severity=ir.IssueSeverity.WARNING,
            translation_key=words,
            translation_placeholders={
                "title": entry.title,
                "server": GROUPWARE[kind],
            },
            learn_more_url=SETTINGS,
            is_fixable=page is not None,
            data={"mend": page, "entry_id": entry.entry_id, "named": kind}
            if page
            else None,
        )
    _drop_others(hass, prefix, raised)


@callback
def _drop_others(hass: HomeAssistant, prefix: str, raised: set[str]) -> None:
    """Delete the issues whose id has this prefix, except those just raised."""
    known = [
        issue_id for domain, issue_id in ir.async_get(hass).issues if domain == DOMAIN
    ]
    for issue_id in known:
        if issue_id.startswith(prefix) and issue_id not in raised:
            ir.async_delete_issue(hass, DOMAIN, issue_id)


PERMISSIONS: Final = ("Presence.Read", "Presence.Read.All", "Presence.ReadWrite")
"""What Teams may be missing."""


@callback
def set_permission_issue(
    hass: HomeAssistant, person_id: str, name: str, permission: str, *, there: bool
) -> None:
    """Say that a sign-in lacks a permission for Teams, or drop that notice."""
    issue = f"teams_{permission}_{person_id}"
    if not there:
        ir.async_delete_issue(hass, DOMAIN, issue)
        return
    _create(
        hass,
        issue,
        is_fixable=False,
        severity=ir.IssueSeverity.WARNING,
        translation_key="teams_not_allowed",
        translation_placeholders={"person": name, "permission": permission},
    )


@callback
def set_sign_in_issue(
    hass: HomeAssistant, person_id: str, name: str, reason: str | None
) -> None:
    """Say why a person has to sign in at Microsoft anew; ``None``: they need not."""
    issue = f"microsoft_sign_in_{person_id}"
    if reason is None:
        ir.async_delete_issue(hass, DOMAIN, issue)
        return
    _create(
        hass,
        issue,
        severity=ir.IssueSeverity.WARNING,
        translation_key="microsoft_sign_in",
        translation_placeholders={"person": name, "reason": reason},
        **_fixable("microsoft_sign_in", person_id),
    )


@callback
def delete_person_issues(hass: HomeAssistant, person_id: str) -> None:
    """Delete all repair issues of a removed person."""
    for issue in OF_A_PERSON:
        ir.async_delete_issue(hass, DOMAIN, f"{issue}_{person_id}")
    for permission in PERMISSIONS:
        ir.async_delete_issue(hass, DOMAIN, f"teams_{permission}_{person_id}")
    set_reference_issues(hass, person_id, {})
    set_calendar_issues(hass, person_id, "", ())


@callback
def set_reference_issues(
    hass: HomeAssistant, person_id: str, broken: Mapping[str, tuple[str, Placeholders]]
) -> None:
    """Say what a person's settings name that is not there, and drop the rest.

    ``broken``: what tells one notice from another → its words and their blanks.
    """
    prefix = f"settings_{person_id}_"
    # Not by what it is about: an issue's id is in what is sent to maintainers.
    ids = {key: sha256(key.encode()).hexdigest()[:12] for key in broken}
    _drop_others(hass, prefix, {prefix + known for known in ids.values()})
    for key, (words, placeholders) in broken.items():
        _create(
            hass,
            prefix + ids[key],
            severity=ir.IssueSeverity.WARNING,
            translation_key=words,
            translation_placeholders=placeholders,
            learn_more_url=SETTINGS,
            **_fixable(words, person_id, key),
        )
