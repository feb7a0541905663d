"""Lamps: subscriptions to the dialogs of an extension or of a code."""

import asyncio
from collections.abc import Callable
import contextlib
import logging

from ...presence.line import CallState
from .agent import Account, Notification, Refused, SipError, State, UserAgent
from .dialog_info import EVENT, TYPE, Dialogs
from .document import NotReadable

_LOGGER = logging.getLogger(__name__)


class Lamp:
    """One lamp; ``on_change`` is called when it shows something else.

    What it showed before a subscription broke is not believed afterwards.
    """

    def __init__(
        self,
        agent: UserAgent,
        account: Account,
        user: str,
        on_change: Callable[[], None],
    ) -> None:
        """Subscribe.

        Raises:
            NotConnected: the agent is closed.
        """
        self._agent = agent
        self._on_change = on_change
        self._dialogs = Dialogs()
        self._news = asyncio.Event()
        self._subscription = agent.subscribe(
            account, EVENT, TYPE, self._on_notify, self._on_state, user=user
        )

    @property
    def lit(self) -> bool | None:
        """Whether it is on; ``None``: not known."""
        return self._dialogs.lit

    @property
    def call(self) -> CallState | None:
        """What the telephone does whose lamp it is; ``None``: not known."""
        return self._dialogs.call

    @property
    def refused(self) -> SipError | None:
        """Why it is not to be had; ``None`` as long as it may be."""
        subscription = self._subscription
        return subscription.error if subscription.state is State.REFUSED else None

    async def read(self, seconds: float) -> None:
        """Ask what it shows now; afterwards it may still not be known.

        Raises:
            NoAnswer, AuthenticationFailed, NotConnected, Refused.
        """
        if self._dialogs.told:
            before = self._subscription.notifications
            try:
                await self._subscription.refresh()
            except Refused:
                if self._subscription.established:
                    raise
                # The server had ended it; what it says to a new one is waited for.
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(seconds):
                    await self._subscription.wait_notified(before)
            return
        await self.wait(lambda: self._dialogs.told, seconds)
        if self._subscription.error is not None and not self._dialogs.told:
            raise self._subscription.error

    async def wait(self, check: Callable[[], bool], seconds: float) -> bool:
        """Wait until something is so, or it is refused; tell whether it is so."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                while not check() and self.refused is None:
                    await self._news.wait()
        return check()

    async def close(self) -> None:
        """Put it out."""
        await self._agent.unsubscribe(self._subscription)

    def _on_notify(self, notification: Notification) -> None:
        before = self.lit, self.call
        try:
            self._dialogs.update(notification.body)
        except NotReadable as error:
            _LOGGER.debug(
                "A notification about dialogs was left aside: %s", type(error).__name__
            )
            return
        self._notify()
        if (self.lit, self.call) != before:
            self._on_change()

    def _on_state(self, state: State, _error: SipError | None) -> None:
        if state is not State.ACTIVE:
            before, self._dialogs = self._dialogs, Dialogs()
            if before.told:
                self._on_change()
        self._notify()

    def _notify(self) -> None:
        news, self._news = self._news, asyncio.Event()
        news.set()
