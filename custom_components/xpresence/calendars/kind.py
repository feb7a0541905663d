"""What makes a kind of calendar."""

from collections.abc import Callable
from dataclasses import dataclass

from ..groupware.source import CalendarSource
from ..inputs.inlet import Inlet
from .settings import CalendarSettings


@dataclass(frozen=True, kw_only=True, slots=True)
class Kind:
    """One kind of calendar.

    ``build`` makes the source of one person's calendar. What the source needs of
    Home Assistant (the aiohttp session, the executor) it takes from the inlet and
    hands in; it reads nothing yet.
    """

    key: str
    build: Callable[[Inlet, CalendarSettings], CalendarSource]

    @property
    def step(self) -> str:
        """Return the settings page that asks for a calendar of this kind."""
        return f"calendar_{self.key}"
