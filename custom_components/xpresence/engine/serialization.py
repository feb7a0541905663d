"""What must survive a restart of a person, as plain JSON values and back."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from ..presence.model import (
    Choice,
    ChoiceRole,
    Dismissal,
    EndingKind,
    Facts,
    Note,
    Occasion,
    OccasionKind,
)
from ..presence.redirect.ledger import FIELDS, Ledger
from ..presence.stored import (
    Malformed,
    fields,
    flag,
    instant,
    listed,
    member,
    optional,
    text,
)
from .person import PersonState
from .record_types import Fields, Whole

LEDGER_LOST: Final = "ledger_lost"
"""Set while nobody has said whose redirect stands, for the ledger was damaged."""


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
        "role": choice.role.value,
    }


def choice_from_record(record: Any) -> Choice | None:
    """Read what :func:`choice_to_record` wrote.

    Raises:
        Malformed: it is damaged.
    """
    if record is None:
        return None
    given = fields(record)
    return Choice(
        profile=text(given.get("profile")),
        at=instant(given.get("at")),
        until=optional(instant)(given.get("until")),
        info_text=optional(text)(given.get("info_text")),
        ending=optional(member(EndingKind))(given.get("ending")),
        by=optional(text)(given.get("by")),
        role=member(ChoiceRole)(given.get("role", ChoiceRole.ON_TOP)),
    )


def dismissal_to_record(dismissal: Dismissal) -> dict[str, Any]:
    """Return as plain values what was set aside: when and what, no subject."""
    occasion = dismissal.occasion
    return {
        "kind": occasion.kind.value,
        "name": occasion.name,
        "calendar": occasion.calendar,
        "start": _written(occasion.start),
        "end": _written(occasion.end),
        "at": dismissal.at.isoformat(),
        "until": dismissal.until.isoformat(),
        "by": dismissal.by,
    }


def dismissal_from_record(record: Any) -> Dismissal:
    """Read what :func:`dismissal_to_record` wrote.

    Raises:
        Malformed: it is damaged.
    """
    given = fields(record)
    return Dismissal(
        Occasion(
            member(OccasionKind)(given.get("kind")),
            text(given.get("name", "")),
            text(given.get("calendar", "")),
            optional(instant)(given.get("start")),
            optional(instant)(given.get("end")),
        ),
        at=instant(given.get("at")),
        until=instant(given.get("until")),
        by=optional(text)(given.get("by")),
    )


def facts_to_record(facts: Facts) -> dict[str, Any]:
    """Return what of the facts only a person can tell."""
    return {
        "choice": choice_to_record(facts.choice),
        "dismissed": [dismissal_to_record(one) for one in facts.dismissed],
        "automatic": facts.automatic,
        "note": [facts.note.text, facts.note.claim] if facts.note else None,
    }


def note_from_record(record: Any) -> Note | None:
    """Read an info text and the claim it was written under.

    Raises:
        Malformed: it is damaged.
    """
    if record is None:
        return None
    match listed(text)(record):
        case (written, claim):
            return Note(written, claim)
        case _:
            raise Malformed("no note")


def facts_from_record(person_id: str, record: Mapping[str, Any]) -> Facts:
    """Read what :func:`facts_to_record` wrote; an empty record knows nothing."""
    return Facts(
        person_id,
        choice=choice_from_record(record.get("choice")),
        dismissed=listed(dismissal_from_record)(record.get("dismissed", ())),
        automatic=flag(record.get("automatic", True)),
        note=note_from_record(record.get("note")),
    )


def ledger_from_record(record: Mapping[str, Any], extension: str) -> Ledger:
    """Read the ledger of a person's record; another extension's is not ours."""
    if record.get("extension") != extension or "ledger" not in record:
        return Ledger()
    return Ledger.from_json(record["ledger"])


def ledger_is_lost(record: Mapping[str, Any]) -> bool:
    """Tell whether the ledger was damaged, and nobody has said yet what stands."""
    return record.get(LEDGER_LOST) is True


def noted_from_record(record: Mapping[str, Any]) -> dict[str, Any]:
    """Read what the hotline and the guards noted of a person, by its field."""
    return {
        "activated": optional(text)(record.get("activated")),
        "paused": frozenset(listed(text)(record.get("paused", ()))),
        "redirect_since": optional(instant)(record.get("redirect_since")),
        "wrap_up_since": optional(instant)(record.get("wrap_up_since")),
    }


PERSON: Final = Fields(
    {
        "choice": choice_from_record,
        "dismissed": listed(dismissal_from_record),
        "automatic": flag,
        "note": note_from_record,
        "activated": optional(text),
        "paused": listed(text),
        "redirect_since": optional(instant),
        "wrap_up_since": optional(instant),
        "extension": text,
        "ledger": Whole(Ledger.from_json, FIELDS),
        LEDGER_LOST: flag,
    },
    needed=frozenset({"extension", "ledger", LEDGER_LOST}),
    doubt=LEDGER_LOST,
)
"""The record of a person."""


def to_record(state: PersonState, ledger: Ledger) -> dict[str, Any]:
    """Return all that must survive of a person, with this ledger."""
    lost = {LEDGER_LOST: True} if state.loop.undecided else {}
    return {
        **facts_to_record(state.facts),
        "activated": state.activated,
        "paused": sorted(state.paused),
        "redirect_since": _written(state.redirect_since),
        "wrap_up_since": _written(state.wrap_up_since),
        "extension": state.person.extension,
        "ledger": ledger.to_json(),
        **lost,
    }


def _written(instant: datetime | None) -> str | None:
    return instant.isoformat() if instant else None
