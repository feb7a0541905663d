"""Who or what made a change, and Home Assistant's context of it."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from homeassistant.core import Context, callback

from ..operations.authorization import home_of_user, roles_of_home
from ..presence.model import Decision, Source
from ..presence.permission.policy import Role
from ..presence.texts.logbook import Maker

if TYPE_CHECKING:
    from ..coordinator import OfficeCoordinator


@dataclass(frozen=True, slots=True)
class Cause:
    """Who or what made a change; ``name`` is a user's, where one made it."""

    context: Context
    maker: Maker
    name: str | None = None


async def async_cause(
    coordinator: OfficeCoordinator,
    person_id: str,
    context: Context | None,
    *,
    satellite: str | None = None,
) -> Cause:
    """Return who calls; whether they may was asked before.

    ``satellite`` is the device that heard a voice command, if one did.
    """
    if context is None:
        context = Context()
    if context.user_id is None:
        return Cause(context, Maker.VOICE if satellite else Maker.AUTOMATION)
    user = await coordinator.hass.auth.async_get_user(context.user_id)
    home = home_of_user(coordinator, context.user_id)
    roles = roles_of_home(coordinator, person_id, home)
    if Role.OWNER in roles:
        maker = Maker.PERSON
    elif Role.ACTING_DELEGATE in roles:
        maker = Maker.DELEGATE
    else:
        maker = Maker.ADMINISTRATOR
    state = coordinator.hass.states.get(home) if home else None
    name = state.name if state else user.name if user else None
    return Cause(context, maker, name)


@callback
def cause_by_itself(decision: Decision, parent: Context | None) -> Cause:
    """Return why a decision changed that nobody changed just now.

    ``parent`` is the context of what was seen outside, as a door or a camera.
    """
    context = Context(parent_id=parent.id if parent else None)
    if decision.source is Source.MANUAL:
        return Cause(context, Maker.PERSON)
    return Cause(context, Maker(decision.source.value))


@callback
def cause_at_phone() -> Cause:
    """Return the cause of what was dialled at a telephone."""
    return Cause(Context(), Maker.PHONE)
