"""One turn of a redirect: plan, store the ledger, write, read back, plan again.

Level-triggered: a turn compares what is desired with what was last read and writes the
difference, so a turn too many does nothing and a turn after a crash repairs. When a
turn is taken, and what happens after a failure, is :mod:`.redirect_loop`.
"""

import asyncio
from collections.abc import Awaitable
from dataclasses import replace
from datetime import datetime
import logging
from typing import Final

from homeassistant.core import HomeAssistant, callback
from homeassistant.util import dt as dt_util

from ..presence.line import Destination, ForwardingState, Line
from ..presence.redirect.changes import RedirectReports, not_written, writing
from ..presence.redirect.desired import DesiredRedirect
from ..presence.redirect.guards import DeskChange
from ..presence.redirect.handover import Event
from ..presence.redirect.ledger import Ledger
from ..presence.redirect.numbers import MASK
from ..presence.redirect.parts import RedirectCapabilities
from ..presence.redirect.plan import RedirectPlan, answered, plan
from ..presence.redirect.targets import Refusal
from ..telephony.driver import (
    OutcomeUnknown,
    PhoneSystem,
    PhoneSystemError,
    Rejected,
    Unavailable,
)

_LOGGER = logging.getLogger(__name__)

ANSWERS_WITHIN: Final = 0.01
"""Seconds in which a phone system that is well answers; a choice can wait so long."""
WRITES_A_TURN: Final = 4
"""A turn gives up when the phone system still differs after so many writes."""


class RedirectOwner:
    """Whose redirect a loop keeps; this one stores nothing and listens to nothing."""

    async def save(self, ledger: Ledger) -> None:
        """Store the ledger, and return once it is on the disk.

        Raises:
            OSError: it is not stored.
        """

    @callback
    def changed(self) -> None:
        """Handle a new :attr:`RedirectLoop.view`."""

    @callback
    def found(self, event: Event) -> None:
        """Handle an event that a redirect plan reports."""

    @callback
    def settled(self) -> None:
        """Note that the phone system is as desired: what was changed is done."""

    def label(self, destination: Destination) -> str:
        """Return where calls go, for who may know it."""
        return destination.number

    def public_label(self, destination: Destination) -> str:
        """Return where calls go, for everybody."""
        return MASK


