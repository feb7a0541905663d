"""A person's presence as plain values, for whoever may see it.

*Public* is what every colleague sees; *details* is where calls go and why, the
timeline and the appointments.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

from homeassistant.util import dt as dt_util

from ..coordinator import OfficeCoordinator
from ..engine.person import PersonState
from ..engine.side_effects import agent_of
from ..languages import texts_in
from ..operations.appointments import public_uid
from ..operations.authorization import chooser_name
from ..operations.available_profiles import offered
from ..operations.dismissals import item_id
from ..operations.profile_trial import Trial
from ..presence.agenda import Entry
from ..presence.decision.calls import kept_redirect, would_keep
from ..presence.decision.dismissals import occasion_of
from ..presence.decision.explain import reasons
from ..presence.decision.simulate import Step, simulate
from ..presence.line import UNKNOWN, AgentState, Condition
from ..presence.model import Office, Person, Profile, RedirectRule, Source, TraceEntry
from ..presence.permission.policy import Permission
from ..presence.redirect.labels import target_label
from ..presence.redirect.parts import Part
from ..presence.redirect.status import RedirectStatus
from ..presence.texts.redirect import redirect_words

HORIZON: Final = timedelta(hours=32)
"""How far the timeline reaches, from the midnight before now: to the next morning."""
APPOINTMENTS: Final = 20
STEPS: Final = 60
"""How many changes of the day a card shows; the first ones."""

type View = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Detail:
    """For whom details are made: language, whether the person, whether with subjects."""

    language: str
    to_self: bool
    subjects: bool


def public_view(state: PersonState, acts: Collection[Permission]) -> View:
    """Return what every colleague sees, and more to who may see more."""
    decision = state.decision
    line = state.line
    details = Permission.SEE_DETAILS in acts
    return {
        "id": state.person.id,
        "name": state.person.name,
        "extension": state.person.extension,
        "profile": decision.profile.name,
        "status": decision.profile.status.value,
        "info_text": decision.info_text if Permission.SEE_INFO_TEXT in acts else "",
        "until": decision.until,
        "reason": _reason(state) if details else "",
        "call": line.call.value if line and line.call else None,
        "redirect": _redirect(state, details=details),
    }


def _reason(state: PersonState) -> str:
    """Return why the profile holds: not "automatic" where automatic is off."""
    reason = state.decision.claim.reason
    if state.decision.source is Source.DEFAULT and not state.facts.automatic:
        return "automatic_off"
    return reason


def person_view(
    coordinator: OfficeCoordinator, person_id: str, acts: Collection[Permission]
) -> View:
    """Return :func:`public_view`, with the person entity that has the picture."""
    return {
        **public_view(coordinator.people[person_id], acts),
        "person_entity": coordinator.person_entity_id(person_id),
    }


def details_view(
    coordinator: OfficeCoordinator, state: PersonState, now: datetime, how: Detail
) -> View:
    """Return where calls go and why, the timeline and the appointments of today."""
    office, decision = coordinator.office, state.decision
    kept = kept_redirect(office, state.person.id, decision)
    return {
        "since": decision.since,
        "source": decision.source.value,
        "chosen": state.facts.choice is not None,
        "calls_from": kept.profile.name if kept else None,
        "dismissed": [
            _dismissed(entry, now, subjects=how.subjects)
            for entry in decision.trace
            if entry.dismissal is not None
        ],
        "automatic": state.facts.automatic,
        "connected": coordinator.system.ready,
        "follow_me": _follow_me(state),
        "agent": _agent(state),
        "conditions": [
            one.value
            for one in Condition
            if Part(one.value) in state.loop.capabilities.writable
        ],
        "profiles": [
            _profile(office, state, profile, now) for profile in _choices(office, state)
        ],
        "why": list(
            reasons(
                office,
                decision,
                now,
                texts=texts_in(how.language),
                to_self=how.to_self,
                subjects=how.subjects,
                by=chooser_name(coordinator, state.person.id, texts_in(how.language)),
                resolution=state.resolution,
            )
        ),
        "timeline": _timeline(office, state, now, subjects=how.subjects),
        "appointments": [
            _appointment(office, state, entry, now, subjects=how.subjects)
            for entry in _appointments(state, now)
        ],
    }


def trial_view(
    coordinator: OfficeCoordinator, state: PersonState, trial: Trial, how: Detail
) -> View:
    """Return what a choice would come to: profile, calls, why, and the hours after."""
    now = dt_util.utcnow()
    office, decision = trial.office, trial.decision
    texts = texts_in(how.language)
    rule = trial.resolution.narrowed(decision.redirect)
    steps = simulate(
        office, trial.facts, now, midnight(state.person, now) + HORIZON, most=STEPS
    )
    return {
        "profile": decision.profile.name,
        "status": decision.profile.status.value,
        "info_text": decision.info_text,
        "until": decision.until,
        "agent": decision.agent.value if decision.agent else None,
        "calls": redirect_words(
            rule,
            texts,
            lambda target: target_label(
                office.of(state.person.id), state.person.id, target
            ),
            ring_about=office.ring_about,
        ),
        "refused": sorted({one.reason.value for one in trial.resolution.refusals}),
        "why": list(
            reasons(
                office,
                decision,
                now,
                texts=texts,
                to_self=how.to_self,
                subjects=how.subjects,
                by="",
                resolution=trial.resolution,
            )
        ),
        "timeline": steps_view(office, state.person.id, steps, subjects=how.subjects),
    }


def steps_view(
    office: Office, person_id: str, steps: Iterable[Step], *, subjects: bool
) -> list[View]:
    """Return stretches of time, each with its profile and redirect."""
    return [_step(office, person_id, one, subjects=subjects) for one in steps]


def midnight(person: Person, now: datetime) -> datetime:
    """Return when the person's day began."""
    local = now.astimezone(ZoneInfo(person.time_zone))
    return local.replace(hour=0, minute=0, second=0, microsecond=0)


