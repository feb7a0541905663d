"""Readers of stored plain values: each returns what it says, or refuses the value.

Everything that was stored is read through these, so that a damaged file ends in
:class:`Malformed` at one place and not in a wrong type somewhere later.
"""

from collections.abc import Callable, Mapping
from datetime import datetime
from enum import StrEnum
from math import isfinite
from typing import Any, Final

LARGEST_NUMBER: Final = 2**53
DEEPEST: Final = 16
"""Levels that a stored record may be nested."""

type Reader[T] = Callable[[Any], T]


class Malformed(ValueError):
    """A stored value is not of the type or in the range that it should be."""


def text(value: Any) -> str:
    """Read a text."""
    if not isinstance(value, str):
        raise Malformed("not a text")
    return value


def flag(value: Any) -> bool:
    """Read a boolean."""
    if not isinstance(value, bool):
        raise Malformed("neither yes nor no")
    return value


def whole(value: Any) -> int:
    """Read a whole number that is not negative."""
    if isinstance(value, bool) or not isinstance(value, int):
        raise Malformed("not a whole number")
    if not 0 <= value <= LARGEST_NUMBER:
        raise Malformed("out of range")
    return value


def instant(value: Any) -> datetime:
    """Read an instant; without a time zone it names none.

    Near the ends of the calendar no time can be added and no zone changed: what lies
    before the year 2 or after 9998 is read as within them, for it is as good as always.
    """
    try:
        moment = datetime.fromisoformat(text(value))
        aware = moment.utcoffset() is not None
    except ValueError as error:
        raise Malformed("not an instant") from error
    if not aware:
        raise Malformed("an instant without a time zone")
    if not 2 <= moment.year <= 9998:
        moment = moment.replace(year=min(max(moment.year, 2), 9998), day=28)
    return moment


def member[E: StrEnum](kind: type[E]) -> Reader[E]:
    """Return a reader of one of an enumeration's values."""

    def read(value: Any) -> E:
        try:
            return kind(text(value))
        except ValueError as error:
            raise Malformed("not one of the known words") from error

    return read


def optional[T](read: Reader[T]) -> Reader[T | None]:
    """Return a reader that takes ``None`` as well."""
    return lambda value: None if value is None else read(value)


def listed[T](read: Reader[T]) -> Reader[tuple[T, ...]]:
    """Return a reader of a list of such values."""

    def read_all(value: Any) -> tuple[T, ...]:
        if not isinstance(value, list | tuple):
            raise Malformed("not a list")
        return tuple(read(one) for one in value)

    return read_all


def fields(value: Any) -> Mapping[str, Any]:
    """Read a mapping by names."""
    if not isinstance(value, Mapping) or not all(isinstance(k, str) for k in value):
        raise Malformed("not fields by their names")
    return value


def plain(value: Any, depth: int = DEEPEST) -> None:
    """Check that a value can be stored as JSON: no NaN, no excessive nesting.

    Raises:
        Malformed: it is, or contains, such a value.
    """
    match value:
        case None | bool():
            return
        case str():
            if any("\ud800" <= sign <= "\udfff" for sign in value):
                raise Malformed("half a character")
        case int() | float():
            if not isfinite(value) or abs(value) > LARGEST_NUMBER:
                raise Malformed("out of range")
        case Mapping() | list():
            if depth == 0:
                raise Malformed("nested too deep")
            inner = [*value, *value.values()] if isinstance(value, Mapping) else value
            for one in inner:
                plain(one, depth - 1)
        case _:
            raise Malformed("not a plain value")
