"""The one decision: which profile holds, and who decides where calls go.

Every source owns one slot; all claims, slot by slot in the office's order, are the
stack. Its top gives the profile. The redirect and the TeamDesk status come from the
first claim, from the top, whose profile has an opinion: *unchanged* is none, so a
call over a meeting leaves the meeting's redirect alone. One exception: a choice by
hand whose profile has the status *available* answers for both, so that nothing below
it sends the calls of somebody away who said to be there.
"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from functools import lru_cache
from typing import Final

from ..datetimes import utc
from ..line import AgentState, Condition, Status
from ..model import (
    ChoiceRole,
    Claim,
    Decision,
    Facts,
    Note,
    Office,
    Person,
    Profile,
    RedirectMode,
    RedirectRule,
    Source,
    TargetKind,
    TraceEntry,
    Verdict,
)
from .dismissals import dismissed_by, end_of_day
from .sources import calendar, call, default, inactivity, manual, rule, session
from .sources.slot import Claims, earliest

SOURCES: Final[Mapping[Source, Claims]] = {
    Source.MANUAL: manual.claims,
    Source.CALL: call.claims,
    Source.CALENDAR: calendar.claims,
    Source.RULE: rule.claims,
    Source.INACTIVITY: inactivity.claims,
    Source.SESSION: session.claims,
    Source.DEFAULT: default.claims,
}
WITHOUT_AUTOMATION: Final = frozenset({Source.MANUAL, Source.DEFAULT})
"""Sources that still claim while a person has automation switched off."""

NEUTRAL: Final = Profile("", "No profile", Status.AVAILABLE)
"""In force if even the default profile was deleted; leaves calls unchanged."""
NEUTRAL_CLAIM: Final = Claim(Source.DEFAULT, "", key="neutral", reason="neutral")


def decide(office: Office, facts: Facts, now: datetime) -> Decision:
    """Return the decision for one person at ``now``; pure, and never raises."""
    now = utc(now)
    if facts.person not in office.people:
        return _of_nobody(office, facts)
    office = office.of(facts.person)
    decision = decide_once(office, facts, now)
    if not facts.dismissed and facts.choice is None:
        return decision
    # A change between dismissed claims is not visible: skip it.
    change = decision.next_change
    while change is not None:
        then = decide_once(office, facts, change)
        if replace(then, next_change=None) != replace(decision, next_change=None):
            break
        change = then.next_change
    return replace(decision, next_change=change)


def decide_once(office: Office, facts: Facts, now: datetime) -> Decision:
    """Return the decision; every instant counts as a change, also of what is dismissed."""
    person = office.people[facts.person]
    stack: list[tuple[Claim, Profile]] = []
    refused: list[TraceEntry] = []
    changes: list[datetime | None] = []
    for source in in_order(office.order):
        slot = SOURCES[source](office, person, facts, now)
        changes.append(slot.change)
        for claim in slot.claims:
            why = refusal(office, person, facts, claim)
            aside = None if why else dismissed_by(facts, claim, now)
            if aside is not None:
                changes += [aside.until, aside.occasion.end]
                why = "dismissed"
            if why:
                refused.append(TraceEntry(claim, Verdict.REFUSED, why, (), aside))
            else:
                stack.append((claim, office.profiles[claim.profile]))
    if not stack:
        stack.append((NEUTRAL_CLAIM, replace(NEUTRAL, name=office.no_profile)))
    confirmed, ends = confirmation(office, person, facts, now)
    changes.append(ends)
    top, profile = stack[0]
    answering = next(
        (c for c, p in stack if _answers(c, p, confirmed)),
        None,
    )
    redirect, redirect_claim = _redirect(stack, answering)
    agent, agent_claim = _agent(stack, answering)
    flaws = _flaws(office, person, redirect)
    trace = [
        TraceEntry(
            claim,
            Verdict.WAITS if number else Verdict.DECIDES,
            _part(claim, redirect_claim, agent_claim) if number else "top",
            flaws if claim is redirect_claim else (),
            answers=claim is answering,
        )
        for number, (claim, _) in enumerate(stack)
    ]
    return Decision(
        person=person.id,
        profile=profile,
        source=top.source,
        claim=top,
        since=top.since,
        until=top.until,
        info_text=_info_text(facts, top, profile),
        redirect=redirect,
        redirect_claim=redirect_claim,
        redirect_profile=next((p.name for c, p in stack if c is redirect_claim), None),
        agent=agent,
        agent_claim=agent_claim,
        trace=(*trace, *refused),
        next_change=earliest(changes, now),
    )


def _answers(claim: Claim, profile: Profile, confirmed: str | None) -> bool:
    """Return whether the claim's profile is *available* and was chosen by hand."""
    by_hand = claim.source is Source.MANUAL or claim.profile == confirmed
    return by_hand and profile.status is Status.AVAILABLE


