"""Keeping one extension's redirect as the rules want it, whatever breaks.

Level-triggered: each turn compares what is wanted with what was last read and
writes the difference, so a turn too many does nothing and a turn after a crash
repairs. Nothing is queued: who waits for a turn finds the newest wish.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
import logging
from typing import Any, Final

from homeassistant.core import CALLBACK_TYPE, HassJob, HomeAssistant, callback
from homeassistant.helpers.event import async_track_point_in_utc_time
from homeassistant.util import dt as dt_util

from ..const import DOMAIN
from ..presence.line import Condition, Destination, ForwardingState, Line
from ..presence.redirect.changes import RedirectReports, not_written, writing
from ..presence.redirect.desired import DesiredRedirect
from ..presence.redirect.handover import DeskChange, Event
from ..presence.redirect.ledger import Ledger, OwnRedirect, taken_over
from ..presence.redirect.mark import adopted, forgotten
from ..presence.redirect.numbers import MASK
from ..presence.redirect.own import given_back, own_change, own_ended
from ..presence.redirect.parts import EVERYTHING, RedirectCapabilities, known, only
from ..presence.redirect.plan import RedirectPlan, answered, plan
from ..presence.redirect.status import RedirectStatus, Shown, is_pending, status
from ..presence.redirect.targets import Refusal
from ..presence.redirect.unknown_target import is_target_unknown
from ..telephony.driver import (
    NotSupported,
    OutcomeUnknown,
    PhoneSystem,
    PhoneSystemError,
    Rejected,
    RetryLater,
    RuleMissing,
    Unavailable,
)

_LOGGER = logging.getLogger(__name__)

RETRY_AFTER: Final = (2, 5, 15, 30, 60)
"""Seconds until the next try after the first, second … failure in a row."""
NEEDS_PERSON_AFTER: Final = 600.0
"""Seconds between tries for what only a person can mend."""
ANSWERS_WITHIN: Final = 0.01
"""Seconds in which a phone system that is well answers; a choice can wait so long."""
WRITES_A_TURN: Final = 4
"""A turn gives up when the phone system still differs after so many writes."""
ASIDE: Final = ("since", "last_failure", "last_failure_reason", "read_at")
"""Attributes that tell of the redirect's past, and are no news by themselves."""
NOT_AS_WISHED: Final = (RedirectStatus.PENDING, RedirectStatus.FAILED)


class Undecided(PhoneSystemError):
    """Nobody has said yet whose redirect stands; nothing was written."""

    key = "undecided"


type Label = Callable[[Destination], str]


@dataclass(frozen=True, slots=True)
class RedirectView:
    """The redirect as it is shown: to everybody, and to who may see details.

    ``attributes`` are what everybody with access to the entity reads; ``details``
    has the same keys, with whole numbers.
    """

    status: RedirectStatus = RedirectStatus.UNKNOWN
    attributes: Mapping[str, Any] = field(default_factory=dict)
    details: Mapping[str, Any] = field(default_factory=dict)


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


