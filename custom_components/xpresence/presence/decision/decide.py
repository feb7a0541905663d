"""The one decision: which profile holds, and who decides where calls go.

Every source owns one slot; all claims, slot by slot in the office's order, are the
stack. Its top gives the profile. The redirect and the TeamDesk status come from the
first claim, from the top, whose profile has an opinion: *unchanged* is none, so a
call over a meeting leaves the meeting's redirect alone.
"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from functools import lru_cache
from typing import Final

from ..datetimes import utc
from ..line import AgentState, Condition, Status
from ..model import (
    Choice,
    Claim,
    Decision,
    EndingKind,
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
from .sources import calendar, call, default, inactivity, manual, rule, session
from .sources.slot import Claims

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
"""What is left when a person has switched automation off."""

NEUTRAL: Final = Profile("", "Available", Status.AVAILABLE)
"""Holds where even the default profile is gone; it leaves calls alone."""
NEUTRAL_CLAIM: Final = Claim(Source.DEFAULT, "", key="neutral", reason="neutral")


def decide(office: Office, facts: Facts, now: datetime) -> Decision:
    """Decide for one person. Same arguments, same answer; it never raises."""
    now = utc(now)
    if facts.person not in office.people:
        return _of_nobody(facts)
    office = office.of(facts.person)
    person = office.people[facts.person]
    stack: list[tuple[Claim, Profile]] = []
    refused: list[TraceEntry] = []
    change: datetime | None = None
    for source in _order(office.order):
        slot = SOURCES[source](office, person, facts, now)
        if slot.change is not None and (change is None or slot.change < change):
            change = slot.change
        for claim in slot.claims:
            why = refusal(office, person, facts, claim)
            if why:
                refused.append(TraceEntry(claim, Verdict.REFUSED, why))
            else:
                stack.append((claim, office.profiles[claim.profile]))
    if not stack:
        stack.append((NEUTRAL_CLAIM, NEUTRAL))
    top, profile = stack[0]
    redirect, redirect_claim = _redirect(stack)
    agent, agent_claim = _agent(stack)
    flaws = _flaws(office, person, redirect)
    trace = [
        TraceEntry(
            claim,
            Verdict.WAITS if number else Verdict.DECIDES,
            _part(claim, redirect_claim, agent_claim) if number else "top",
            flaws if claim is redirect_claim else (),
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
        agent=agent,
        agent_claim=agent_claim,
        trace=(*trace, *refused),
        next_change=change,
    )


def _of_nobody(facts: Facts) -> Decision:
    """Decide for somebody who has left the office."""
    claim = replace(NEUTRAL_CLAIM, reason="person_missing")
    return Decision(
        person=facts.person,
        profile=NEUTRAL,
        source=claim.source,
        claim=claim,
        since=None,
        until=None,
        info_text="",
        redirect=RedirectRule(),
        redirect_claim=None,
        agent=None,
        agent_claim=None,
        trace=(TraceEntry(claim, Verdict.DECIDES, "top"),),
        next_change=None,
    )


@lru_cache(maxsize=16)
def _order(order: tuple[Source, ...]) -> tuple[Source, ...]:
    """Return each source once; those that an office does not name come last."""
    return tuple(dict.fromkeys((*order, *Source)))


def refusal(office: Office, person: Person, facts: Facts, claim: Claim) -> str:
    """Say why a claim does not count; empty if it does."""
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
) -> Choice | None:
    """Return the choice that somebody's pick makes.

    Picking what automation would choose anyway releases the choice; an end, an
    ending rule or an info text given with it makes it a choice all the same.
    """
    released = replace(facts, choice=None)
    anyway = decide(office, released, now).profile.id
    given = (until, info_text, ending)
    if given == (None, None, None) and profile == anyway:
        return None
    end = None if until is None else utc(until)
    return Choice(profile, utc(now), end, info_text, ending, by)


def _info_text(facts: Facts, top: Claim, profile: Profile) -> str:
    """Return what colleagues read: written now, given with the claim, or preset."""
    if facts.note is not None and facts.note.claim == f"{top.source}:{top.key}":
        return facts.note.text
    return profile.info_text if top.info_text is None else top.info_text


def note_on(decision: Decision, text: str) -> Note:
    """Return an info text that lasts as long as what holds now."""
    claim = decision.claim
    return Note(text, f"{claim.source}:{claim.key}")


def _redirect(stack: list[tuple[Claim, Profile]]) -> tuple[RedirectRule, Claim | None]:
    for claim, profile in stack:
        if profile.redirect.mode is not RedirectMode.UNCHANGED:
            return profile.redirect, claim
    return RedirectRule(), None


def _agent(
    stack: list[tuple[Claim, Profile]],
) -> tuple[AgentState | None, Claim | None]:
    for claim, profile in stack:
        if profile.agent is not None:
            return profile.agent, claim
    return None, None


def _part(claim: Claim, redirect: Claim | None, agent: Claim | None) -> str:
    """Say what a waiting claim decides all the same."""
    if claim is redirect:
        return "decides_both" if claim is agent else "decides_redirect"
    return "decides_agent" if claim is agent else "below"


def _flaws(office: Office, person: Person, rule: RedirectRule) -> tuple[str, ...]:
    """Say what a redirect points at that is there no more."""
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