def confirmation(
    office: Office, person: Person, facts: Facts, now: datetime
) -> tuple[str | None, datetime | None]:
    """Return the profile that a choice confirms, and until when."""
    slot = manual.claims(office, person, facts, now, role=ChoiceRole.CONFIRMS)
    choice = facts.choice
    if not slot.claims or choice is None:
        return None, None
    ends = end_of_day(choice.at, person)
    if now >= ends:
        return None, None
    return choice.profile, earliest((slot.change, ends), now)


def _of_nobody(office: Office, facts: Facts) -> Decision:
    """Return a neutral decision for an id that is not in the office."""
    claim = replace(NEUTRAL_CLAIM, reason="person_missing")
    return Decision(
        person=facts.person,
        profile=replace(NEUTRAL, name=office.no_profile),
        source=claim.source,
        claim=claim,
        since=None,
        until=None,
        info_text="",
        redirect=RedirectRule(),
        redirect_claim=None,
        redirect_profile=None,
        agent=None,
        agent_claim=None,
        trace=(TraceEntry(claim, Verdict.DECIDES, "top"),),
        next_change=None,
    )


@lru_cache(maxsize=16)
def in_order(order: tuple[Source, ...]) -> tuple[Source, ...]:
    """Return each source once; those that an office does not name come last."""
    return tuple(dict.fromkeys((*order, *Source)))


def refusal(office: Office, person: Person, facts: Facts, claim: Claim) -> str:
    """Return the reason key why a claim does not count; empty if it does."""
    if not facts.automatic and claim.source not in WITHOUT_AUTOMATION:
        return "automatic_off"
    if claim.flaw:
        return claim.flaw
    profile = office.profiles.get(claim.profile)
    if profile is None:
        return "profile_missing"
    if profile.owner not in (None, person.id):
        return "profile_of_another"
    if not profile.enabled and claim.source is not Source.DEFAULT:
        return "profile_disabled"
    return ""


def _info_text(facts: Facts, top: Claim, profile: Profile) -> str:
    """Return what colleagues read: written now, given with the claim, or preset."""
    if facts.note is not None and facts.note.claim == f"{top.source}:{top.key}":
        return facts.note.text
    return profile.info_text if top.info_text is None else top.info_text


def note_on(decision: Decision, text: str) -> Note:
    """Return an info text that lasts as long as the deciding claim."""
    claim = decision.claim
    return Note(text, f"{claim.source}:{claim.key}")


def _redirect(
    stack: list[tuple[Claim, Profile]], answering: Claim | None
) -> tuple[RedirectRule, Claim | None]:
    for claim, profile in stack:
        if profile.redirect.mode is not RedirectMode.UNCHANGED:
            return profile.redirect, claim
        if claim is answering:
            break
    return RedirectRule(), None


def _agent(
    stack: list[tuple[Claim, Profile]], answering: Claim | None
) -> tuple[AgentState | None, Claim | None]:
    for claim, profile in stack:
        if profile.agent is not None:
            return profile.agent, claim
        if claim is answering:
            break
    return None, None


def _part(claim: Claim, redirect: Claim | None, agent: Claim | None) -> str:
    """Return the trace key of what a claim below the top decides, if anything."""
    if claim is redirect:
        return "decides_both" if claim is agent else "decides_redirect"
    return "decides_agent" if claim is agent else "below"


def _flaws(office: Office, person: Person, rule: RedirectRule) -> tuple[str, ...]:
    """Return what is missing among a redirect's targets."""
    found: dict[str, None] = {}
    for condition in Condition:
        target = rule.target(condition)
        if target is None:
            continue
        match target.kind:
            case TargetKind.PERSON if target.value not in office.people:
                found["person_missing"] = None
            case TargetKind.DEVICE if all(
                device.id != target.value for device in person.devices
            ):
                found["device_missing"] = None
            case TargetKind.FIRST_AVAILABLE if any(
                deputy not in office.people for deputy in target.deputies
            ):
                found["deputy_missing"] = None
    return tuple(found)
