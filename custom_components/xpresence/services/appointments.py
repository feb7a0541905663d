"""Actions with a response: appointment list, explanation, simulation."""

from collections.abc import Callable, Iterable
from datetime import datetime, time, timedelta, tzinfo
from functools import partial
from typing import Any, Final

from homeassistant.core import (
    Context,
    HomeAssistant,
    ServiceCall,
    ServiceResponse,
    SupportsResponse,
)
from homeassistant.exceptions import HomeAssistantError, ServiceValidationError
from homeassistant.helpers import config_validation as cv
from homeassistant.util import dt as dt_util
from homeassistant.util.json import JsonValueType
import voluptuous as vol

from ..const import DOMAIN
from ..coordinator import OfficeCoordinator
from ..engine.person import PersonState
from ..inputs.calendars import calendars_of_person
from ..languages import LANGUAGES, texts_in
from ..operations.appointments import public_uid
from ..operations.authorization import (
    async_may,
    chooser_name,
    person_entity_of_user,
)
from ..operations.dismissals import item_id
from ..operations.moments import instant
from ..operations.outcome import calls_remain
from ..operations.timelines import timelines
from ..presence.datetimes import later, local, utc, zone_named
from ..presence.decision.appointment_list import Listed
from ..presence.decision.explain import explain
from ..presence.decision.simulate import Step
from ..presence.model import Claim, Office, RedirectRule, TraceEntry
from ..presence.permission.policy import Permission
from ..presence.redirect.labels import target_label
from ..presence.texts import Texts
from ..presence.texts.redirect import redirect_words
from .service import Action, PersonTarget

ATTR_START: Final = "start"
ATTR_END: Final = "end"
ATTR_LANGUAGE: Final = "language"
LONGEST: Final = timedelta(days=366)
"""The longest time that an answer covers."""

type Answer = dict[str, Any]


class _Teller:
    """Converts what is known of one person to plain values, as the caller may see them."""

    def __init__(
        self,
        coordinator: OfficeCoordinator,
        person_id: str,
        *,
        texts: Texts,
        subjects: bool,
        info_texts: bool,
    ) -> None:
        self.office: Office = coordinator.office.of(person_id)
        self._person_id = person_id
        self._texts = texts
        self._subjects = subjects
        self._info_texts = info_texts
        self._zone: tzinfo = (
            zone_named(coordinator.people[person_id].person.time_zone)
            or dt_util.get_default_time_zone()
        )

    def at(self, moment: datetime | None) -> str | None:
        """Return an instant in the person's time zone, in ISO format."""
        return None if moment is None else local(moment, self._zone).isoformat()

    def midnight(self, now: datetime) -> datetime:
        """Return when the person's day began."""
        day = local(now, self._zone).date()
        return utc(datetime.combine(day, time(), self._zone))

    def calls(self, rule: RedirectRule) -> str:
        return redirect_words(
            rule,
            self._texts,
            lambda t: target_label(self.office, self._person_id, t),
            ring_about=self.office.ring_about,
        )

    def subject(self, subject: str) -> Answer:
        """Return the field ``subject``; nothing without one, or if the caller may not see it."""
        return {"subject": subject} if self._subjects and subject else {}

    def appointment(self, line: Listed, state: PersonState) -> Answer:
        """Return a line of the list; of a running one with its present redirect target."""
        entry, profile, redirect = line.entry, line.profile, line.redirect
        now = dt_util.utcnow()
        if any(stretch.start <= now < stretch.end for stretch in line.stretches):
            redirect = state.narrowed(redirect)
        aside = line.dismissal
        return {
            "id": public_uid(entry),
            "start": self.at(entry.start),
            "end": self.at(entry.end),
            "profile": profile.name if profile else None,
            "status": profile.status.value if profile else None,
            "redirect": self.calls(redirect),
            "source": entry.source or None,
            "planned": entry.uid if entry.planned else None,
            "info_text": entry.info_text if self._info_texts else None,
            "holds": [
                {
                    "start": self.at(stretch.start),
                    "end": self.at(stretch.end),
                    "redirect": self.calls(stretch.redirect),
                }
                for stretch in line.stretches
            ],
            "problem": line.why or None,
            "dismissed": self.at(aside.at) if aside else None,
            "dismissed_until": self.at(aside.until) if aside else None,
            **self.subject(entry.subject),
        }

    def step(self, step: Step) -> Answer:
        decider = step.redirect_claim
        return {
            "start": self.at(step.start),
            "end": self.at(step.end),
            "profile": step.profile.name,
            "status": step.profile.status.value,
            "source": step.claim.source.value,
            "reason": step.claim.reason,
            "redirect": self.calls(step.redirect),
            "redirect_source": decider.source.value if decider else None,
            "redirect_profile": self.profile(decider),
            **self.subject(step.claim.subject),
        }

    def traced(self, entry: TraceEntry) -> Answer:
        claim = entry.claim
        return {
            "source": claim.source.value,
            "profile": self.profile(claim),
            "reason": claim.reason,
            "since": self.at(claim.since),
            "until": self.at(claim.until),
            "verdict": entry.verdict.value,
            "why": entry.why,
            "flaws": list(entry.flaws),
            "id": item_id(
                entry.dismissal.occasion if entry.dismissal else claim.occasion
            ),
            "dismissed": self.at(entry.dismissal.at) if entry.dismissal else None,
            **self.subject(claim.subject),
        }

    def profile(self, claim: Claim | None) -> str | None:
        """Return the name of the profile that a claim asks for."""
        profile = self.office.profiles.get(claim.profile) if claim else None
        return profile.name if profile else None


