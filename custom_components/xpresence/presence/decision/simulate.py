"""The future timeline of profiles, as far as the present facts determine it."""

from dataclasses import dataclass, replace
from datetime import datetime

from ..datetimes import utc
from ..model import Claim, Facts, Office, Profile, RedirectRule
from .decide import decide


@dataclass(frozen=True, slots=True)
class Step:
    """A stretch of time with one profile and one redirect rule."""

    start: datetime
    end: datetime
    profile: Profile
    claim: Claim
    redirect: RedirectRule
    redirect_claim: Claim | None

    def continues(self, other: Step) -> bool:
        """Return whether the other step has the same profile and redirect."""
        return (self.profile, self.claim, self.redirect, self.redirect_claim) == (
            other.profile,
            other.claim,
            other.redirect,
            other.redirect_claim,
        )


def simulate(
    office: Office,
    facts: Facts,
    start: datetime,
    end: datetime,
    most: int | None = None,
) -> tuple[Step, ...]:
    """Return the timeline from ``start`` to ``end``, without gaps.

    Costs one decision a change, however long the time is; after ``most`` steps it
    breaks off.
    """
    steps: list[Step] = []
    now, end = utc(start), utc(end)
    while now < end and (most is None or len(steps) < most):
        decision = decide(office, facts, now)
        then = decision.next_change
        until = end if then is None or then > end else then
        step = Step(
            now,
            until,
            decision.profile,
            decision.claim,
            decision.redirect,
            decision.redirect_claim,
        )
        if steps and steps[-1].continues(step):
            last = steps.pop()
            step = Step(
                last.start,
                until,
                last.profile,
                last.claim,
                last.redirect,
                last.redirect_claim,
            )
        steps.append(step)
        now = until
    return tuple(steps)


def clipped(
    steps: tuple[Step, ...], start: datetime, end: datetime
) -> tuple[Step, ...]:
    """Return the part of a timeline from ``start`` to ``end``."""
    start, end = utc(start), utc(end)
    return tuple(
        replace(step, start=max(step.start, start), end=min(step.end, end))
        for step in steps
        if step.start < end and step.end > start
    )