def _redirect(state: PersonState, *, details: bool) -> View:
    """Return the redirect as it was read; unknown is not shown as off."""
    shown = state.redirect
    unknown = shown.status is RedirectStatus.UNKNOWN
    status = "unknown" if unknown else shown.status.value
    return {"status": status, **(shown.details if details else {})}


def _choices(office: Office, state: PersonState) -> list[Profile]:
    choices = offered(office, state.person.id)
    current = state.decision.profile
    return choices if current in choices else [*choices, current]


def _profile(
    office: Office, state: PersonState, profile: Profile, now: datetime
) -> View:
    """Return a profile, and whose redirect would go on if it were chosen."""
    kept = would_keep(office, state.facts, profile.id, now)
    return {
        "name": profile.name,
        "status": profile.status.value,
        "keeps": kept
        and {
            "profile": kept.profile.name,
            **_rule(office, state.person.id, state.narrowed(kept.rule)),
        },
    }


def _dismissed(entry: TraceEntry, now: datetime, *, subjects: bool) -> View:
    """Return the dismissed claims that would otherwise count now."""
    claim, dismissal = entry.claim, entry.dismissal
    return {
        "id": item_id(dismissal.occasion) if dismissal else None,
        "reason": claim.reason,
        "subject": claim.subject if subjects else "",
        "start": claim.since,
        "end": claim.until,
    }


def _follow_me(state: PersonState) -> View | None:
    if not state.person.devices:
        return None
    number = state.line.forwarding.follow_me if state.line else UNKNOWN
    names = {device.number: device.name for device in state.person.devices}
    device = None if number is UNKNOWN or number is None else names.get(number)
    return {
        "devices": [one.name for one in state.person.devices],
        "known": number is None or device is not None,
        "device": device,
    }


def _agent(state: PersonState) -> View | None:
    if not state.person.queues:
        return None
    agent = agent_of(state)
    return {
        "states": [one.value for one in AgentState],
        "state": agent.value if agent else None,
    }


def _timeline(
    office: Office, state: PersonState, now: datetime, *, subjects: bool
) -> list[View]:
    end = midnight(state.person, now) + HORIZON
    steps = simulate(office, state.facts, now, end, most=STEPS)
    views = [_step(office, state.person.id, step, subjects=subjects) for step in steps]
    # The present began before now; without this every look would be another one.
    views[0]["start"] = state.decision.since
    # Who takes calls is known of the present alone.
    now_rule = state.narrowed(steps[0].redirect)
    views[0]["redirect"] = _rule(office, state.person.id, now_rule)
    return views


def _step(office: Office, person_id: str, step: Step, *, subjects: bool) -> View:
    kept = kept_redirect(office, person_id, step)
    return {
        "start": step.start,
        "end": step.end,
        "profile": step.profile.name,
        "status": step.profile.status.value,
        "reason": step.claim.reason,
        "subject": step.claim.subject if subjects else "",
        "redirect": _rule(office, person_id, step.redirect),
        "calls_from": kept.profile.name if kept else None,
    }


def _rule(office: Office, person_id: str, rule: RedirectRule) -> View:
    targets = [
        {
            "condition": condition.value,
            "target": target_label(office, person_id, target),
        }
        for condition in Condition
        if (target := rule.target(condition)) is not None
    ]
    return {
        "mode": rule.mode.value,
        "targets": targets,
        "do_not_disturb": rule.do_not_disturb,
    }


def _appointments(state: PersonState, now: datetime) -> list[Entry]:
    begin = midnight(state.person, now)
    return [
        entry
        for entry in state.facts.agenda.entries
        if entry.end > begin and entry.start < begin + HORIZON
    ][:APPOINTMENTS]


def _appointment(
    office: Office, state: PersonState, entry: Entry, now: datetime, *, subjects: bool
) -> View:
    profile = office.profiles.get(entry.profile)
    occasion = occasion_of(entry)
    return {
        "id": public_uid(entry),
        "dismissed": any(
            one.occasion == occasion and now < one.until
            for one in state.facts.dismissed
        ),
        "start": entry.start,
        "end": entry.end,
        "subject": entry.subject if subjects else "",
        "source": entry.source,
        "planned": entry.uid if entry.planned else None,
        "profile": profile.name if profile else None,
        "status": profile.status.value if profile else None,
    }