async def _get_appointments(
    call: ServiceCall, people: list[PersonTarget]
) -> ServiceResponse:
    """Return the appointment list of each targeted person."""
    answers: list[JsonValueType] = []
    for coordinator, person_id in people:
        state = coordinator.people[person_id]
        teller = await _teller(call, coordinator, person_id)
        start = _instant(call, ATTR_START) or teller.midnight(dt_util.utcnow())
        days = coordinator.office.calendar_days
        end = _instant(call, ATTR_END) or later(start, timedelta(days=days + 1))
        _check(start, end)
        lines = await timelines(call.hass).async_list(
            coordinator, person_id, start, end
        )
        calendars = calendars_of_person(state)
        answers.append(
            {
                "name": state.person.name,
                "appointments": await _off_loop(
                    call.hass, partial(teller.appointment, state=state), lines
                ),
                "calendars_behind": list(calendars.behind),
                "as_of": teller.at(calendars.as_of),
            }
        )
    return {"people": answers}


async def _explain(call: ServiceCall, people: list[PersonTarget]) -> ServiceResponse:
    """Return why each targeted person's profile is active."""
    answers: list[JsonValueType] = []
    for coordinator, person_id in people:
        state = coordinator.people[person_id]
        decision = state.decision
        subjects = await async_may(
            coordinator, person_id, Permission.SEE_SUBJECTS, call.context
        )
        texts = _texts(call, coordinator)
        teller = await _teller(call, coordinator, person_id)
        said = explain(
            coordinator.office,
            decision,
            dt_util.utcnow(),
            texts=texts,
            to_self=_is_self(coordinator, person_id, call.context),
            subjects=subjects,
            by=chooser_name(coordinator, person_id, texts),
            resolution=state.resolution,
        )
        details = await async_may(
            coordinator, person_id, Permission.SEE_DETAILS, call.context
        )
        remains = calls_remain(coordinator, person_id, texts, details=details)
        if remains.casefold() not in said.casefold():
            said = f"{said} {remains[:1].upper()}{remains[1:]}."
        answers.append(
            {
                "name": state.person.name,
                "profile": decision.profile.name,
                "source": decision.source.value,
                "redirect": teller.calls(state.narrowed(decision.redirect)),
                "redirect_profile": teller.profile(decision.redirect_claim),
                "explanation": said,
                "next_change": teller.at(state.next_change(coordinator.office)),
                "trace": [teller.traced(entry) for entry in decision.trace],
            }
        )
    return {"people": answers}


