"""When a person's redirect is reconciled and shown.

Nothing is queued: who waits for a turn finds the newest desired redirect. A failed turn
is repeated after a pause, and a reading that is too old is forgotten.
"""

import asyncio
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
import logging
from typing import Any, Final, override

from homeassistant.core import CALLBACK_TYPE, HomeAssistant, callback
from homeassistant.util import dt as dt_util

from ..const import DOMAIN
from ..presence.line import Line
from ..presence.moved_clock import ClockMove, ledger_moved
from ..presence.redirect.guards import DeskChange
from ..presence.redirect.ledger import Ledger
from ..telephony.driver import (
    PhoneSystem,
    PhoneSystemError,
    RetryLater,
)
from .clock import wake_at
from .redirect_reconciler import RedirectOwner, RedirectReconciler
from .redirect_view import RedirectView, view_of
from .statistics import SwitchStatistics

_LOGGER = logging.getLogger(__name__)

RETRY_AFTER: Final = (2, 5, 15, 30, 60)
"""Seconds until the next try after the first, second … failure in a row."""
NEEDS_PERSON_AFTER: Final = 600.0
"""Seconds between tries where only a person can repair what is wrong."""


PENDING_AFTER: Final = 0.5
"""Seconds a write may take before the redirect is shown as pending."""


