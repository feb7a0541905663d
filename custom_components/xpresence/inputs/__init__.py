"""What feeds the facts about a person: one file an input.

An input reads something outside (entities, calendars, Teams) and tells what it
learned; it decides nothing.
"""

from collections.abc import Callable
from typing import Final

from ..engine.input import InputContext
from ..engine.person import Input
from .calendars import CalendarsInput
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


def inputs_for(input_context: InputContext) -> tuple[Input, ...]:
    """Return a person's inputs; nothing is read yet."""
    return tuple(make(input_context) for make in INPUTS)
