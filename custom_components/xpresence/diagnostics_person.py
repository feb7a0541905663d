"""One person's diagnostics: rules, states and reasons, without personal data.

Everything here is named one by one. What is not named is not told: no number, no
name, no subject, no text that somebody wrote, no entity, no address.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime
import re
from typing import Any, Final, Protocol, runtime_checkable

from .coordinator import OfficeCoordinator
from .engine.person import PersonState
from .engine.redirect_view import RedirectView
from .engine.side_effects import agent_of
from .presence.line import UNKNOWN, ForwardingState
from .presence.model import Claim, Facts, Profile, Statement, TraceEntry
from .presence.permission.policy import Grade
from .presence.redirect.ledger import Ledger
from .presence.redirect.parts import Part, is_on, value
from .settings.person_fields import diagnostics_of as settings_diagnostics
from .settings.profile_fields import diagnostics_of, rule_diagnostics

WORD: Final = re.compile(r"[A-Za-z][A-Za-z0-9_]{0,59}")
"""The form of a reason or a kind; other values are left out."""

type DiagnosticsData = dict[str, Any]


@runtime_checkable
class HasDiagnostics(Protocol):
    """An input with diagnostics of its own."""

    def diagnosis(self) -> DiagnosticsData:
        """Return counts, ages and reasons, without personal data."""


class Names:
    """Pseudonyms of profiles: the second one is *profile_2* everywhere."""

    def __init__(self, coordinator: OfficeCoordinator) -> None:
        """Count in the order of the settings, so that the numbers stay."""
        office = coordinator.office
        self._names = {
            **{one: f"profile_{n}" for n, one in enumerate(office.profiles, 1)},
            **{one: f"person_{n}" for n, one in enumerate(office.people, 1)},
        }

    def __getitem__(self, known_by: str | None) -> str | None:
        """Return the stand-in; *gone* for what the office does not have."""
        return self._names.get(known_by, "gone") if known_by else None


def word(said: object) -> str | None:
    """Return a fixed word; ``None`` for anything that may be personal."""
    text = str(said) if said is not None else ""
    return text if WORD.fullmatch(text) else None


def person_diagnostics(
    coordinator: OfficeCoordinator, person_id: str, names: Names
) -> DiagnosticsData:
    """Return a person's diagnostics."""
    state = coordinator.people[person_id]
    decision = state.decision
    return {
        "id": names[person_id],
        "settings": _settings(coordinator, state),
        "facts": _facts(state.facts),
        "decision": {
            "profile": names[decision.profile.id],
            "source": decision.source.value,
            "since": decision.since,
            "until": decision.until,
            "next_change": state.next_change(coordinator.office),
            "next_decision": decision.next_change,
            "redirect": rule_diagnostics(decision.redirect),
            "redirect_from": _claim(decision.redirect_claim, names),
            "agent": decision.agent.value if decision.agent else None,
            "agent_from": _claim(decision.agent_claim, names),
            "trace": [_trace(entry, names) for entry in decision.trace],
        },
        "redirect": _redirect(state),
        "ledger": _ledger(state.loop.ledger, names),
        "hotline": {
            "state": agent.value if (agent := agent_of(state)) else None,
            "queues_paused": len(state.paused),
            "follow_up_since": state.wrap_up_since,
        },
        "inputs": {
            type(one).__name__: one.diagnosis()
            if isinstance(one, HasDiagnostics)
            else {}
            for one in state.inputs
        },
    }


def profile_diagnostics(profile: Profile, names: Names) -> DiagnosticsData:
    """Return a profile without its name and its info text."""
    return {
        "id": names[profile.id],
        "owner": names[profile.owner],
        **diagnostics_of(profile),
    }


def _settings(coordinator: OfficeCoordinator, state: PersonState) -> DiagnosticsData:
    person = state.person
    sharing = coordinator.office.access.of(person.id)
    grades = [sharing.grades(delegate) for delegate in sharing.delegates]
    return {
        "has_home_assistant_person": coordinator.person_entity_id(person.id)
        is not None,
        "has_default_profile": person.default_profile in coordinator.office.profiles,
        "has_own_time_zone": person.time_zone != coordinator.hass.config.time_zone,
        **settings_diagnostics(person),
        "rules": len(person.rules),
        "call_profiles": sorted(filter(None, map(word, person.call_profiles))),
        "adjusted_profiles": len(coordinator.office.adjusted.get(person.id, ())),
        "delegates_acting": sum(Grade.ACTING in grade for grade in grades),
        "delegates_reading": sum(Grade.SUBJECTS in grade for grade in grades),
        "tier_of_info_text": sharing.info_text.value,
        "tier_of_subjects": sharing.subjects.value,
    }


