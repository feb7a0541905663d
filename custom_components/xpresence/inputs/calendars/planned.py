"""The presence that a person planned, stored before it counts."""

from collections.abc import AsyncGenerator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import datetime
from typing import Any, Final

from homeassistant.exceptions import HomeAssistantError, ServiceValidationError
from homeassistant.util import dt as dt_util
from homeassistant.util.ulid import ulid_now

from ...const import DOMAIN
from ...engine.input import InputContext
from ...presence.calendar.planned import PlannedPresence
from ...presence.datetimes import FARTHEST, OLDEST
from ...presence.stored import fields, instant, optional, text

MEMORY: Final = "planned"
"""The name of what is stored."""
MOST: Final = 500
"""Plans of one person at a time; more is a runaway automation."""


class PlannedPresences:
    """What one person planned and is not over yet."""

    def __init__(
        self, input_context: InputContext, changed: Callable[[], None]
    ) -> None:
        """Read what is stored; ``changed`` is called when it is another."""
        self._input_context = input_context
        self._changed = changed
        self._entries: dict[str, PlannedPresence] = {}
        self.restore_facts()

    def restore_facts(self) -> None:
        """Take what is stored: the settings may have changed while it was written."""
        self._entries = {
            uid: planned_from_record(uid, record)
            for uid, record in self._input_context.remembered_each(MEMORY).items()
        }

    @asynccontextmanager
    async def _turn(self) -> AsyncGenerator[None]:
        """Hold the lock for changes of the plan, and read what is stored by then."""
        async with self._input_context.state.plan_turn:
            self.restore_facts()
            yield

    @property
    def entries(self) -> tuple[PlannedPresence, ...]:
        """Return everything that is planned."""
        return tuple(self._entries.values())

    def __contains__(self, uid: str) -> bool:
        """Return whether this is the id of a plan."""
        return uid in self._entries

    async def async_add(
        self,
        start: datetime,
        end: datetime,
        profile: str,
        info_text: str | None,
        by: str | None,
        name: str | None = None,
    ) -> str:
        """Plan presence; return the id of the plan.

        Raises:
            ServiceValidationError: it ends before it begins, is over, or lies too
                far away.
            HomeAssistantError: not saved; nothing was changed.
        """
        planned = PlannedPresence(
            f"planned-{ulid_now()}", start, end, profile, info_text, name, by
        )
        async with self._turn():
            await self._async_put(planned)
        return planned.uid

    async def async_change(self, uid: str, **changes: Any) -> None:
        """Change start, end, profile, info text or name.

        Raises:
            ServiceValidationError: there is no such plan, or as :meth:`async_add`.
            HomeAssistantError: as :meth:`async_add`.
        """
        async with self._turn():
            await self._async_put(replace(self.known(uid), **changes))

    async def async_cancel(self, uid: str) -> None:
        """Forget something planned.

        Raises:
            ServiceValidationError: there is no such plan.
            HomeAssistantError: as :meth:`async_add`.
        """
        async with self._turn():
            self.known(uid)
            await self._async_store({uid: None})

    def known(self, uid: str) -> PlannedPresence:
        """Return a plan by its id.

        Raises:
            ServiceValidationError: there is no such plan.
        """
        try:
            return self._entries[uid]
        except KeyError as error:
            raise ServiceValidationError(
                translation_domain=DOMAIN, translation_key="not_planned"
            ) from error

    async def _async_put(self, planned: PlannedPresence) -> None:
        now = dt_util.utcnow()
        if planned.end <= planned.start:
            raise ServiceValidationError(
                translation_domain=DOMAIN, translation_key="end_before_start"
            )
        if planned.end <= now:
            raise ServiceValidationError(
                translation_domain=DOMAIN, translation_key="end_in_the_past"
            )
        if planned.start < now - OLDEST:
            raise ServiceValidationError(
                translation_domain=DOMAIN, translation_key="start_too_early"
            )
        if planned.end - now > FARTHEST:
            raise ServiceValidationError(
                translation_domain=DOMAIN, translation_key="end_too_far"
            )
        over = [k for k, v in self._entries.items() if v.end <= now]
        if len(self._entries.keys() - over | {planned.uid}) > MOST:
            raise ServiceValidationError(
                translation_domain=DOMAIN,
                translation_key="too_much_planned",
                translation_placeholders={"most": str(MOST)},
            )
        gone: dict[str, PlannedPresence | None] = dict.fromkeys(over)
        await self._async_store(gone | {planned.uid: planned})

    async def _async_store(self, changes: Mapping[str, PlannedPresence | None]) -> None:
        """Store what is new or another, each plan by itself, and forget the rest."""
        records = {
            uid: None if one is None else _to_record(one)
            for uid, one in changes.items()
        }
        try:
            await self._input_context.async_remember_each(MEMORY, records)
        except OSError as error:
            raise HomeAssistantError(
                translation_domain=DOMAIN, translation_key="plan_not_saved"
            ) from error
        self._changed()


def _to_record(planned: PlannedPresence) -> dict[str, Any]:
    return {
        "start": planned.start.isoformat(),
        "end": planned.end.isoformat(),
        "profile": planned.profile,
        "info_text": planned.info_text,
        "name": planned.name,
        "by": planned.by,
    }


def planned_from_record(uid: str, record: Any) -> PlannedPresence:
    """Read one stored plan.

    Raises:
        Malformed: it is damaged.
    """
    given = fields(record)
    return PlannedPresence(
        uid,
        instant(given.get("start")),
        instant(given.get("end")),
        text(given.get("profile")),
        optional(text)(given.get("info_text")),
        optional(text)(given.get("name")),
        optional(text)(given.get("by")),
    )
