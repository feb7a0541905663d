"""One turn of a redirect: plan, store the ledger, write, read back, plan again.

Level-triggered: a turn compares what is desired with what was last read and writes the
difference, so a turn too many does nothing and a turn after a crash repairs. When a
turn is taken, and what happens after a failure, is :mod:`.redirect_turns`.
"""

from collections.abc import Awaitable
from dataclasses import replace
from datetime import datetime
import logging
from typing import Final

from homeassistant.core import HomeAssistant, callback
from homeassistant.util import dt as dt_util

from ..const import DOMAIN
from ..presence.line import Destination, ForwardingState, Line
from ..presence.redirect.changes import RedirectReports, not_written, writing
from ..presence.redirect.desired import DesiredRedirect
from ..presence.redirect.guards import DeskChange
from ..presence.redirect.handover import Event
from ..presence.redirect.ledger import Ledger
from ..presence.redirect.numbers import MASK
from ..presence.redirect.parts import RedirectCapabilities, known, value
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
        self.writing: ForwardingState | None = None
        """What is being written, until it was read back."""
        self.writes = 0
        """Writes that were begun."""
        self._planned_by: Line | None = None
        self._unsaved = False
        """Whether the ledger in force notes something that is not stored."""

    @property
    def capabilities(self) -> RedirectCapabilities:
        """Return what can be set and told of this extension's redirect."""
        return self.system.redirect_capabilities(self._extension)

    @property
    def reason(self) -> str | None:
        """Return, as a translation key, why the redirect is not as desired."""
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
        first, fresh, noted, writes = True, False, False, 0
        while writes < WRITES_A_TURN:
            step, fresh = await self._next_step(first=first, fresh=fresh)
            first = False
            if step.write is not None:
                writes += 1
                self.reports = writing(self.reports, step.write)
                if await self._write(step.write):
                    self._remember_soon(answered(self.ledger, dt_util.utcnow()))
                    self.show()
                continue
            self._check(step)
            self.followed()
            if noted or not await self._note(step.number):
                return
            # The number that stands there now is to be remembered as seen.
            noted = True
        raise Rejected("differs")

    async def _next_step(
        self, *, first: bool, fresh: bool
    ) -> tuple[RedirectPlan, bool]:
        """Plan, and store the ledger that comes before a write.

        ``fresh``: the line was read in this turn. Returns the plan, and whether it was
        made by such a reading.
        """
        if self.line is None and self.system.ready:
            self.line, fresh = await self.async_read(), True
        step = self._plan_turn()
        if not fresh and self.system.ready and self._decides(step):
            # What was dialled a moment ago, and is not heard yet, comes first.
            before = (self.desired, self.ledger, self.line)
            self.line = line = await self._read_while_storing(step.ledger, must=first)
            fresh = True
            if not _is_same(before, (self.desired, self.ledger, line)):
                step = self._plan_turn()
        if first or step.write is not None:
            await self.async_remember(step.ledger, must=True)
        else:
            self._remember_soon(step.ledger)
        for event in step.events:
            _LOGGER.debug("A reading means: %s", event.kind)
            self.owner.found(event)
        if step.again is not None:
            self.wake_at(step.again)
        return step, fresh

    async def _write(self, change: ForwardingState) -> bool:
        """Write and read back; return whether there was an answer."""
        self.writing = change
        self.writes += 1
        try:
            self.line = await self.async_timed(
                self.system.apply(self._extension, change)
            )
        except OutcomeUnknown:
            # Whether it was done is to be read, never assumed.
            self.line = None
            return False
        except PhoneSystemError:
            self.line = None
            self.reports = not_written(self.reports)
            raise
        finally:
            self.writing = None
        return True

    def _check(self, step: RedirectPlan) -> None:
        """Raise if there is nothing to write, and yet it is not as desired."""
        self.memory_old = step.newer
        if step.newer:
            raise Rejected("the phone system knows of later writes")
        if step.waiting and not self.system.ready:
            raise Unavailable("not ready")

    async def _note(self, number: int | None) -> bool:
        """Let the phone system keep the number of the last write; return if it does."""
        if number is None or self.line is None or not self.system.ready:
            return False
        try:
            kept = await self.system.note(self._extension, number)
        except PhoneSystemError:
            self.line = None
            raise
        if self.line is not None:
            self.line = replace(self.line, number=kept)
        return True

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

    async def _read_while_storing(self, ledger: Ledger, *, must: bool) -> Line:
        """Read, and store at the same time what follows if nothing else is read.

        The ledger is not in force: the plan of the reading is. But what was chosen
        outlives a crash while the phone system is silent, and where nothing else was
        read, that plan's ledger is on the disk already.

        Raises:
            OSError: it ``must`` be stored and could not be.
            PhoneSystemError: it cannot be read.
        """
        reading = self._hass.async_create_task(
            self.async_read(), f"{DOMAIN} reading", eager_start=True
        )
        try:
            try:
                await self.owner.save(ledger)
            except OSError:
                if must:
                    raise
                _LOGGER.exception("What was chosen could not be stored yet")
            return await reading
        finally:
            # Only where it cannot be stored: then nobody waits for the reading.
            if not reading.cancel() and not reading.cancelled():
                reading.exception()

    def _plan_turn(self) -> RedirectPlan:
        """Plan, and note by which reading."""
        self._planned_by = self.line
        return self._plan()

    @property
    def is_outdated(self) -> bool:
        """Return whether something else was read since the last plan of a turn."""
        line, by = self.line, self._planned_by
        if line is None or by is None:
            return False
        return replace(line, as_of=by.as_of, number=by.number) != by

    def is_being_written(self, line: Line) -> bool:
        """Return whether a reading says what is written just now."""
        return self.writing is not None and all(
            value(line.forwarding, part) == found for part, found in known(self.writing)
        )

    @callback
    def followed(self) -> None:
        """Handle that the phone system is as desired, and that this is shown."""

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

    def _remember_soon(self, ledger: Ledger) -> None:
        """Put a ledger in force that only notes what was read, to be stored later.

        If a crash comes first, the next turn reads it again.
        """
        self._unsaved = self._unsaved or ledger != self.ledger
        self.ledger = ledger

    @callback
    def store_notes(self) -> None:
        """Store in the background what was only noted."""
        if self._unsaved:
            self._unsaved = False
            self._hass.async_create_background_task(
                self.async_remember(self.ledger, must=False), f"{DOMAIN} ledger"
            )


def _is_same(
    before: tuple[DesiredRedirect | None, Ledger, Line | None],
    now: tuple[DesiredRedirect | None, Ledger, Line],
) -> bool:
    """Return whether a plan still holds: only the age of its reading is another."""
    *others, line = before
    return (
        line is not None
        and all(one is other for one, other in zip(others, now[:2], strict=True))
        and replace(now[2], as_of=line.as_of) == line
    )
