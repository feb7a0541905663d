"""The one decision: which profile holds, and who decides where calls go.

Every source owns one slot; all claims, slot by slot in the office's order, are the
stack. Its top gives the profile. The redirect and the TeamDesk status come from the
first claim, from the top, whose profile has an opinion: *unchanged* is none, so a
call over a meeting leaves the meeting's redirect alone.
"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Final

from .line import AgentState, Status
from .model import (
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
    office = office.of(facts.person)
    person = office.people[facts.person]
    stack: list[tuple[Claim, Profile]] = []
    refused: list[TraceEntry] = []
    change: datetime | None = None
    for source in office.order:
        if not facts.automatic and source not in WITHOUT_AUTOMATION:
            continue
        slot = SOURCES[source](office, person, facts, now)
        if slot.change is not None and (change is None or slot.change < change):
            change = slot.change
        for claim in slot.claims:
            why = refusal(office, person, claim)
            if why:
                refused.append(TraceEntry(claim, Verdict.REFUSED, why))
            else:
                stack.append((claim, office.profiles[claim.profile]))
    if not stack:
        stack.append((NEUTRAL_CLAIM, NEUTRAL))
    top, profile = stack[0]
    redirect, redirect_claim = _redirect(stack)
    agent, agent_claim = _agent(stack)
    trace = [TraceEntry(top, Verdict.DECIDES, "top")]
    trace += [
        TraceEntry(claim, Verdict.WAITS, _part(claim, redirect_claim, agent_claim))
        for claim, _ in stack[1:]
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


def refusal(office: Office, person: Person, claim: Claim) -> str:
    """Say why a claim does not count; empty if it does."""
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
    return Choice(profile, now, until, info_text, ending, by)


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
        return "decides_redirect"
    return "decides_agent" if claim is agent else "below"
