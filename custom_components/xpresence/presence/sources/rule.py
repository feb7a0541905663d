"""Any entity that has been in a given state for a while, in the person's order."""

from datetime import datetime

from ..activity import speaks_until
from ..model import Claim, Facts, Office, Person, Source
from ..moments import later
from .slot import Slot, earliest, exact


@exact
def claims(office: Office, person: Person, facts: Facts, now: datetime) -> Slot:
    """Return a claim for every rule that applies."""
    found: list[Claim] = []
    changes: list[datetime | None] = []
    for rule in person.rules:
        said = facts.entities.get(rule.entity)
        if said is None or said.value not in rule.states:
            continue
        since = later(said.since, rule.duration)
        end = speaks_until(said, office.health)
        if end is not None and end <= max(now, since):
            continue
        changes += [since, end]
        if since <= now:
            found.append(
                Claim(
                    Source.RULE,
                    rule.profile,
                    key=f"{rule.id}@{said.since.isoformat()}",
                    since=since,
                    reason="rule",
                    until=end,
                )
            )
    return Slot(tuple(found), change=earliest(changes, now))
