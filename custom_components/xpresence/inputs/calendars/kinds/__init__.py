"""The kinds of calendars that a person may have: one file a kind.

A kind says how its source is built; the settings page that asks for it is the step
named ``calendar_`` and its key, in a file of its own in ``flows/``.
"""

from collections.abc import Iterable, Iterator, Mapping
from importlib import import_module
import sys
from typing import Final, cast, override

from homeassistant.core import HomeAssistant

from ..settings import CalendarSettings, calendars_of
from .fields import KINDS
from .kind import CalendarType


class CalendarTypes(Mapping[str, CalendarType]):
    """Every kind there is, by its key; its module is imported on first access.

    An import reads files: call :func:`async_load_types` before in the event loop.
    """

    @override
    def __getitem__(self, key: str) -> CalendarType:
        if key not in KINDS:
            raise KeyError(key)
        return cast("CalendarType", import_module(_module(key)).TYPE)

    @override
    def __iter__(self) -> Iterator[str]:
        return iter(KINDS)

    @override
    def __len__(self) -> int:
        return len(KINDS)


CALENDAR_TYPES: Final = CalendarTypes()


def _module(key: str) -> str:
    return f"{__package__}.{key}"


async def async_load_types(hass: HomeAssistant, keys: Iterable[str]) -> None:
    """Import the modules of kinds outside the event loop; unknown keys are ignored."""
    missing = [
        name
        for key in KINDS
        if key in set(keys) and (name := _module(key)) not in sys.modules
    ]
    if missing:
        await hass.async_add_import_executor_job(_import, missing)


def _import(names: Iterable[str]) -> None:
    for name in names:
        import_module(name)


__all__ = [
    "CALENDAR_TYPES",
    "CalendarSettings",
    "CalendarType",
    "async_load_types",
    "calendars_of",
]
