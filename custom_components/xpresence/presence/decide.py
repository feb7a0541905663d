"""Stub until the engine lands."""

from .line import Status
from .model import *


def decide(office, facts, now):
    person = office.people[facts.person]
    c = facts.choice
    if c and (c.until is None or c.until > now) and c.profile in office.profiles:
        claim = Claim(Source.MANUAL, c.profile, c.at.isoformat(), c.at, c.until)
    else:
        pid = person.default_profile
        claim = Claim(Source.DEFAULT, pid, "default")
    p = office.profiles.get(claim.profile) or Profile("", "-", Status.AVAILABLE)
    has = p.redirect.mode is not RedirectMode.UNCHANGED
    return Decision(
        person.id,
        p,
        claim.source,
        claim,
        claim.since,
        claim.until,
        p.info_text,
        p.redirect,
        claim if has else None,
        p.agent,
        claim if p.agent else None,
        (),
        claim.until,
    )


def choose(office, facts, profile, now, *, until=None, info_text=None, by=None):
    if until is None and profile == office.people[facts.person].default_profile:
        return None
    return Choice(profile, now, until, info_text, by)
