"""Calls by voice: "call Ben"."""

from ..operations.calls import async_call
from ..services.service import PersonTarget
from .replies import Turn, Unclear
from .speaker import speaker


async def async_call_colleague(turn: Turn, people: list[PersonTarget]) -> str:
    """Call a colleague from the speaker's telephone.

    ``people``: the colleague, once for each of the offices they are in.

    Raises:
        Unclear: nobody knows who speaks, or speaker and colleague share no office.
        HomeAssistantError: as :func:`~..operations.calls.async_call`.
    """
    mine = dict(speaker(turn.hass, turn.said))
    if not mine:
        raise Unclear(turn.answer("who_calls"))
    for coordinator, person in people:
        if coordinator not in mine:
            continue
        name = coordinator.people[person].person.name
        await async_call(
            coordinator,
            mine[coordinator],
            name,
            turn.said.context,
            satellite=turn.satellite,
        )
        return turn.answer("calling", person=name)
    raise Unclear(turn.answer("call_elsewhere"))
