"""A SIP user agent for one server and any number of its accounts."""

import asyncio
from collections.abc import Callable
import contextlib
import itertools
import logging
import random

from .call import Call, CallResult
from .core import Account, Core
from .dialog import Dialog
from .errors import AuthenticationFailed, NotConnected, Refused, SipError
from .message import Request
from .registration import OnRegistered, Registration
from .subscription import OnNotify, OnState, State, Subscription, Wish
from .timers import Timers
from .transport import Server

_LOGGER = logging.getLogger(__name__)

type OnReachable = Callable[[bool, SipError | None], None]


class UserAgent:
    """Calls, subscribes, and registers where it is asked to; never by itself.

    One connection, made again for as long as the agent is open. ``on_reachable`` is
    told when the server stops answering and when it answers again; subscriptions and
    registrations come back by themselves, calls are never repeated.
    """

    def __init__(
        self,
        server: Server,
        on_reachable: OnReachable = lambda _reachable, _error: None,
        *,
        timers: Timers | None = None,
        name: str = "sip-agent",
    ) -> None:
        """Prepare; :meth:`open` connects."""
        self._core = Core(server, timers or Timers(), name)
        self._on_reachable = on_reachable
        self._subscriptions: dict[Subscription, Account] = {}
        self._registrations: list[Registration] = []
        self._turns = itertools.count()
        self._supervisor: asyncio.Task[None] | None = None
        self._closed = False
        self.reachable = False
        """Whether the server answered last time."""
        self.server_name: str | None = None
        """What the server calls itself, where it says so."""

    # Life

    async def open(self, account: Account | None = None) -> None:
        """Connect and check with OPTIONS that the server answers.

        Raises:
            NotConnected, CertificateRefused.
            NoAnswer: nothing there answers in SIP.
        """
        if self._closed or self._supervisor is not None:
            raise NotConnected("closed" if self._closed else "open already")
        try:
            await self._core.open()
            await self._ask_options(account)
        except BaseException:
            self._core.close()
            raise
        self.reachable = True
        self._supervisor = asyncio.create_task(self._supervise())

    async def close(self) -> None:
        """End everything, in a few seconds; nothing is called or sent afterwards."""
        if self._closed:
            return
        self._closed = True
        self.reachable = False
        if self._supervisor is not None:
            self._supervisor.cancel()
            await asyncio.gather(self._supervisor, return_exceptions=True)
        for ending in self._kept():
            await ending.close()
        await self._core.finish(self._core.timers.farewell)
        self._core.close()
        self._subscriptions.clear()
        self._registrations.clear()

    async def check(self, account: Account) -> None:
        """Check an account's password with an OPTIONS request.

        A server that challenges no OPTIONS accepts any password here.

        Raises:
            AuthenticationFailed, NotConnected, NoAnswer.
        """
        self._alive()
        dialog = self._core.dialog(account, self._core.address(account))
        dialog.target = f"sip:{self._core.domain(account)}"
        response = await self._core.ask(
            account, lambda: dialog.request("OPTIONS"), self._core.exchange
        )
        if response.status == 403:
            # Some refuse a password so, and not by asking for it again.
            raise AuthenticationFailed("forbidden")

    def forget(self, account: Account) -> None:
        """Forget an account, a refusal of its password included."""
        self._core.forget(account)

    def is_locked(self, account: Account) -> bool:
        """Return whether its password was refused; nothing more is sent for it then."""
        return self._core.is_locked(account)

    @property
    def messages_sent(self) -> int:
        """Return how many requests were sent, repetitions left out."""
        return self._core.sent

    # What it does

    async def call(
        self,
        account: Account,
        number: str,
        *,
        ring: float = 30.0,
        hold: float = 15.0,
    ) -> CallResult:
        """Call a number or code, silently, until the server hangs up.

        Args:
            account: who calls.
            number: what is dialled; ``#`` and the like are escaped.
            ring: seconds that an answer may take.
            hold: seconds after the answer that the server may take to hang up; then
                we do.

        Raises:
            AuthenticationFailed, NotConnected, NotSendable: nothing was done.
            NoAnswer: it was sent; what it did is unknown.
        """
        self._alive()
        uri = self._core.address(account, number)
        return await Call(self._core, account, uri).run(ring, hold)

    def subscribe(
        self,
        account: Account,
        event: str,
        accept: str,
        on_notify: OnNotify,
        on_state: OnState = lambda _state, _error: None,
        *,
        user: str | None = None,
    ) -> Subscription:
        """Subscribe to an event package of a user (by default the account's own).

        Raises:
            NotConnected: the agent is closed.
        """
        if self._closed:
            raise NotConnected("closed")
        wish = Wish(self._core.address(account, user), event, accept)
        found = Subscription(self._core, account, wish, on_notify, on_state)
        self._subscriptions[found] = account
        found.start()
        return found

    async def unsubscribe(self, subscription: Subscription) -> None:
        """End a subscription."""
        self._subscriptions.pop(subscription, None)
        await subscription.close()

    def register(self, account: Account, on_change: OnRegistered) -> Registration:
        """Register an account: calls to it reach us too, and may reach nobody else.

        Raises:
            NotConnected: the agent is closed, or not connected now.
        """
        self._alive()
        found = Registration(self._core, account, on_change)
        self._registrations.append(found)
        found.start()
        return found

    async def unregister(self, registration: Registration) -> None:
        """Remove our contact from the registrar."""
        if registration in self._registrations:
            self._registrations.remove(registration)
        await registration.close()

    def _alive(self) -> None:
        if self._closed:
            raise NotConnected("closed")

    # Staying connected

    async def _supervise(self) -> None:
        timers = self._core.timers
        # Its own, for the agent needs nothing of the rest of the project.
        wait = timers.retry_first
        while True:
            if self.reachable:
                await self._rest(timers.keepalive)
            else:
                await asyncio.sleep(wait * random.uniform(0.8, 1.2))
            try:
                if not self._core.connected:
                    await self._core.open()
                    self._hurry()
                await self._look()
            except SipError as error:
                wait = (
                    timers.retry_first
                    if self.reachable
                    else min(wait * 2, timers.retry_most)
                )
                self._notify(reachable=False, error=error)
                continue
            wait = timers.retry_first
            if not self.reachable:
                self._notify(reachable=True)
                self._hurry()

    async def _rest(self, seconds: float) -> None:
        """Wait for the next keep-alive check, or until the connection breaks."""
        self._core.lost.clear()
        if not self._core.connected:
            return
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._core.lost.wait()

    async def _look(self) -> None:
        """Check whether the server answers.

        A subscription is refreshed for that, each in its turn: the answer also tells
        whether the server still knows of it. With none, and nobody registered, a
        connection says itself when it breaks, and nothing is asked over UDP.
        """
        active = [each for each in self._subscriptions if each.state is State.ACTIVE]
        if active:
            one = active[next(self._turns) % len(active)]
            try:
                await one.refresh()
            except (Refused, AuthenticationFailed) as error:
                if isinstance(error, Refused) and error.status == 481:
                    _LOGGER.debug("The server forgot a subscription, perhaps all")
                    self._hurry()
        elif self._subscriptions or self._registrations or not self.reachable:
            await self._ask_options(next(iter(self._subscriptions.values()), None))

    async def _ask_options(self, account: Account | None) -> None:
        """Ask what the server can do; any answer means that it is there."""
        asking = account or Account("anonymous", "")
        dialog: Dialog = self._core.dialog(asking, self._core.address(asking))
        dialog.target = f"sip:{self._core.domain(asking)}"
        request: Request = dialog.request("OPTIONS")
        response = await self._core.exchange(request)
        told = response.get("server") or response.get("user-agent")
        self.server_name = "".join(filter(str.isprintable, told))[:64] or None

    def _hurry(self) -> None:
        for each in self._kept():
            each.hurry()

    def _kept(self) -> list[Subscription | Registration]:
        return [*self._subscriptions, *self._registrations]

    def _notify(self, *, reachable: bool, error: SipError | None = None) -> None:
        if reachable is self.reachable or self._closed:
            return
        self.reachable = reachable
        try:
            self._on_reachable(reachable, error)
        except Exception:
            _LOGGER.exception("A listener failed on the server's coming or going")
