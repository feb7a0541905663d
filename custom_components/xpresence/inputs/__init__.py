"""What feeds the facts about a person: one file an input.

An input reads something outside (entities, calendars, Teams) and tells what it
learned; it decides nothing.
"""

from collections.abc import Callable
from typing import Any, Final

from homeassistant.config_entries import ConfigEntry
from homeassistant.core import HomeAssistant

from ..const import SUBENTRY_PERSON
from ..engine.input import InputContext
from ..engine.person import Input
from .calendars import CalendarsInput
from .calendars.kinds import async_load_types, calendars_of
from .entity_rules import RuleInput
from .microsoft_account import AccountInput
from .missing_references import MissingInput
from .pc import PcInput
from .teams import TeamsInput
from .telephone import TelephoneInput

INPUTS: Final[tuple[Callable[[InputContext], Input], ...]] = (
    PcInput,
    RuleInput,
    TelephoneInput,
    MissingInput,
    AccountInput,
    CalendarsInput,
    TeamsInput,
)
"""Every input there is; each makes its own of a person's context."""


async def async_load_modules(hass: HomeAssistant, entry: ConfigEntry[Any]) -> None:
    """Import what the calendars of an entry's people need, outside the event loop.

    Later ones are imported by whoever checks their settings, before these are stored.
    """
    kinds = {
        calendar.kind
        for person in entry.get_subentries_of_type(SUBENTRY_PERSON)
        for calendar in calendars_of(person.data)
    }
    await async_load_types(hass, kinds)


def inputs_for(input_context: InputContext) -> tuple[Input, ...]:
    """Return a person's inputs; nothing is read yet."""
    return tuple(make(input_context) for make in INPUTS)
