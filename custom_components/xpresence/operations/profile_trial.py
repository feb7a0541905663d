"""What would happen if somebody chose a profile now, as it is or as it was typed.

Nothing is stored and nothing is written to the phone system.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final

from homeassistant.const import CONF_NAME

from ..const import CONF_ENABLED
from ..coordinator import OfficeCoordinator
from ..presence.decision.choose import choose
from ..presence.decision.decide import decide
from ..presence.model import Decision, Facts, Office, Profile
from ..presence.redirect.targets import Resolution, resolve
from ..settings.profile_fields import NEW_PROFILE, values_from
from ..settings.validation import profile_problems
from .profiles import ProfileInvalid, as_it_is, subentry_named

DRAFT: Final = "draft"
"""The id of a profile that is not stored."""


@dataclass(frozen=True, slots=True)
class Trial:
    """What a choice would come to, with the office and the facts that it rests on."""

    office: Office
    facts: Facts
    decision: Decision
    resolution: Resolution


def try_profile(
    coordinator: OfficeCoordinator,
    person_id: str,
    profile_id: str | None,
    answers: Mapping[str, Any],
    now: datetime,
) -> Trial:
    """Return what would hold for a person who chose a profile by hand now.

    ``profile_id``: of the office or the person's own; ``None``: one that is not stored.
    ``answers``: what was typed over what is stored, as it would be stored.

    Raises:
        ServiceValidationError: there is no such profile, or it would not be valid.
    """
    office, state = coordinator.office, coordinator.people[person_id]
    known = profile_id or DRAFT
    stored: Mapping[str, Any] = {}
    if profile_id is not None:
        stored = as_it_is(
            coordinator, person_id, subentry_named(coordinator, person_id, profile_id)
        )
    if answers or profile_id is None:
        # Whether it can be chosen, and what it is called, changes nothing here.
        told = {CONF_NAME: "?", **NEW_PROFILE, **stored, **answers, CONF_ENABLED: True}
        if problems := profile_problems(coordinator.entry, told, known_as=profile_id):
            raise ProfileInvalid(problems)
        draft = Profile(id=known, name=told[CONF_NAME], **values_from(told))
        own = dict(office.adjusted.get(person_id, {}))
        own.pop(known, None)
        office = replace(
            office,
            profiles={**office.profiles, known: draft},
            adjusted={**office.adjusted, person_id: own},
        )
    facts = choose(office, state.facts, known, now)
    decision = decide(office, facts, now)
    resolution = resolve(
        office,
        state.person,
        decision.redirect,
        coordinator.situations(),
        style=coordinator.number_format,
    )
    return Trial(office, facts, decision, resolution)