class RedirectReconciler:
    """The redirect of one extension as desired, as read, and as remembered."""

    def __init__(
        self,
        hass: HomeAssistant,
        system: PhoneSystem,
        extension: str,
        ledger: Ledger,
        *,
        owner: RedirectOwner | None = None,
        desk_change: DeskChange = DeskChange.RESPECT,
        ready_since: datetime | None = None,
        undecided: bool = False,
    ) -> None:
        """Prepare; nothing is read or written."""
        self._hass = hass
        self.system = system
        self._extension = extension
        self.ledger = ledger
        self.owner = owner or RedirectOwner()
        self.desk_change = desk_change
        self.ready_since = ready_since
        self.undecided = undecided
        """The ledger was damaged, and nobody has said yet whose redirect stands: it is
        shown, and nothing is written."""
        self.desired: DesiredRedirect | None = None
        self.refusals: tuple[Refusal, ...] = ()
        self.line: Line | None = None
        self.failure: PhoneSystemError | None = None
        self.memory_old = False
        """Whether the phone system knows of later writes than the ledger."""
        self.round_trip_ms: float | None = None
        """How long the phone system took for its last answer."""
        self.reports = RedirectReports()
        """What was reported of where calls go, and what was written."""

    @property
    def capabilities(self) -> RedirectCapabilities:
        """Return what can be set and told of this extension's redirect."""
        return self.system.redirect_capabilities(self._extension)

    @property
    def reason(self) -> str | None:
        """Return, as a translation key, why the redirect is not as wished."""
        if self.undecided:
            return "undecided"
        if self.refusals:
            return self.refusals[0].reason.value
        if self.memory_old:
            return "memory_old"
        if self.failure is not None:
            return self.failure.key
        # On its way, where the phone system is there.
        return None if self.system.ready else PhoneSystemError.key

    @callback
    def show(self) -> None:
        """Update what is shown, after a write was read back."""

    @callback
    def wake_at(self, time: datetime) -> None:
        """Take another turn at this time."""

    async def async_reconcile(self) -> None:
        """Take one turn.

        Raises:
            OSError: the ledger could not be stored; nothing was written.
            PhoneSystemError: the phone system does not follow (yet).
        """
        if not self.system.capabilities:
            # Never connected: what it can do is not known, so nothing is judged.
            await self.async_remember(self.ledger, must=True)
            raise Unavailable("not connected yet")
        if self.undecided:
            await self._look()
            return
        fresh = False
        for attempt in range(WRITES_A_TURN):
            if self.line is None and self.system.ready:
                self.line, fresh = await self.async_read(), True
            step = self._plan()
            if not fresh and self.system.ready and self._decides(step):
                # What was dialled a moment ago, and is not heard yet, comes first;
                # what was chosen outlives a crash while the phone system is silent.
                self.line = await self._read_or_store(must=attempt == 0)
                fresh = True
                step = self._plan()
            await self.async_remember(
                step.ledger, must=attempt == 0 or bool(step.write)
            )
            for event in step.events:
                _LOGGER.debug("A reading means: %s", event.kind)
                self.owner.found(event)
            if step.again is not None:
                self.wake_at(step.again)
            if step.write is None:
                await self._finish(step)
                return
            self.reports = writing(self.reports, step.write)
            try:
                self.line = await self.async_timed(
                    self.system.apply(self._extension, step.write)
                )
            except OutcomeUnknown:
                # Whether it was done is to be read, never assumed.
                self.line = None
                continue
            except PhoneSystemError:
                self.line = None
                self.reports = not_written(self.reports)
                raise
            self.ledger = answered(self.ledger, dt_util.utcnow())
            await self._note(step.number)
            self.show()
        raise Rejected("differs")

    async def _finish(self, step: RedirectPlan) -> None:
        """End a turn that has nothing to write."""
        self.memory_old = step.newer
        if step.newer:
            raise Rejected("the phone system knows of later writes")
        if step.waiting and not self.system.ready:
            raise Unavailable("not ready")
        await self._note(step.number)

    async def _note(self, number: int | None) -> None:
        """Let the phone system keep the number of the last write."""
        if number is None or self.line is None or not self.system.ready:
            return
        try:
            kept = await self.system.note(self._extension, number)
        except PhoneSystemError:
            self.line = None
            raise
        if self.line is not None:
            self.line = replace(self.line, number=kept)

    async def _look(self) -> None:
        """Read the line if unknown and store the ledger; set no redirect."""
        if self.line is None and self.system.ready:
            self.line = await self.async_read()
        await self.async_remember(self.ledger, must=True)

    async def async_timed(self, answer: Awaitable[Line]) -> Line:
        """Await an answer of the phone system, and note how long it took."""
        begun = self._hass.loop.time()
        line = await answer
        self.round_trip_ms = round(1000 * (self._hass.loop.time() - begun), 1)
        return line

    async def async_read(self) -> Line:
        """Read the extension.

        Raises:
            PhoneSystemError: it cannot be read.
        """
        return await self.async_timed(self.system.read(self._extension))

    async def _read_or_store(self, *, must: bool) -> Line:
        """Read; where no answer comes at once, store what was chosen meanwhile."""
        reading = asyncio.ensure_future(self.async_read())
        try:
            await asyncio.wait({reading}, timeout=ANSWERS_WITHIN)
            if not reading.done() or reading.exception():
                await self.async_remember(self.ledger, must=must)
            return await reading
        finally:
            # Only where it cannot be stored: then nobody waits for the reading.
            reading.cancel()

    def _foreseen(self) -> RedirectPlan | None:
        """Return what the next turn will make of the last reading, where it can say."""
        if self.undecided or not (self.system.capabilities and self.system.ready):
            return None
        return self._plan()

    def _plan(self) -> RedirectPlan:
        return plan(
            self.desired,
            self.line.forwarding if self.line else ForwardingState(),
            self.ledger,
            now=dt_util.utcnow(),
            ready_since=self.ready_since,
            desk_change=self.desk_change,
            capabilities=self.capabilities,
            number=self.line.number if self.line else None,
        )

    def _decides(self, step: RedirectPlan) -> bool:
        """Tell whether a plan is more than a look: it writes, or another claim holds."""
        return (
            step.write is not None
            or step.newer
            or step.ledger.claim != self.ledger.claim
        )

    async def async_remember(self, ledger: Ledger, *, must: bool) -> None:
        """Store a ledger.

        ``must``: raise if that fails; otherwise it only notes what was read, and the
        next turn stores it.

        Raises:
            OSError: it ``must`` be stored and could not be; the old one stays in use.
        """
        # In force first: whoever stores this person's record meanwhile, for another
        # reason, must not store the ledger before this one over it.
        before, self.ledger = self.ledger, ledger
        try:
            await self.owner.save(ledger)
        except OSError:
            if must:
                self.ledger = before
                raise
            _LOGGER.exception("What was read back could not be noted yet")
