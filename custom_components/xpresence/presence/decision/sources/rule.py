"""Any entity that has been in a given state for a while, in the person's order."""

from datetime import datetime

from ...datetimes import later
from ...model import (
    Claim,
    EntityRule,
    Facts,
    Health,
    Met,
    Occasion,
    OccasionKind,
    Office,
    Person,
    Source,
)
from .slot import Slot, earliest, exact


@exact
def claims(office: Office, person: Person, facts: Facts, now: datetime) -> Slot:
    """Return a claim for every rule that applies."""
    found: list[Claim] = []
    changes: list[datetime | None] = []
    for rule in person.rules:
        met = facts.conditions.get(rule.id)
        if met is None:
            continue
        since = later(met.since, rule.duration)
        if met.left is not None and met.left < since:
            continue
        end = _end(rule, met, office.health)
        if end is not None and end <= max(now, since):
            continue
        changes += [since, end]
        if since <= now:
            found.append(
                Claim(
                    Source.RULE,
                    rule.profile,
                    key=f"{rule.id}@{met.since.isoformat()}",
                    since=since,
                    reason="rule",
                    until=end,
                    occasion=Occasion(OccasionKind.RULE, rule.id),
                )
            )
    return Slot(tuple(found), change=earliest(changes, now))


def _end(rule: EntityRule, met: Met, health: Health) -> datetime | None:
    """Return when a rule ends, if it does: left for a while, or silent too long."""
    ends = []
    if met.left is not None:
        ends.append(later(met.left, rule.linger))
    if met.silent_since is not None:
        ends.append(later(met.silent_since, health.grace))
    return min(ends, default=None)