async def _simulate(call: ServiceCall, people: list[PersonTarget]) -> ServiceResponse:
    """Return the timeline of each targeted person, from what is known now."""
    # What has been is not known; only what follows from now on.
    now = dt_util.utcnow()
    start = max(_instant(call, ATTR_START) or now, now)
    end = _instant(call, ATTR_END) or later(start, timedelta(days=1))
    _check(start, end)
    answers: list[JsonValueType] = []
    for coordinator, person_id in people:
        state = coordinator.people[person_id]
        teller = await _teller(call, coordinator, person_id)
        steps = await timelines(call.hass).async_timeline(
            coordinator, person_id, start, end
        )
        timeline: list[Any] = await _off_loop(call.hass, teller.step, steps)
        if start == now:
            # Who takes calls is known of the present alone.
            timeline[0]["redirect"] = teller.calls(state.narrowed(steps[0].redirect))
        answers.append({"name": state.person.name, "timeline": timeline})
    return {"people": answers}


async def _off_loop[T](
    hass: HomeAssistant, tell: Callable[[T], Answer], found: Iterable[T]
) -> list[JsonValueType]:
    """Convert a long response to plain values in the executor."""

    def answers() -> list[JsonValueType]:
        return [tell(one) for one in found]

    return await timelines(hass).async_off_loop(answers)


async def _sync_calendars(_call: ServiceCall, people: list[PersonTarget]) -> None:
    """Read the calendars of all targeted people now, whichever of them fail.

    Raises:
        HomeAssistantError: the first that could not be read.
    """
    failed: HomeAssistantError | None = None
    for coordinator, person_id in people:
        calendars = calendars_of_person(coordinator.people[person_id])
        try:
            await calendars.async_sync()
        except HomeAssistantError as error:
            failed = failed or error
    if failed is not None:
        raise failed


async def _teller(
    call: ServiceCall, coordinator: OfficeCoordinator, person_id: str
) -> _Teller:
    context = call.context
    return _Teller(
        coordinator,
        person_id,
        texts=_texts(call, coordinator),
        subjects=await async_may(
            coordinator, person_id, Permission.SEE_SUBJECTS, context
        ),
        info_texts=await async_may(
            coordinator, person_id, Permission.SEE_INFO_TEXT, context
        ),
    )


def _is_self(coordinator: OfficeCoordinator, person_id: str, context: Context) -> bool:
    home = (
        person_entity_of_user(coordinator, context.user_id) if context.user_id else None
    )
    return home is not None and home == coordinator.person_entity_id(person_id)


def _texts(call: ServiceCall, coordinator: OfficeCoordinator) -> Texts:
    return texts_in(call.data.get(ATTR_LANGUAGE, coordinator.hass.config.language))


def _instant(call: ServiceCall, field: str) -> datetime | None:
    moment: datetime | None = call.data.get(field)
    return None if moment is None else instant(moment, field)


def _check(start: datetime, end: datetime) -> None:
    """Raise ``ServiceValidationError`` for an empty time, or one over :data:`LONGEST`."""
    if end <= start:
        raise ServiceValidationError(
            translation_domain=DOMAIN, translation_key="end_before_start"
        )
    if end - start > LONGEST:
        raise ServiceValidationError(
            translation_domain=DOMAIN,
            translation_key="time_too_long",
            translation_placeholders={"days": str(LONGEST.days)},
        )


ACTIONS: Final = (
    Action(
        name="explain",
        permission=Permission.SEE_DETAILS,
        run=_explain,
        costly=True,
        fields={vol.Optional(ATTR_LANGUAGE): vol.In(LANGUAGES)},
        response=SupportsResponse.ONLY,
    ),
    Action(
        name="get_appointments",
        permission=Permission.SEE_DETAILS,
        run=_get_appointments,
        costly=True,
        fields={
            vol.Optional(ATTR_START): cv.datetime,
            vol.Optional(ATTR_END): cv.datetime,
            vol.Optional(ATTR_LANGUAGE): vol.In(LANGUAGES),
        },
        response=SupportsResponse.ONLY,
    ),
    Action(
        name="simulate",
        permission=Permission.SEE_DETAILS,
        run=_simulate,
        costly=True,
        fields={
            vol.Optional(ATTR_START): cv.datetime,
            vol.Optional(ATTR_END): cv.datetime,
            vol.Optional(ATTR_LANGUAGE): vol.In(LANGUAGES),
        },
        response=SupportsResponse.ONLY,
    ),
    Action(
        name="sync_calendars",
        # It only looks again; who may see the list may ask for a fresh one.
        permission=Permission.SEE_DETAILS,
        run=_sync_calendars,
        costly=True,
        fields={},
    ),
)
