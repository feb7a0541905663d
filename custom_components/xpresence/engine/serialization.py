"""What must survive a restart of a person, as plain JSON values and back."""

from collections.abc import Mapping
from datetime import datetime
import logging
from typing import Any

from ..presence.model import Choice, EndingKind, Facts, Note
from ..presence.redirect.ledger import Ledger
from .person import PersonState

_LOGGER = logging.getLogger(__name__)


def choice_to_record(choice: Choice | None) -> dict[str, Any] | None:
    """Return a choice as plain values."""
    if choice is None:
        return None
    return {
        "profile": choice.profile,
        "at": choice.at.isoformat(),
        "until": choice.until.isoformat() if choice.until else None,
        "info_text": choice.info_text,
        "ending": choice.ending.value if choice.ending else None,
        "by": choice.by,
    }


def choice_from_record(record: Mapping[str, Any] | None) -> Choice | None:
    """Read what :func:`choice_to_record` wrote."""
    if not record:
        return None
    until, ending = record["until"], record.get("ending")
    return Choice(
        profile=record["profile"],
        at=datetime.fromisoformat(record["at"]),
        until=datetime.fromisoformat(until) if until else None,
        info_text=record["info_text"],
        ending=EndingKind(ending) if ending else None,
        by=record["by"],
    )


def facts_to_record(facts: Facts) -> dict[str, Any]:
    """Return what of the facts only a person can tell."""
    return {
        "choice": choice_to_record(facts.choice),
        "automatic": facts.automatic,
        "note": [facts.note.text, facts.note.claim] if facts.note else None,
    }


def facts_from_record(person_id: str, record: Mapping[str, Any]) -> Facts:
    """Read what :func:`facts_to_record` wrote; an empty record knows nothing."""
    note = record.get("note")
    return Facts(
        person_id,
        choice=choice_from_record(record.get("choice")),
        automatic=record.get("automatic", True),
        note=Note(*note) if note else None,
    )


def ledger_from_record(record: Mapping[str, Any], extension: str) -> Ledger:
    """Read the ledger of a person's record; another extension's is not ours."""
    if record.get("extension") != extension or "ledger" not in record:
        return Ledger()
    return Ledger.from_json(record["ledger"])


def noted_from_record(record: Mapping[str, Any]) -> dict[str, Any]:
    """Read what the hotline and the guards noted of a person, by its field."""
    return {
        "activated": record.get("activated"),
        "paused": frozenset(record.get("paused", ())),
        "redirect_since": _instant(record.get("redirect_since")),
        "wrap_up_since": _instant(record.get("wrap_up_since")),
    }


def to_record(state: PersonState, ledger: Ledger) -> dict[str, Any]:
    """Return all that must survive of a person, with this ledger."""
    return {
        **facts_to_record(state.facts),
        "activated": state.activated,
        "paused": sorted(state.paused),
        "redirect_since": _written(state.redirect_since),
        "wrap_up_since": _written(state.wrap_up_since),
        "extension": state.person.extension,
        "ledger": ledger.to_json(),
    }


def _instant(stored: str | None) -> datetime | None:
    return datetime.fromisoformat(stored) if stored else None


def _written(instant: datetime | None) -> str | None:
    return instant.isoformat() if instant else None
