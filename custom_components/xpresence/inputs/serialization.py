"""What inputs store of a person, as plain JSON values and back."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from ..presence.model import Absence, Met, Pc, Statement


def pc_to_record(pc: Pc) -> dict[str, Any]:
    """Return what is known of a PC as plain values."""
    return {
        "running": _from_statement(pc.running),
        "locked": _from_statement(pc.locked),
        "last_input": _from_statement(pc.last_input),
        "active": _from_statement(pc.active),
        "ran_since": _from_instant(pc.ran_since),
        "silence_ends": pc.silence_ends,
    }


def pc_from_record(record: Mapping[str, Any]) -> Pc:
    """Read what :func:`pc_to_record` wrote; an empty record knows nothing."""
    used = _to_statement(record.get("last_input"))
    return Pc(
        running=_to_statement(record.get("running")),
        locked=_to_statement(record.get("locked")),
        last_input=used
        and Statement(
            datetime.fromisoformat(used.value), used.since, used.silent_since
        ),
        active=_to_statement(record.get("active")),
        ran_since=to_instant(record.get("ran_since")),
        silence_ends=record.get("silence_ends", False),
    )


def absence_to_record(absence: Absence | None) -> list[str | None] | None:
    """Return an absence as plain values."""
    if absence is None:
        return None
    return [_from_instant(absence.since), _from_instant(absence.until)]


def absence_from_record(record: list[str | None] | None) -> Absence | None:
    """Read what :func:`absence_to_record` wrote."""
    since, until = (to_instant(one) for one in record or (None, None))
    return Absence(since, until) if since is not None else None


def met_to_record(met: Met) -> list[str | None]:
    """Return how a rule's condition stands as plain values."""
    return [_from_instant(one) for one in (met.since, met.left, met.silent_since)]


def met_from_record(record: list[str | None]) -> Met | None:
    """Read what :func:`met_to_record` wrote."""
    since, left, silent_since = (to_instant(one) for one in record)
    return Met(since, left, silent_since) if since is not None else None


def to_instant(stored: str | None) -> datetime | None:
    """Read an instant that was stored, if one was."""
    return datetime.fromisoformat(stored) if stored else None


def _from_instant(moment: datetime | None) -> str | None:
    return moment.isoformat() if moment else None


def _from_statement(said: Statement[Any] | None) -> list[Any] | None:
    if said is None:
        return None
    value = said.value
    return [
        value.isoformat() if isinstance(value, datetime) else value,
        said.since.isoformat(),
        _from_instant(said.silent_since),
    ]


def _to_statement(record: list[Any] | None) -> Statement[Any] | None:
    if not record:
        return None
    value, since, silent_since = record
    return Statement(value, datetime.fromisoformat(since), to_instant(silent_since))
