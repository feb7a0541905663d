"""Effect of a choice by hand: a claim on top, or automatic claims dismissed.

A choice with an end (a time, or an ending picked by hand) is a claim on top. Without
one it depends on what is chosen:

====================================  ===========================================
what automation would choose anyway   the choice before and every dismissal are
                                      released
a profile with the status             the automatic claims that ask for something
*available*                           else are dismissed; if none is left that asks
                                      for this one, it stands in for the default
another one that a claim asks for     the claims above that one are dismissed; it
                                      counts again
any other                             a claim on top, until its ending rule
====================================  ===========================================

The default profile is a claim here: choosing it dismisses the claims above it.
"""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime

from ..datetimes import utc
from ..facts.history import with_past
from ..line import Status
from ..model import (
    Choice,
    ChoiceRole,
    Claim,
    Dismissal,
    EndingKind,
    Facts,
    Occasion,
    Office,
    Person,
    RedirectMode,
    Source,
    Verdict,
)
from .decide import decide, note_on
from .dismissals import added, dismissal, without


def choose(
    office: Office,
    facts: Facts,
    profile: str,
    now: datetime,
    *,
    until: datetime | None = None,
    info_text: str | None = None,
    ending: EndingKind | None = None,
    by: str | None = None,
) -> Facts:
    """Return the facts once somebody has picked a profile."""
    now = utc(now)
    facts = with_past(office, facts, now)
    end = None if until is None else utc(until)
    choice = Choice(profile, now, end, info_text, ending, by)
    person = office.people.get(facts.person)
    if end is not None or ending is not None or person is None:
        return replace(facts, choice=choice)
    chosen = _without_end(office, person, facts, choice)
    if chosen.choice is not None and chosen.choice.role is not ChoiceRole.CONFIRMS:
        return chosen
    if info_text is None:
        return chosen
    return replace(chosen, note=note_on(decide(office, chosen, now), info_text))


def _without_end(office: Office, person: Person, facts: Facts, choice: Choice) -> Facts:
    free = replace(facts, choice=None, dismissed=())
    anyway = decide(office, free, choice.at)
    if anyway.profile.id == choice.profile:
        return _confirmed(office, free, choice)
    claims = [e.claim for e in anyway.trace if e.verdict is not Verdict.REFUSED]
    asking = [claim for claim in claims if claim.profile == choice.profile]
    profile = office.of(person.id).profiles.get(choice.profile)
    if profile is not None and profile.status is Status.AVAILABLE:
        others = [claim for claim in claims if claim not in asking]
        rest = _set_aside(facts, person, choice, others, asking)
        if any(claim.source is not Source.DEFAULT for claim in asking):
            return _confirmed(office, rest, choice)
        if asking:
            return rest
        return replace(rest, choice=replace(choice, role=ChoiceRole.STANDS_IN))
    if asking:
        above = claims[: claims.index(asking[0])]
        return _set_aside(facts, person, choice, above, asking[:1])
    return replace(facts, choice=choice)


def _confirmed(office: Office, facts: Facts, choice: Choice) -> Facts:
    """Remember that a choice confirms an automatic claim with an available profile.

    That is only remembered where something below it would send calls away.
    """
    decision = decide(office, facts, choice.at)
    if decision.profile.id != choice.profile:
        return facts
    silent = decision.profile.redirect.mode is RedirectMode.UNCHANGED
    sent_away = silent and decision.redirect_claim is not None
    shifted = decision.profile.agent is None and decision.agent_claim is not None
    if decision.profile.status is Status.AVAILABLE and (sent_away or shifted):
        role = ChoiceRole.CONFIRMS
        return replace(facts, choice=replace(choice, info_text=None, role=role))
    return facts


def _set_aside(
    facts: Facts,
    person: Person,
    choice: Choice,
    claims: Iterable[Claim],
    asking: Iterable[Claim],
) -> Facts:
    """Dismiss some claims; those that ask for what was chosen count again."""
    facts = replace(facts, choice=None)
    wanted = [claim.occasion for claim in asking if claim.occasion]
    new = [
        dismissal(claim.occasion, person, choice.at, choice.by)
        for claim in claims
        if claim.occasion
    ]
    return replace(facts, dismissed=added(without(facts.dismissed, wanted, facts), new))


# Single dismissals


def dismiss(
    office: Office,
    facts: Facts,
    occasion: Occasion,
    now: datetime,
    by: str | None = None,
) -> Facts:
    """Return the facts with one claim dismissed; the choice by hand stays."""
    person = office.people[facts.person]
    facts = with_past(office, facts, utc(now))
    new: tuple[Dismissal, ...] = (dismissal(occasion, person, utc(now), by),)
    return replace(facts, dismissed=added(facts.dismissed, new))


def bring_back(facts: Facts, occasion: Occasion | None = None) -> Facts:
    """Return the facts without one dismissal, or with ``None`` without any."""
    if occasion is None:
        return replace(facts, dismissed=())
    return replace(facts, dismissed=without(facts.dismissed, (occasion,), facts))


def resume_automatic(facts: Facts) -> Facts:
    """Return the facts with automation on, no choice by hand, and no dismissals."""
    return replace(facts, choice=None, dismissed=(), automatic=True)


def undo(facts: Facts, before: Facts) -> Facts:
    """Return the facts with what was chosen by hand as it was before.

    What else became known since stays: activity, appointments, calls.
    """
    return replace(
        facts,
        choice=before.choice,
        dismissed=before.dismissed,
        note=before.note,
        automatic=before.automatic,
    )


def set_automatic(facts: Facts, *, automatic: bool) -> Facts:
    """Return the facts with automation on or off; off drops all dismissals."""
    dismissed = facts.dismissed if automatic else ()
    return replace(facts, automatic=automatic, dismissed=dismissed)
