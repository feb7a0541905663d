"""Which of several descriptions of one event is the newest (RFC 5546, 2.1.5)."""

from collections.abc import Iterable

from . import values
from .components import Component

type Identity = tuple[str, ...]


def newest(components: Iterable[Component]) -> list[Component]:
    """Drop descriptions of an event that a later one replaces.

    Of those with one ``UID`` and ``RECURRENCE-ID`` the highest ``SEQUENCE`` counts.
    Where it is the same, all are kept: some programs give events of their own one UID.
    """
    components = list(components)
    highest: dict[Identity, int] = {}
    for one in components:
        if (number := _sequence(one)) > 0:
            key = _identity(one)
            highest[key] = max(number, highest.get(key, 0))
    if not highest:
        return components
    return [
        one for one in components if _sequence(one) >= highest.get(_identity(one), 0)
    ]


def _sequence(component: Component) -> int:
    if "SEQUENCE" not in component.lines:
        return 0
    found = values.word(component, "SEQUENCE")
    return int(found) if found.isdecimal() and len(found) < 10 else 0


def _identity(component: Component) -> Identity:
    uid = component.lines.get("UID")
    if uid is None:
        # Nothing says that it is another description of anything.
        return ("", str(id(component)))
    return (*uid[:1], *component.lines.get("RECURRENCE-ID", ())[:1])
