"""What inputs store of a person, as plain JSON values and back."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from ..presence.model import Absence, Met, Pc, Statement
from ..presence.stored import (
    Malformed,
    Reader,
    fields,
    flag,
    instant,
    listed,
    optional,
    text,
)


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
    return Pc(**{name: PC[name](record[name]) for name in PC_FIELDS if name in record})


def absence_to_record(absence: Absence | None) -> list[str | None] | None:
    """Return an absence as plain values; a third one says that its end was told."""
    if absence is None:
        return None
    since, until = _from_instant(absence.since), _from_instant(absence.until)
    return [since, until, until] if absence.told else [since, until]


def absence_from_record(record: Any) -> Absence | None:
    """Read what :func:`absence_to_record` wrote.

    Raises:
        Malformed: it is damaged.
    """
    match optional(listed(to_instant))(record):
        case None | (None, None):
            return None
        case (datetime() as since, until):
            return Absence(since, until)
        case (datetime() as since, until, told):
            return Absence(since, until, told=told is not None)
        case _:
            raise Malformed("no absence")


def met_to_record(met: Met) -> list[str | None]:
    """Return how a rule's condition stands as plain values."""
    return [_from_instant(one) for one in (met.since, met.left, met.silent_since)]


def met_from_record(record: Any) -> Met | None:
    """Read what :func:`met_to_record` wrote.

    Raises:
        Malformed: it is damaged.
    """
    match listed(to_instant)(record):
        case (None, _, _):
            return None
        case (datetime() as since, left, silent_since):
            return Met(since, left, silent_since)
        case _:
            raise Malformed("no condition")


def rule_from_record(record: Any) -> tuple[tuple[str, ...], Met | None]:
    """Read what a rule was about, and how its condition stood.

    Raises:
        Malformed: it is damaged.
    """
    given = fields(record)
    return listed(text)(given.get("about")), met_from_record(given.get("met"))


def to_instant(stored: Any) -> datetime | None:
    """Read an instant that was stored, if one was."""
    return instant(stored) if stored else None


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


def _statement[T](read: Reader[T]) -> Reader[Statement[T] | None]:
    def read_statement(record: Any) -> Statement[T] | None:
        if not record:
            return None
        if not isinstance(record, list) or len(record) != 3:
            raise Malformed("no statement")
        value, since, silent_since = record
        return Statement(read(value), instant(since), to_instant(silent_since))

    return read_statement


PC: Final[Mapping[str, Reader[Any]]] = {
    "running": _statement(flag),
    "locked": _statement(flag),
    "last_input": _statement(instant),
    "active": _statement(flag),
    "ran_since": to_instant,
    "silence_ends": flag,
    "absence": absence_from_record,
    "ended": to_instant,
    "entities": lambda stored: {k: text(v) for k, v in fields(stored).items()},
}
"""The fields of what is stored of a PC."""
PC_FIELDS: Final = (
    "running",
    "locked",
    "last_input",
    "active",
    "ran_since",
    "silence_ends",
)
"""Those of them that :class:`Pc` has."""
