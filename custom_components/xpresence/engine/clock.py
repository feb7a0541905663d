"""Waking at an instant, on a clock that may be set.

Home Assistant counts the seconds to an instant once, when it is asked to wake then. A
clock that is set forward meanwhile wakes too late by as much. This one compares, every
:data:`CHECK_EVERY` seconds, the clock with how long the event loop has run: where they
differ, who waits for an instant is woken by the new time, and who holds instants that
stand for a duration, such as a retry delay, is told by how much the clock was moved.
"""

from collections.abc import Callable
from datetime import datetime, timedelta
import logging
from typing import Final, Protocol, runtime_checkable

from homeassistant.core import CALLBACK_TYPE, HomeAssistant, callback
from homeassistant.helpers.event import async_track_point_in_utc_time
from homeassistant.util import dt as dt_util
from homeassistant.util.hass_dict import HassKey

from ..presence.moved_clock import ClockMove

_LOGGER = logging.getLogger(__name__)

CHECK_EVERY = 20.0
"""Seconds between two comparisons."""
NOTICED_WITHIN: Final = timedelta(seconds=CHECK_EVERY + 1)
JUMP: Final = 5.0
"""Seconds by which the clock must differ; less is an ordinary correction."""

type Moved = Callable[[ClockMove], None]


@runtime_checkable
class FollowsClock(Protocol):
    """An input that holds instants which stand for a duration."""

    @callback
    def clock_moved(self, move: ClockMove) -> None:
        """Move those instants along with the clock."""


class _Waiting:
    """A callback that waits for an instant."""

    def __init__(
        self, clock: Clock, action: Callable[[datetime], None], moment: datetime
    ) -> None:
        self._clock = clock
        self._action = action
        self._moment = moment
        self._cancel: CALLBACK_TYPE
        self.wait()

    @callback
    def wait(self) -> None:
        """Count the seconds by the present time."""
        self._cancel = async_track_point_in_utc_time(
            self._clock.hass, self._on_time, self._moment
        )

    @callback
    def wait_anew(self) -> None:
        """Count them again: the clock was set."""
        self._cancel()
        self.wait()

    @callback
    def _on_time(self, now: datetime) -> None:
        self._clock.leave(self)
        self._action(now)

    @callback
    def stop(self) -> None:
        """Wait no longer."""
        self._cancel()
        self._clock.leave(self)


class Clock:
    """Wakes whoever waits; compares as long as anybody waits or listens."""

    def __init__(self, hass: HomeAssistant) -> None:
        """Compare nothing yet."""
        self.hass = hass
        # In the order in which they came.
        self._waiting: dict[_Waiting, None] = {}
        self._listeners: list[Moved] = []
        self._check: CALLBACK_TYPE | None = None
        self._ahead = 0.0
        """By how many seconds the clock is ahead of the loop's."""

    @callback
    def at(self, action: Callable[[datetime], None], moment: datetime) -> CALLBACK_TYPE:
        """Call ``action`` at ``moment``, or soon if it is over; returns how to cancel."""
        waiting = _Waiting(self, action, moment)
        self._waiting[waiting] = None
        self._start()
        return waiting.stop

    @callback
    def listen(self, listener: Moved) -> CALLBACK_TYPE:
        """Call back with the seconds by which the clock was set; returns how to stop that."""
        self._listeners.append(listener)
        self._start()

        @callback
        def stop() -> None:
            self._listeners.remove(listener)
            self._stop_unless_used()

        return stop

    @callback
    def leave(self, waiting: _Waiting) -> None:
        """Remove a waiting callback."""
        self._waiting.pop(waiting, None)
        self._stop_unless_used()

    @callback
    def _start(self) -> None:
        if self._check is None:
            self._ahead = self._difference()
            self._again()

    @callback
    def _again(self) -> None:
        self._check = self.hass.loop.call_later(CHECK_EVERY, self.compare).cancel

    @callback
    def _stop_unless_used(self) -> None:
        if self._check is not None and not self._waiting and not self._listeners:
            self._check()
            self._check = None

    def _difference(self) -> float:
        return dt_util.utcnow().timestamp() - self.hass.loop.time()

    @callback
    def compare(self) -> None:
        """Check whether the clock was set, and adapt all waiting callbacks."""
        if self._check is not None:
            self._check()
        self._again()
        before, self._ahead = self._ahead, self._difference()
        moved = self._ahead - before
        if abs(moved) < JUMP:
            return
        _LOGGER.warning("The clock was set by %d seconds; deadlines follow", moved)
        move = ClockMove(
            timedelta(seconds=moved),
            dt_util.utcnow(),
            NOTICED_WITHIN,
        )
        for listener in tuple(self._listeners):
            listener(move)
        for waiting in tuple(self._waiting):
            if waiting in self._waiting:
                waiting.wait_anew()


CLOCK: HassKey[Clock] = HassKey("xpresence_clock")


@callback
def clock_of(hass: HomeAssistant) -> Clock:
    """Return the one clock of xpresence in this Home Assistant."""
    if CLOCK not in hass.data:
        hass.data[CLOCK] = Clock(hass)
    return hass.data[CLOCK]


@callback
def wake_at(
    hass: HomeAssistant, action: Callable[[datetime], None], moment: datetime
) -> CALLBACK_TYPE:
    """Call ``action`` at ``moment``, also if the clock is set meanwhile."""
    return clock_of(hass).at(action, moment)
