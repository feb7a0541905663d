"""The redirect that stays in force below a profile that leaves it unchanged."""

from dataclasses import dataclass
from datetime import datetime

from ..model import Decision, Facts, Office, Profile, RedirectMode, RedirectRule
from .choose import choose
from .decide import decide
from .simulate import Step


@dataclass(frozen=True, slots=True)
class KeptRedirect:
    """The redirect of a claim below the one that holds, and the profile it is of."""

    rule: RedirectRule
    profile: Profile


def kept_redirect(
    office: Office, person_id: str, held: Decision | Step
) -> KeptRedirect | None:
    """Return the forward that goes on under the profile that holds, if one does."""
    claim = held.redirect_claim
    if claim is None or claim == held.claim:
        return None
    if held.redirect.mode is not RedirectMode.FORWARD:
        return None
    profile = office.of(person_id).profiles.get(claim.profile)
    return KeptRedirect(held.redirect, profile) if profile else None


def would_keep(
    office: Office, facts: Facts, profile: str, now: datetime
) -> KeptRedirect | None:
    """Return the forward that would go on if a profile were chosen now."""
    then = decide(office, choose(office, facts, profile, now), now)
    return kept_redirect(office, facts.person, then)