class RedirectLoop:
    """The redirect of one extension."""

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
        """Watch the extension; nothing is written before the first turn."""
        self._hass = hass
        self._system = system
        self._extension = extension
        self.ledger = ledger
        self._owner = owner or RedirectOwner()
        self.desk_change = desk_change
        self.ready_since = ready_since
        self.undecided = undecided
        """The ledger was damaged, and nobody has said yet whose redirect stands: it is
        shown, and nothing is written."""
        self.desired: DesiredRedirect | None = None
        self.refusals: tuple[Refusal, ...] = ()
        self.line: Line | None = None
        self.view = RedirectView()
        self.failure: PhoneSystemError | None = None
        self.failures = 0
        self.memory_old = False
        """Whether the phone system knows of later writes than the ledger."""
        self.converged_at: datetime | None = None
        """When the phone system was last found, or made, as wished."""
        self.round_trip_ms: float | None = None
        """How long the phone system took for its last answer."""
        self.reports = RedirectReports()
        """What was reported of where calls go, and what was written."""
        self._since: datetime | None = None
        self._last_failure: Mapping[str, Any] = {}
        self._turn = asyncio.Lock()
        self._wake: CALLBACK_TYPE | None = None
        self._expiry: CALLBACK_TYPE | None = None
        self._stopped = False
        self._unwatch = system.watch(extension)

    def stop(self) -> None:
        """Stop watching and retrying; what is set stays set."""
        self._stopped = True
        self._unwatch()
        self._sleep()
        self._forget_in_time()

    @callback
    def observe(self, line: Line) -> bool:
        """Store a new reading; return whether it differs from the last one."""
        before, self.line = self.line, line
        self.show()
        return before is None or replace(before, as_of=line.as_of) != line

    @callback
    def lost(self) -> None:
        """Discard the reading after the connection was lost."""
        self.line = None
        self._sleep()
        self.show()

    async def async_turn(self) -> None:
        """Make the phone system follow the newest wish.

        Raises:
            OSError: the ledger could not be stored; nothing was written.
            PhoneSystemError: the phone system does not follow (yet).
        """
        async with self._turn:
            self._sleep()
            try:
                await self._converge()
            except PhoneSystemError as error:
                self.failure = error
                self._last_failure = {
                    "last_failure": dt_util.utcnow(),
                    "last_failure_reason": self.reason,
                }
                if self._system.ready:
                    self.failures += 1
                    self._wake_in(self._pause(error))
                raise
            else:
                self.failure = None
                self.failures = 0
                self.converged_at = dt_util.utcnow()
            finally:
                self.show()
            self._owner.settled()

    def _pause(self, error: PhoneSystemError) -> float:
        """Return after how many seconds to try again."""
        pause: float = RETRY_AFTER[min(self.failures, len(RETRY_AFTER)) - 1]
        if isinstance(error, RetryLater):
            return max(pause, error.retry_after)
        if error.needs_person and self.failures > len(RETRY_AFTER):
            return NEEDS_PERSON_AFTER
        return pause

    async def async_settled(self) -> None:
        """Return when no turn is being taken."""
        async with self._turn:
            pass

    async def async_follow(self) -> None:
        """Take a turn for which nobody waits; what goes wrong is shown and retried."""
        try:
            await self.async_turn()
        except PhoneSystemError as error:
            _LOGGER.debug("A redirect does not follow yet: %s", type(error).__name__)
        except OSError:
            _LOGGER.exception("A ledger could not be stored; its redirect waits")

    async def async_own_change(
        self,
        change: ForwardingState | None,
        until: datetime | None = None,
        *,
        limited: bool = True,
    ) -> None:
        """Set a person's own redirect, or with ``None`` give it to the profile again.

        What the phone system refuses leaves nothing behind: the redirect is as it
        was before. ``limited``: whoever sets it is held to ordinary users' limits.

        Raises:
            NotRead: an end was given, and what to go back to is not known yet.
            Undecided: first somebody has to say whose redirect stands.
            OSError: it could not be stored; nothing was written.
            PhoneSystemError: the phone system does not follow (yet).
        """
        async with self._turn:
            if self.undecided:
                raise Undecided
            if self.line is None and self._system.ready:
                self.line = await self._timed(self._system.read(self._extension))
            before, line = self.ledger, self.line
            if change is None:
                # Where no profile decides, an own redirect stands as it is.
                after = given_back(
                    own_ended(
                        before,
                        line.forwarding if line else ForwardingState(),
                        lambda _own: True,
                        capabilities=self.capabilities,
                    )
                    if self.desired is not None
                    else before
                )
            else:
                after = own_change(
                    before,
                    change,
                    line.forwarding if line else ForwardingState(),
                    until=until,
                    limited=limited,
                    desk_change=self.desk_change,
                    capabilities=self.capabilities,
                )
            await self._remember(after, must=True)
        try:
            await self.async_turn()
        except Rejected, NotSupported, RuleMissing:
            if change is not None:
                await self._take_back(change, before, line)
            raise

    async def _take_back(
        self, change: ForwardingState, before: Ledger, line: Line | None
    ) -> None:
        """Put everything as it was before a change that the phone system refused."""
        async with self._turn:
            if self.ledger.own == before.own:
                return
            await self._remember(before, must=False)
            self.failure = None
            self.line = None
            if line is not None:
                # A part of it may have been written before the rest was refused.
                stood = only(line.forwarding, (part for part, _ in known(change)))
                self.reports = writing(self.reports, stood)
                try:
                    self.line = await self._system.apply(self._extension, stood)
                except PhoneSystemError as error:
                    reason = type(error).__name__
                    _LOGGER.debug("A refused redirect is not undone yet: %s", reason)
        await self.async_follow()

    async def async_follow_end_own(self, ends: Callable[[OwnRedirect], bool]) -> None:
        """End own redirects for which nobody waits; what goes wrong is retried."""
        try:
            await self.async_end_own(ends)
        except PhoneSystemError as error:
            _LOGGER.debug("An ended redirect waits: %s", type(error).__name__)
        except OSError:
            _LOGGER.exception("A ledger could not be stored; its redirect waits")

    async def async_end_own(
        self, ends: Callable[[OwnRedirect], bool] = lambda own: True
    ) -> bool:
        """End those of the person's own redirects that ``ends`` says.

        Returns:
            Whether there was one.

        Raises:
            OSError: it could not be stored; nothing was written.
            PhoneSystemError: the phone system does not follow (yet).
        """
        async with self._turn:
            before = self.ledger
            forwarding = self.line.forwarding if self.line else ForwardingState()
            after = own_ended(before, forwarding, ends, capabilities=self.capabilities)
            if after.own == before.own:
                return False
            await self._remember(after, must=True)
        await self.async_turn()
        return True

    async def async_follow_own(self, change: ForwardingState) -> None:
        """Set an own redirect for which nobody waits; what goes wrong is retried."""
        try:
            await self.async_own_change(change)
        except PhoneSystemError as error:
            _LOGGER.debug("A fall-back waits: %s", type(error).__name__)
        except OSError:
            _LOGGER.exception("A ledger could not be stored; its redirect waits")

    async def async_decide(self, *, of_profile: bool) -> None:
        """Take what stands as the phone's own setting, or as that of a profile.

        What is a profile's ends with it; what was there before is not known any more.

        Raises:
            OSError: it could not be stored; nothing was changed.
            PhoneSystemError: the phone system cannot be read, and nothing was changed;
                or it does not follow yet.
        """
        async with self._turn:
            ledger = Ledger()
            if of_profile:
                self.line = await self._timed(self._system.read(self._extension))
                held = self.desired.profile if self.desired is not None else None
                ledger = taken_over(self.line.forwarding, held)
            before, self.ledger, self.undecided = self.ledger, ledger, False
            try:
                await self._owner.save(ledger)
            except OSError:
                self.ledger, self.undecided = before, True
                raise
        await self.async_turn()

    async def async_release(self) -> bool:
        """Give back what a profile holds, for good; tell whether that was possible.

        Nothing is stored any more: the extension is no longer ours afterwards.
        """
        if self.undecided:
            # What stands is not known to be ours: it stays.
            self.stop()
            return False
        self.desired = None
        self._owner = RedirectOwner()
        try:
            await self.async_turn()
        except PhoneSystemError, OSError:
            return not self.ledger.restoring and self.ledger.held is None
        finally:
            self.stop()
        return True

    async def _converge(self) -> None:
        if not self._system.capabilities:
            # Never connected: what it can do is not known, so nothing is judged.
            await self._remember(self.ledger, must=True)
            raise Unavailable("not connected yet")
        if self.undecided:
            await self._look()
            return
        fresh = False
        for attempt in range(WRITES_A_TURN):
            if self.line is None and self._system.ready:
                self.line, fresh = await self._read(), True
            step = self._plan()
            if not fresh and self._system.ready and self._decides(step):
                # What was dialled a moment ago, and is not heard yet, comes first;
                # what was chosen outlives a crash while the phone system is silent.
                self.line = await self._read_or_store(must=attempt == 0)
                fresh = True
                step = self._plan()
            await self._remember(step.ledger, must=attempt == 0 or bool(step.write))
            for event in step.events:
                _LOGGER.debug("A reading means: %s", event.kind)
                self._owner.found(event)
            if step.again is not None:
                self._wake_at(step.again)
            if step.write is None:
                await self._finish(step)
                return
            self.reports = writing(self.reports, step.write)
            try:
                self.line = await self._timed(
                    self._system.apply(self._extension, step.write)
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
        if step.waiting and not self._system.ready:
            raise Unavailable("not ready")
        await self._note(step.number)

    async def _note(self, number: int | None) -> None:
        """Let the phone system keep the number of the last write."""
        if number is None or self.line is None or not self._system.ready:
            return
        try:
            kept = await self._system.note(self._extension, number)
        except PhoneSystemError:
            self.line = None
            raise
        if self.line is not None:
            self.line = replace(self.line, number=kept)

    async def async_decide_memory(self, *, ours: bool) -> None:
        """Resolve which record is right if the phone system knows of later writes.

        ``ours``: what is remembered here is set again; otherwise what stands there
        is the phone's own setting from now on.

        Raises:
            OSError: it could not be stored; nothing was changed.
            PhoneSystemError: the phone system does not answer, or not yet follow.
        """
        async with self._turn:
            self.line = line = await self._read()
            if ours:
                after, _ = forgotten(self.ledger, line.forwarding, line.number)
            else:
                after = adopted(line.number)
            await self._remember(after, must=True)
        await self.async_turn()

    async def _look(self) -> None:
        """Read the line if unknown and store the ledger; set no redirect."""
        if self.line is None and self._system.ready:
            self.line = await self._read()
        await self._remember(self.ledger, must=True)

    async def _timed(self, answer: Awaitable[Line]) -> Line:
        begun = self._hass.loop.time()
        line = await answer
        self.round_trip_ms = round(1000 * (self._hass.loop.time() - begun), 1)
        return line

    async def _read(self) -> Line:
        return await self._timed(self._system.read(self._extension))

    async def _read_or_store(self, *, must: bool) -> Line:
        """Read; where no answer comes at once, store what was chosen meanwhile."""
        reading = asyncio.ensure_future(self._read())
        try:
            await asyncio.wait({reading}, timeout=ANSWERS_WITHIN)
            if not reading.done() or reading.exception():
                await self._remember(self.ledger, must=must)
            return await reading
        finally:
            # Only where it cannot be stored: then nobody waits for the reading.
            reading.cancel()

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

    async def _remember(self, ledger: Ledger, *, must: bool) -> None:
        """Store a ledger; one that only notes what was seen may wait."""
        # In force first: whoever stores this person's record meanwhile, for another
        # reason, must not store the ledger before this one over it.
        before, self.ledger = self.ledger, ledger
        try:
            await self._owner.save(ledger)
        except OSError:
            if must:
                self.ledger = before
                raise
            _LOGGER.exception("What was read back could not be noted yet")

    # Waking up

    def _sleep(self) -> None:
        if self._wake is not None:
            self._wake()
            self._wake = None

    def _wake_in(self, seconds: float) -> None:
        self._wake_at(dt_util.utcnow() + timedelta(seconds=seconds))

    def _wake_at(self, time: datetime) -> None:
        self._sleep()
        if self._stopped:
            # A turn that was under way ends after the loop.
            return
        self._wake = async_track_point_in_utc_time(
            self._hass, HassJob(self._on_wake), time
        )

    @callback
    def _on_wake(self, _now: datetime) -> None:
        self._wake = None
        # A write that may be lost or land late is judged by a fresh reading.
        self.line = None
        # In the background: a phone system that is silent must not keep Home
        # Assistant from stopping.
        self._hass.async_create_background_task(
            self.async_follow(), f"{DOMAIN} redirect"
        )

    # Showing

    @property
    def capabilities(self) -> RedirectCapabilities:
        """Return what can be set and told of this extension's redirect."""
        return self._system.redirect_capabilities(self._extension)

    @callback
    def show(self) -> None:
        """Work out what is shown, and say so if it is new."""
        self._forget_in_time()
        shown = status(
            self.desired,
            self.line.forwarding if self.line else ForwardingState(),
            self.ledger,
            None if isinstance(self.failure, Unavailable) else self.failure,
            capabilities=self.capabilities,
        )
        # Before the first connection nothing is known of what it can do either.
        capabilities = self.capabilities if self._system.capabilities else EVERYTHING
        if shown.status is RedirectStatus.UNKNOWN and is_pending(
            self.desired, self.ledger, capabilities=capabilities
        ):
            # What holds is not known, but something is still to be done about it.
            shown = replace(shown, status=RedirectStatus.PENDING)
        reason = self.reason if shown.status in NOT_AS_WISHED else None
        attributes: dict[str, Any] = {}
        if shown.destination is not None:
            attributes["condition"] = (shown.condition or Condition.UNCONDITIONAL).value
            if shown.part is not None:
                attributes["part"] = shown.part.value
        if shown.set_by is not None:
            attributes["set_by"] = shown.set_by.value
        if reason is not None:
            attributes["reason"] = reason
        attributes |= self._certainty(shown)
        details = attributes | self._where(shown, self._owner.label)
        before = {k: v for k, v in self.view.details.items() if k not in ASIDE}
        if shown.status is not self.view.status or details != before:
            self._since = dt_util.utcnow()
        past = {"since": self._since, **self._last_failure, **self._age()}
        public = self._where(shown, self._owner.public_label)
        self.view = RedirectView(
            shown.status, attributes | public | past, details | past
        )
        self._owner.changed()

    def _certainty(self, shown: Shown) -> dict[str, Any]:
        """Return what is not certain about what is shown, and how old it is."""
        said: dict[str, Any] = {}
        if not shown.confirmed:
            said["confirmed"] = False
        if not shown.target_known:
            said["target_known"] = False
        return said

    def _age(self) -> dict[str, Any]:
        """Return when a phone system was read last that has to be asked."""
        if self.line is None or self._system.freshness.poll_every is None:
            return {}
        return {"read_at": self.line.as_of}

    def _forget_in_time(self) -> None:
        """See to it that a reading is forgotten once it says nothing any more."""
        if self._expiry is not None:
            self._expiry()
            self._expiry = None
        oldest = self._system.freshness.oldest
        if self._stopped or oldest is None or self.line is None:
            return
        if (as_of := self.line.as_of) is not None:
            self._expiry = async_track_point_in_utc_time(
                self._hass,
                HassJob(self._on_expiry),
                as_of + timedelta(seconds=oldest),
            )

    @callback
    def _on_expiry(self, _now: datetime) -> None:
        self._expiry = None
        self.line = None
        self.show()
        self._hass.async_create_background_task(
            self.async_follow(), f"{DOMAIN} redirect"
        )

    def _where(self, shown: Shown, label: Label) -> dict[str, Any]:
        """Return where calls go, and where under each condition that forwards them."""
        where: dict[str, Any] = {}
        if shown.destination is not None and shown.target_known:
            where["target"] = label(shown.destination)
        forwarding = (
            self.line.forwarding if self.line is not None else ForwardingState()
        )
        forwards = {one: forwarding.forward(one) for one in Condition}
        targets = {
            condition.value: label(target)
            for condition, target in forwards.items()
            if isinstance(target, Destination) and not is_target_unknown(target)
        }
        return where | ({"targets": targets} if targets else {})

    @property
    def reason(self) -> str | None:
        """Return, as a translation key, why the redirect is not as wished."""
        if self.undecided:
            return "undecided"
        if self.refusals:
            return self.refusals[0].reason.value
        if self.memory_old:
            return "memory_old"
        return PhoneSystemError.key if self.failure is None else self.failure.key
