"""What makes a kind of calendar."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final

from homeassistant.config_entries import ConfigEntry
from homeassistant.core import HomeAssistant

from ....groupware.source import CalendarSource
from ..settings import CalendarSettings

if TYPE_CHECKING:
    from ....engine.input import InputContext

DEADLINE: Final = 60.0
"""Seconds that a calendar may take to answer."""


@dataclass(frozen=True, kw_only=True, slots=True)
class CalendarForm:
    """A calendar's settings as they were entered, on a page, in an action or a command."""

    hass: HomeAssistant
    entry: ConfigEntry[Any]
    values: Mapping[str, Any]
    stored: Mapping[str, Any] = field(default_factory=dict)
    """The settings of the calendar that is changed; empty for a new one."""
    others: Sequence[Mapping[str, Any]] = ()
    """The person's other calendars, as they are stored."""
    person_id: str | None = None
    """Whose calendar it is; ``None`` for somebody who is not there yet."""
    trusted: bool = True
    """Whether an administrator entered them, who may name files and any server."""


@dataclass(frozen=True, kw_only=True, slots=True)
class ValidationResult:
    """Settings that were tried and work, or problems by field (translation keys)."""

    settings: Mapping[str, Any] = field(default_factory=dict)
    name: str = ""
    """What the appointment list may call the calendar."""
    problems: Mapping[str, str] = field(default_factory=dict)
    placeholders: Mapping[str, str] = field(default_factory=dict)
    """What the texts of the problems name."""


def _nothing(_input_context: InputContext, _calendar: CalendarSettings) -> object:
    return None


def _no_words(_settings: Mapping[str, Any]) -> dict[str, Any]:
    return {}


@dataclass(frozen=True, kw_only=True, slots=True)
class CalendarType:
    """One kind of calendar.

    ``build`` makes the source of one person's calendar. What the source needs of
    Home Assistant (the aiohttp session, the executor) it takes from the
    input context and hands in; it reads nothing yet.

    ``check`` tries the settings of a calendar, for the pages and the action alike. ``depends_on`` is what
    the source is made of besides the person's settings: when it changes, the source
    is replaced. ``describe`` returns what of the settings names nobody, for diagnostics.
    ``sign_in_reported_elsewhere``: a refused sign-in has a repair issue of its own.
    """

    key: str
    build: Callable[[InputContext, CalendarSettings], CalendarSource]
    check: Callable[[CalendarForm], Awaitable[ValidationResult]]
    depends_on: Callable[[InputContext, CalendarSettings], object] = _nothing
    describe: Callable[[Mapping[str, Any]], dict[str, Any]] = _no_words
    deadline: float = DEADLINE
    """Seconds after which a reading is given up, waiting for one's turn included."""
    sign_in_reported_elsewhere: bool = False
    near_every: timedelta | None = None
    """How often today and tomorrow are read beside, where the server allows that."""

    @property
    def step(self) -> str:
        """Return the settings page that asks for a calendar of this kind."""
        return f"calendar_{self.key}"
