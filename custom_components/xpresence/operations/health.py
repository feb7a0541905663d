"""How one phone system's work goes: for the panel, the sensors and maintainers."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from homeassistant.core import callback
from homeassistant.util import dt as dt_util

from ..coordinator import OfficeCoordinator
from ..engine.person import PersonState
from ..engine.statistics import percentile
from ..inputs.calendars import calendars_of_person


@callback
def statistics(coordinator: OfficeCoordinator) -> Mapping[str, Any]:
    """Return how fast switches were, what was retried, and how old readings are.

    Counts and times alone: nobody's name or number.
    """
    people = list(coordinator.people.values())
    return {
        "switches": coordinator.people.statistics.summary(),
        "readings": _readings(coordinator, people),
        "calendars": _calendars(people),
    }


def _readings(
    coordinator: OfficeCoordinator, people: list[PersonState]
) -> Mapping[str, Any]:
    lines = [state.line for state in people]
    ages = [
        _age(line.as_of)
        for line in lines
        if line is not None and line.as_of is not None
    ]
    oldest = coordinator.system.freshness.oldest
    return {
        "known": sum(line is not None for line in lines),
        "unknown": sum(line is None for line in lines),
        "failing": sum(state.loop.failure is not None for state in people),
        "pushed": coordinator.system.freshness.poll_every is None,
        "median_age_seconds": _whole(percentile(ages, 50)),
        "oldest_age_seconds": _whole(max(ages, default=None)),
        "discarded_after_seconds": oldest,
    }


def _calendars(people: list[PersonState]) -> Mapping[str, Any]:
    followed = [
        calendar
        for state in people
        for calendar in calendars_of_person(state).calendars
    ]
    ages = [_age(one.read_at) for one in followed if one.read_at is not None]
    return {
        "followed": len(followed),
        "behind": sum(one.problem is not None for one in followed),
        "oldest_age_seconds": _whole(max(ages, default=None)),
    }


def _age(then: datetime) -> float:
    return max(0.0, (dt_util.utcnow() - then).total_seconds())


def _whole(seconds: float | None) -> int | None:
    return None if seconds is None else round(seconds)