class RedirectTurns(RedirectReconciler):
    """The redirect of one extension, kept as desired until :meth:`stop`."""

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
        statistics: SwitchStatistics | None = None,
    ) -> None:
        """Watch the extension; nothing is written before the first turn.

        ``statistics``: where it is counted how fast the phone system follows.
        """
        super().__init__(
            hass,
            system,
            extension,
            ledger,
            owner=owner,
            desk_change=desk_change,
            ready_since=ready_since,
            undecided=undecided,
        )
        self.view = RedirectView()
        self.failures = 0
        """Failed turns in a row."""
        self.converged_at: datetime | None = None
        """When the phone system was last found, or made, as desired."""
        self._statistics = statistics or SwitchStatistics()
        self._asked_at: float | None = None
        """When what is not set yet was asked for, in seconds of the event loop."""
        self._tries = 0
        """Turns that were begun for it."""
        self._counted_writes = 0
        self._last_failure: Mapping[str, Any] = {}
        self._turn = asyncio.Lock()
        self._wake: CALLBACK_TYPE | None = None
        self._expiry: CALLBACK_TYPE | None = None
        self._shows: asyncio.TimerHandle | None = None
        """Shows what is held back if no turn does."""
        self._shown: object = None
        """What the owner was told last."""
        self._followed: asyncio.Future[None] | None = None
        """Tells who asked for the present turn that calls go as desired."""
        self._stopped = False
        self._unwatch = system.watch(extension)

    def stop(self) -> None:
        """Stop watching and retrying; what is set stays set."""
        self._stopped = True
        self._unwatch()
        self._cancel_show()
        self._sleep()
        self._forget_in_time()

    @callback
    def observe(self, line: Line) -> bool:
        """Store a new reading; return whether it differs from the last one."""
        before, self.line = self.line, line
        is_new = before is None or replace(before, as_of=line.as_of) != line
        if self.is_being_written(line):
            self.show()
            return is_new
        if (
            self.is_turning
            and before is not None
            and replace(before, as_of=line.as_of, number=line.number) == line
        ):
            # The number of a write of ours: the turn itself plans by it.
            return is_new
        step = self._foreseen()
        if step is None or step.newer:
            self.show()
        elif step.write is None:
            self._show(step.ledger)
        elif is_new and self.failure is None and self._shows is None:
            self._hold_back()
        else:
            self.show()
        return is_new

    @property
    def is_turning(self) -> bool:
        """Return whether a turn is being taken, which plans by every new reading."""
        return self._turn.locked()

    @callback
    def clock_moved(self, move: ClockMove) -> None:
        """Take along what says how long ago something was; a turn follows."""
        self._remember_soon(ledger_moved(self.ledger, move))
        self.ready_since = move.known(self.ready_since)
        self.converged_at = move.known(self.converged_at)
        if (line := self.line) is not None:
            self.line = replace(line, as_of=move.known(line.as_of))
        self._forget_in_time()
        if self._wake is not None:
            self.wake_at(dt_util.utcnow())

    @callback
    def lost(self) -> None:
        """Discard the reading after the connection was lost, and show that."""
        self.forget_line()
        self.show()

    @callback
    def forget_line(self) -> None:
        """Discard the reading; the caller shows it."""
        self.line = None
        self._sleep()

    async def async_turn(self, followed: asyncio.Future[None] | None = None) -> None:
        """Make the phone system follow the newest desired redirect.

        ``followed`` is done as soon as it does, and that is shown; the turn goes on to
        note it.

        Raises:
            OSError: the ledger could not be stored; nothing was written.
            PhoneSystemError: the phone system does not follow (yet).
        """
        asked_at = self._hass.loop.time()
        async with self._turn:
            self._sleep()
            self._followed = followed
            self._begin_count(asked_at)
            try:
                await self.async_reconcile()
                while self.is_outdated:
                    await self.async_reconcile()
            except PhoneSystemError as error:
                self.failure = error
                self._last_failure = {
                    "last_failure": dt_util.utcnow(),
                    "last_failure_reason": self.reason,
                }
                if self.system.ready:
                    self.failures += 1
                    self._wake_in(self._pause(error))
                    self._statistics.failed(error.key)
                else:
                    # How long it is away is no time that a switch takes.
                    self._asked_at = None
                raise
            else:
                self.failure = None
                self.failures = 0
                self.converged_at = dt_util.utcnow()
                self._asked_at = None
            finally:
                self._followed = None
                self.store_notes()
                self.show()
            self.owner.settled()

    def _begin_count(self, asked_at: float) -> None:
        """Note since when a turn has been due, unless an earlier one failed for it."""
        if self._asked_at is None:
            self._asked_at, self._tries = asked_at, 0
            self._counted_writes = self.writes
        self._tries += 1

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

    # Waking up

    def _sleep(self) -> None:
        if self._wake is not None:
            self._wake()
            self._wake = None

    def _wake_in(self, seconds: float) -> None:
        self.wake_at(dt_util.utcnow() + timedelta(seconds=seconds))

    @override
    @callback
    def wake_at(self, time: datetime) -> None:
        self._sleep()
        if self._stopped:
            # A turn that was under way ends after the loop.
            return
        self._wake = wake_at(self._hass, self._on_wake, time)

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

    @override
    @callback
    def show(self) -> None:
        """Work out what is shown, and tell the owner if it is anything else."""
        self._show(self.ledger)

    @callback
    def update_view(self) -> None:
        """Work out what is shown; the caller shows it."""
        self._update_view(self.ledger)

    @callback
    def _show(self, ledger: Ledger) -> None:
        """Show the last reading by a ledger: the stored one, or that of the next turn.

        So what was dialled at the desk is never shown as if it were still to be undone.
        """
        self._update_view(ledger)
        line = self.line
        shown = (
            self.view,
            self.reason,
            self.failures,
            line and replace(line, as_of=None, number=None),
        )
        if shown != self._shown:
            self._shown = shown
            self.owner.changed()

    @override
    @callback
    def followed(self) -> None:
        if self.writes > self._counted_writes and self._asked_at is not None:
            self._counted_writes = self.writes
            seconds = self._hass.loop.time() - self._asked_at
            self._statistics.followed(seconds, self._tries)
        if self._followed is not None and not self._followed.done():
            self._followed.set_result(None)

    @callback
    def _update_view(self, ledger: Ledger) -> None:
        self._cancel_show()
        self._forget_in_time()
        now = dt_util.utcnow()
        self.view = view_of(self, ledger, self.view, self._last_failure, now)

    @callback
    def _hold_back(self) -> None:
        """Show the rest of a reading, but not the redirect that is written next.

        A turn follows at once, and shows the outcome; one that takes long shows that
        it is pending.
        """
        self.view = replace(self.view, settling=True)
        self._shows = self._hass.loop.call_later(PENDING_AFTER, self.show)
        self.owner.changed()

    @callback
    def _cancel_show(self) -> None:
        if self._shows is not None:
            self._shows.cancel()
            self._shows = None

    def _forget_in_time(self) -> None:
        """Schedule that a reading is discarded once it is too old to be believed."""
        if self._expiry is not None:
            self._expiry()
            self._expiry = None
        oldest = self.system.freshness.oldest
        if self._stopped or oldest is None or self.line is None:
            return
        if (as_of := self.line.as_of) is not None:
            self._expiry = wake_at(
                self._hass,
                self._on_expiry,
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
