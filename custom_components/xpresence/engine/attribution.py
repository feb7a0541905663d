"""Who or what made a change, and Home Assistant's context of it."""

from dataclasses import dataclass
from typing import Final

from homeassistant.core import Context, callback

from ..presence.model import Decision, Source
from ..presence.texts.logbook import Author

BY_VOICE: Final = "voice"
"""In place of a user's id: a satellite that is nobody's."""


@dataclass(frozen=True, slots=True)
class Origin:
    """Who or what made a change; ``name`` is a user's, where one made it.

    ``by`` is kept with a choice: a user's id, the id of the person for whom a satellite
    speaks, :data:`BY_VOICE`, or nothing for an automation.
    """

    context: Context
    author: Author
    name: str | None = None
    by: str | None = None


@callback
def origin_of_decision(decision: Decision, parent: Context | None) -> Origin:
    """Return the origin of a decision that changed without an action.

    ``parent`` is the context of what was seen outside, as a door or a camera.
    """
    context = Context(parent_id=parent.id if parent else None)
    if decision.source is Source.MANUAL:
        return Origin(context, Author.PERSON)
    return Origin(context, Author(decision.source.value))


@callback
def origin_at_phone() -> Origin:
    """Return the origin of a redirect that was dialled at a telephone."""
    return Origin(Context(), Author.PHONE)
