"""What feeds the facts about a person: one file an input.

An input reads something outside (entities, calendars, Teams) and tells what it
learned; it decides nothing.
"""

from collections.abc import Callable
from typing import Final

from ..engine.input import Inlet, Input, Leaving, Recalling
from .calendars import CalendarsInput
from .entity_rules import RuleInput
from .microsoft_account import AccountInput
from .missing_references import MissingInput
from .pc import PcInput
from .teams import TeamsInput
from .telephone import TelephoneInput

__all__ = ["INPUTS", "Inlet", "Input", "Leaving", "Recalling", "inputs_for"]

INPUTS: Final[tuple[Callable[[Inlet], Input], ...]] = (
    PcInput,
    RuleInput,
    TelephoneInput,
    MissingInput,
    AccountInput,
    CalendarsInput,
    TeamsInput,
)
"""Every input there is; each makes its own of a person's inlet."""


def inputs_for(inlet: Inlet) -> tuple[Input, ...]:
    """Return a person's inputs; nothing is read yet."""
    return tuple(make(inlet) for make in INPUTS)