def _facts(facts: Facts) -> DiagnosticsData:
    choice, pc, absence = facts.choice, facts.pc, facts.absence
    return {
        "automatic": facts.automatic,
        "chosen_at": choice.at if choice else None,
        "chosen_until": choice.until if choice else None,
        "has_own_info_text": facts.note is not None,
        "pc": {
            "running": _statement(pc.running),
            "locked": _statement(pc.locked),
            "active": _statement(pc.active),
            "last_input": _statement(pc.last_input),
            "ran_since": pc.ran_since,
        },
        "absent_since": absence.since if absence else None,
        "absent_until": absence.until if absence else None,
        "session_ended": facts.session_ended,
        "rules_met": sum(met.left is None for met in facts.conditions.values()),
        "calls": [
            {"kind": word(call.kind), "since": call.since} for call in facts.calls
        ],
        "agenda": len(facts.agenda.entries),
        "agenda_planned": sum(entry.planned for entry in facts.agenda.entries),
    }


def _statement(said: Statement[Any] | None) -> DiagnosticsData | None:
    if said is None:
        return None
    told = said.value if isinstance(said.value, bool | datetime) else None
    return {"value": told, "since": said.since, "silent_since": said.silent_since}


def _claim(claim: Claim | None, names: Names) -> DiagnosticsData | None:
    if claim is None:
        return None
    return {
        "source": claim.source.value,
        "profile": names[claim.profile],
        "rule": word(claim.reason),
        "since": claim.since,
        "until": claim.until,
    }


def _trace(entry: TraceEntry, names: Names) -> DiagnosticsData:
    return {
        **(_claim(entry.claim, names) or {}),
        "verdict": entry.verdict.value,
        "why": word(entry.why),
        "flaws": [word(flaw) for flaw in entry.flaws],
    }


def _redirect(state: PersonState) -> DiagnosticsData:
    loop = state.loop
    return {
        "status": state.redirect.status.value,
        **_diagnostics_of(state.redirect),
        "refusals": [refusal.reason.value for refusal in loop.refusals],
        "failure": type(loop.failure).__name__ if loop.failure else None,
        "failures_in_a_row": loop.failures,
        "read": _parts(loop.line.forwarding) if loop.line else None,
        "read_at": loop.line.as_of if loop.line else None,
        "call": loop.line.call.value if loop.line and loop.line.call else None,
        "in_force_since": state.redirect_since,
        "last_convergence": loop.converged_at,
        "round_trip_ms": loop.round_trip_ms,
    }


def _diagnostics_of(view: RedirectView) -> DiagnosticsData:
    shown = view.attributes
    return {
        "condition": word(shown.get("condition")),
        "set_by": word(shown.get("set_by")),
        "reason": word(shown.get("reason")),
        "since": shown.get("since"),
        "last_failure": shown.get("last_failure"),
        "last_failure_reason": word(shown.get("last_failure_reason")),
    }


def _parts(forwarding: ForwardingState) -> Mapping[str, str]:
    """Return which parts of a setting are on, off or unknown; not what they hold."""
    return {part.value: _part(forwarding, part) for part in Part}


def _part(forwarding: ForwardingState, part: Part) -> str:
    found = value(forwarding, part)
    if found is UNKNOWN:
        return "unknown"
    if part is Part.RING_SECONDS:
        return "set" if found is not None else "off"
    return "on" if is_on(part, found) else "off"


def _ledger(ledger: Ledger, names: Names) -> DiagnosticsData:
    return {
        "held": names[ledger.held],
        "mode": ledger.mode.value if ledger.mode else None,
        "restoring": ledger.restoring,
        "base": _parts(ledger.base),
        "wrote": _parts(ledger.wrote),
        "taken_over": _values(ledger.taken),
        "asked": ledger.asked,
        "seen": ledger.seen,
        "answered": ledger.answered,
        "echoes": [{"asked": e.asked, "sent": e.sent} for e in ledger.echoes],
        "own": [{"until": own.until} for own in ledger.own],
    }


def _values(parts: Iterable[Part]) -> list[str]:
    return sorted(part.value for part in parts)
