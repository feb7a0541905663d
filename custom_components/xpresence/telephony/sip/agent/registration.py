"""Registrations (RFC 3261 §10): only where somebody asks for one.

A registrar that keeps one contact an account throws out the telephone that is
registered there, and one that keeps several rings us too. So nothing here registers by
itself, and only our own contact is ever taken away.
"""

import asyncio
from collections.abc import Callable
import contextlib
import random

from .core import Account, Core, succeeded
from .errors import AuthenticationFailed, Refused, SipError
from .message import Response
from .subscription import MARGIN, SHORTEST
from .uri import parse_address

type OnRegistered = Callable[[bool, SipError | None], None]


class Registration:
    """One account's registration, renewed until it is closed.

    ``on_change`` is told when it is registered, and when it is not any more and why.
    """

    def __init__(self, core: Core, account: Account, on_change: OnRegistered) -> None:
        """Prepare; :meth:`start` registers."""
        self._core = core
        self._account = account
        self._on_change = on_change
        self._dialog = core.dialog(account, core.address(account))
        self._dialog.target = f"sip:{core.domain(account)}"
        self._wake = asyncio.Event()
        self._task: asyncio.Task[None] | None = None
        self._closed = False
        self.registered = False
        self.others = 0
        """Contacts of the same account that are not ours: its telephones."""

    def start(self) -> None:
        """Begin to register."""
        if self._task is None and not self._closed:
            self._task = asyncio.create_task(self._run())

    def hurry(self) -> None:
        """Register again now, as after a new connection."""
        self._wake.set()

    async def close(self) -> None:
        """Take our own contact away; nothing is called any more."""
        if self._closed:
            return
        self._closed = True
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)
        if self.registered and self._core.connected:
            self._core.later(self._ask(0))
        self.registered = False

    async def _ask(self, expires: int) -> Response:
        self._dialog.contact = self._core.contact(self._account)
        response = await self._core.ask(
            self._account,
            lambda: self._dialog.request("REGISTER", [("expires", str(expires))]),
            self._core.exchange,
        )
        return succeeded(response)

    async def _run(self) -> None:
        timers = self._core.timers
        wait = timers.retry_first
        while True:
            try:
                pause = self._granted(await self._ask(timers.expires)) * MARGIN
                wait = timers.retry_first
                self._notify(registered=True)
            except (AuthenticationFailed, Refused) as error:
                self._notify(registered=False, error=error)
                if self._core.is_locked(self._account):
                    return
                pause = timers.retry_most
            except SipError as error:
                self._notify(registered=False, error=error)
                pause, wait = wait, min(wait * 2, timers.retry_most)
            self._wake.clear()
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(pause * random.uniform(0.9, 1.1)):
                    await self._wake.wait()

    def _granted(self, response: Response) -> float:
        """Return for how long our contact is kept, and count those of others."""
        ours = parse_address(self._dialog.contact).uri
        told = response.get("expires")
        self.others = 0
        for value in response.all("contact"):
            contact = parse_address(value)
            if contact.uri == ours:
                told = contact.parameters.get("expires", told)
            else:
                self.others += 1
        known = told.isascii() and told.isdecimal() and len(told) < 7
        return max(float(told) if known else self._core.timers.expires, SHORTEST)

    def _notify(self, *, registered: bool, error: SipError | None = None) -> None:
        if not self._closed and (registered is not self.registered or error):
            self.registered = registered
            self._on_change(registered, error)
