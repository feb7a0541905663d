"""A person's history: read, switched on, shared and deleted; the caller is authorised.

It is the person's own. An administrator allows histories for the office, and reads none
that is not shown to everybody.
"""

from datetime import datetime, time, timedelta, tzinfo
from typing import Any, Final

from homeassistant.exceptions import HomeAssistantError, ServiceValidationError
from homeassistant.util import dt as dt_util

from ..const import DOMAIN
from ..coordinator import OfficeCoordinator
from ..engine.journal_reader import Newer
from ..languages import texts_in
from ..presence.datetimes import local, utc, zone_named
from ..presence.history import Change, ChangeKind, Stretch, stretches, within
from ..presence.permission.policy import Tier
from ..presence.texts.logbook import in_words
from .moments import raise_if_absurd

HAPPENED: Final = {
    ChangeKind.PROFILE: "activated",
    ChangeKind.CALLS: "redirected",
    ChangeKind.CALLS_FAILED: "redirect_failed",
}
"""Kind of change → the phrase of the logbook that describes it."""

type Told = dict[str, Any]


async def async_history(
    coordinator: OfficeCoordinator,
    person_id: str,
    start: datetime | None,
    end: datetime | None,
    language: str,
) -> Told:
    """Return a person's profiles, where calls went, and every change, of some time.

    Without ``start`` it begins with the person's today; without ``end`` it ends now.

    Raises:
        ServiceValidationError: the end lies before the start.
        HomeAssistantError: what was recorded cannot be read.
    """
    history, state = coordinator.people.history, coordinator.people[person_id]
    zone = zone_named(state.person.time_zone) or dt_util.get_default_time_zone()
    now = dt_util.utcnow()
    start = utc(start, zone) if start else _midnight(now, zone)
    end = utc(end, zone) if end else now
    raise_if_absurd(start, "start")
    raise_if_absurd(end, "end")
    end = min(end, now)
    if end < start:
        raise ServiceValidationError(
            translation_domain=DOMAIN, translation_key="end_before_start"
        )
    try:
        changes = await history.async_read(person_id)
    except (OSError, Newer) as error:
        raise HomeAssistantError(
            translation_domain=DOMAIN, translation_key="history_not_read"
        ) from error

    def at(moment: datetime) -> str:
        return local(moment, zone).isoformat()

    def told(stretch: Stretch) -> Told:
        return {"start": at(stretch.start), "end": at(stretch.end)}

    return {
        "name": state.person.name,
        "days": history.days,
        "kept": history.is_kept(person_id),
        "shown_to": history.tier(person_id).value,
        "since": at(changes[0].at) if changes else None,
        "profiles": [
            {
                **told(one),
                "profile": one.change.after,
                "status": one.change.status,
                "author": one.change.author,
                "by": one.change.by,
                "reason": one.change.reason,
            }
            for one in stretches(changes, ChangeKind.PROFILE, start, end)
        ],
        "calls": [
            {**told(one), "target": one.change.after, "known": one.change.known}
            for one in stretches(changes, ChangeKind.CALLS, start, end)
        ],
        "changes": [
            {
                "at": at(one.at),
                "kind": one.kind.value,
                "from": one.before,
                "to": one.after,
                "author": one.author,
                "by": one.by,
                "text": _in_words(state.person.name, one, language),
            }
            for one in within(changes, start, end + timedelta(microseconds=1))
            if one.kind in HAPPENED and not one.found
        ],
    }


async def async_keep_history(
    coordinator: OfficeCoordinator, person_id: str, *, keep: bool, tier: Tier | None
) -> None:
    """Record the person's history from now on, or end it and delete what there is.

    ``tier``: to whom it is shown; ``None``: as before, and to nobody at first.

    Raises:
        ServiceValidationError: the office allows no history.
        HomeAssistantError: not saved, or not deleted.
    """
    history = coordinator.people.history
    if keep and not history.days:
        raise ServiceValidationError(
            translation_domain=DOMAIN, translation_key="history_not_allowed"
        )
    try:
        if keep:
            await history.async_keep(person_id, tier or history.tier(person_id))
        else:
            await history.async_end(person_id)
    except OSError as error:
        raise HomeAssistantError(
            translation_domain=DOMAIN, translation_key="history_not_saved"
        ) from error


async def async_delete_history(coordinator: OfficeCoordinator, person_id: str) -> None:
    """Delete what was recorded so far; recording goes on where it was on.

    Raises:
        HomeAssistantError: it could not be deleted.
    """
    try:
        await coordinator.people.history.async_clear(person_id)
    except OSError as error:
        raise HomeAssistantError(
            translation_domain=DOMAIN, translation_key="history_not_saved"
        ) from error


def _midnight(now: datetime, zone: tzinfo) -> datetime:
    return utc(datetime.combine(local(now, zone).date(), time(), zone))


def _in_words(name: str, change: Change, language: str) -> str:
    about, said = in_words(
        {
            "happening": HAPPENED[change.kind],
            "name": name,
            "profile": change.after,
            "target": change.after,
            "target_known": change.known,
            "made_by": change.author,
            "by": change.by,
            "reason": change.reason,
        },
        texts_in(language),
    )
    return f"{about} {said}"
