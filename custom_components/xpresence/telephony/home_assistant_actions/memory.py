"""What the driver remembers of its lines, as plain JSON values."""

from typing import Any, Final

from ...presence.line import (
    UNKNOWN,
    AgentState,
    Destination,
    ForwardingState,
    Line,
)
from ...presence.redirect.ledger import setting_from_json
from ...presence.redirect.parts import changed, known
from ...presence.stored import fields, member

OFF: Final = ForwardingState(None, None, None, None, None, do_not_disturb=False)


def line_to_json(line: Line) -> dict[str, Any]:
    """Return a line as plain JSON values."""
    forwarding: dict[str, Any] = {}
    for name in ForwardingState.__slots__:
        value = getattr(line.forwarding, name)
        if value is UNKNOWN:
            continue
        forwarding[name] = (
            [value.kind.value, value.number]
            if isinstance(value, Destination)
            else value
        )
    return {"setting": forwarding, "agent": dict(line.agent)}


def line_from_json(extension: str, data: Any) -> Line:
    """Read what :func:`line_to_json` wrote.

    Raises:
        Malformed: it is damaged.
    """
    given = fields(data)
    setting = {
        name: dict(zip(("kind", "number"), value, strict=False))
        if isinstance(value, list)
        else value
        for name, value in fields(given.get("setting", {})).items()
    }
    agent = {
        queue: member(AgentState)(state)
        for queue, state in fields(given.get("agent", {})).items()
    }
    kept = dict(known(setting_from_json(setting)))
    return Line(extension, changed(OFF, kept), agent=agent)
