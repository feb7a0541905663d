"""Threads for blocking reads of groupware.

Home Assistant's executor serves everybody: a few servers that answer a byte at a time
would block Home Assistant. These threads are few, bounded in time, and end.
"""

import asyncio
from collections.abc import Callable
import contextlib
import ctypes
import threading
from typing import Any, Final, override

from ..source import SourceUnavailable
from .limits import LIMITS

MOST: Final = 4
"""Threads at once, for everybody."""
MOST_OF_ONE: Final = 2
"""Threads at once for one owner, such as a person."""
GRACE: Final = 1.0
"""Seconds between two attempts to interrupt a thread."""


class Interrupted(BaseException):
    """Raised inside of a thread whose time is over.

    Not an ``Exception``, which libraries catch to go on.
    """


class Threads:
    """Runs jobs that block: a few at once, each no longer than it may."""

    def __init__(self, most: int = MOST, most_of_one: int = MOST_OF_ONE) -> None:
        """Start without threads."""
        self._slots = asyncio.Semaphore(most)
        self._most_of_one = most_of_one
        self._of_owner: dict[str, asyncio.Semaphore] = {}
        self.running = 0
        """How many threads there are now."""

    async def run[T](
        self,
        job: Callable[[], T],
        /,
        *,
        owner: str = "",
        seconds: float = LIMITS.seconds,
        give_up: Callable[[], None] | None = None,
    ) -> T:
        """Run a job in a thread of its own and return what it returns.

        The caller waits for ``seconds`` at most, the time until a thread is free
        included. A job that takes longer, or whose caller is cancelled, is asked to
        end by ``give_up`` (which closes the connections that it waits for) and then
        interrupted; until it has really ended it counts as running.

        Raises:
            SourceUnavailable: ``too_slow``.
        """
        slots = [self._slots]
        if owner:
            slots.insert(
                0,
                self._of_owner.setdefault(owner, asyncio.Semaphore(self._most_of_one)),
            )
        try:
            async with asyncio.timeout(seconds):
                return await self._run_within(slots, job, give_up)
        except TimeoutError:
            raise SourceUnavailable("too_slow") from None

    async def _run_within[T](
        self,
        slots: list[asyncio.Semaphore],
        job: Callable[[], T],
        give_up: Callable[[], None] | None,
    ) -> T:
        taken: list[asyncio.Semaphore] = []

        def ended() -> None:
            for slot in taken:
                slot.release()

        try:
            for slot in slots:
                await slot.acquire()
                taken.append(slot)
            worker = _Worker(job, self._ended(ended))
            worker.start()
            self.running += 1
        except BaseException:
            ended()
            raise
        try:
            # Not awaited itself: a worker answers when it ends, whoever still waits.
            await asyncio.wait((worker.answer,))
            return worker.answer.result()
        except asyncio.CancelledError:
            if not worker.answer.done():
                if give_up is not None:
                    give_up()
                worker.interrupt()
            raise

    def _ended(self, release: Callable[[], None]) -> Callable[[], None]:
        def ended() -> None:
            self.running -= 1
            release()

        return ended


class _Worker[T](threading.Thread):
    """One thread for one job."""

    def __init__(self, job: Callable[[], T], ended: Callable[[], None]) -> None:
        # A daemon, so that no server keeps Home Assistant from stopping.
        super().__init__(name="xpresence groupware", daemon=True)
        self._job = job
        self._ended = ended
        self._lock = threading.Lock()
        self._is_over = False
        self._loop = asyncio.get_running_loop()
        self._again: asyncio.TimerHandle | None = None
        self.answer: asyncio.Future[T] = self._loop.create_future()

    @override
    def run(self) -> None:
        result: T | None = None
        error: BaseException | None = None
        try:
            try:
                result = self._job()
            except Interrupted:
                error = SourceUnavailable("too_slow")
            except BaseException as raised:  # noqa: BLE001
                error = raised
            self._let_be()
        except Interrupted:  # It came between the job's end and this.
            self._let_be()
        with contextlib.suppress(RuntimeError):  # The loop may be closed by now.
            self._loop.call_soon_threadsafe(self._finish, result, error)

    def _let_be(self) -> None:
        """Stop interrupts; a pending one is cancelled."""
        with self._lock:
            self._is_over = True
            ctypes.pythonapi.PyThreadState_SetAsyncExc(
                ctypes.c_ulong(threading.get_ident()), None
            )

    def _finish(self, result: Any, error: BaseException | None) -> None:
        self.join()  # It has nothing left to do but to end.
        if self._again is not None:
            self._again.cancel()
        self._ended()
        if error is None:
            self.answer.set_result(result)
        else:
            self.answer.set_exception(error)
            # Somebody who was cancelled does not ask for it any more.
            self.answer.exception()

    def interrupt(self) -> None:
        """Raise :class:`Interrupted` in the thread, again and again until it ends.

        It arrives when the thread runs Python code next: a loop ends at once, a wait
        for a socket when the socket is shut down.
        """
        with self._lock:
            if self._is_over or self.ident is None:
                return
            ctypes.pythonapi.PyThreadState_SetAsyncExc(
                ctypes.c_ulong(self.ident), ctypes.py_object(Interrupted)
            )
        self._again = self._loop.call_later(GRACE, self.interrupt)
