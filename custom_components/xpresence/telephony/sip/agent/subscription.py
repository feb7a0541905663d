"""Subscriptions (RFC 6665), kept alive until they are closed or refused."""

import asyncio
from collections.abc import Callable, Mapping
import contextlib
from dataclasses import dataclass
from enum import Enum, auto
import logging
import random
from typing import Final

from .core import Account, Core, Reply, succeeded
from .dialog import Dialog, remote_tag
from .errors import (
    AuthenticationFailed,
    NotConnected,
    NotSendable,
    Refused,
    SipError,
)
from .message import Header, Request, Response
from .uri import parameters

_LOGGER = logging.getLogger(__name__)

MARGIN: Final = 0.8
"""The part of its time after which a subscription is refreshed."""
SHORTEST: Final = 1
"""Seconds between two refreshes, whatever the server says."""
LONGEST: Final = 86_400
GONE: Final = frozenset({404, 410, 416, 481, 482, 483, 484, 485, 489, 501, 604})
"""Statuses that end the dialog of a refreshing SUBSCRIBE (RFC 5057 §5.1)."""
LOST: Final = 500
"""What Asterisk says to a refreshing SUBSCRIBE whose subscription has ended while its
dialog stands ("Unhandled by dialog usages"); elsewhere a second subscription does no
harm, for the old one is answered with 481."""
FOREVER: Final = frozenset({400, 403, 404, 405, 406, 410, 415, 416, 484, 489, 501, 604})
"""Statuses of a first SUBSCRIBE after which it is not retried."""
ENDED_FOREVER: Final = frozenset({"rejected", "noresource", "invariant"})
"""Reasons of a termination after which asking again is no use (§4.1.3)."""
AT_ONCE: Final = frozenset({"deactivated", "timeout"})


class State(Enum):
    """How a subscription stands."""

    WAITING = auto()
    """Not there yet, or not at the moment; it is tried on."""
    ACTIVE = auto()
    REFUSED = auto()
    """Not to be had; it is not tried again."""


@dataclass(frozen=True, slots=True)
class Notification:
    """What a NOTIFY said."""

    content_type: str
    body: bytes


@dataclass(frozen=True, slots=True)
class Wish:
    """What is subscribed to."""

    uri: str
    event: str
    accept: str


type OnNotify = Callable[[Notification], None]
type OnState = Callable[[State, SipError | None], None]


@dataclass(slots=True)
class _Termination:
    """That the server ended the subscription, and when to ask again."""

    wait: float | None
    """Seconds; ``None``: never."""


class Subscription:
    """One subscription of one account.

    ``on_notify`` gets every notification that has something to say, ``on_state``
    each change of the state. Neither is called after :meth:`close`.
    """

    def __init__(
        self,
        core: Core,
        account: Account,
        wish: Wish,
        on_notify: OnNotify,
        on_state: OnState,
    ) -> None:
        """Prepare; :meth:`start` subscribes."""
        self._core = core
        self._account = account
        self._wish = wish
        self._on_notify = on_notify
        self._on_state = on_state
        self._dialog: Dialog | None = None
        self._expires = core.timers.expires
        self._granted = float(self._expires)
        self._granted_at = 0.0
        self._turn = asyncio.Lock()
        self._wake = asyncio.Event()
        self._ended: _Termination | None = None
        self._task: asyncio.Task[None] | None = None
        self._news = asyncio.Event()
        self._closed = False
        self.state = State.WAITING
        self.error: SipError | None = None
        """Why it is not active."""
        self.notifications = 0
        """How many came so far."""

    def start(self) -> None:
        """Begin to subscribe."""
        if self._task is None and not self._closed:
            self._task = asyncio.create_task(self._run())

    async def close(self) -> None:
        """End it; nothing is called any more."""
        if self._closed:
            return
        self._closed = True
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)
        dialog, self._dialog = self._dialog, None
        if dialog is not None:
            if self._core.connected and self._ended is None:
                self._core.later(self._unsubscribe(dialog))
            else:
                self._core.detach(dialog)

    async def _unsubscribe(self, dialog: Dialog) -> None:
        """Say that no more is wanted, and answer the last notification."""
        try:
            async with self._turn:
                await self._core.ask(
                    self._account,
                    lambda: dialog.request("SUBSCRIBE", self._headers(0)),
                    self._core.exchange,
                )
        finally:
            self._core.detach(dialog)

    async def refresh(self, body: bytes = b"", content_type: str = "") -> Response:
        """Subscribe again in the dialog there is, with a body if it has one.

        That is how a feature is set, and how the server is asked for everything.

        Raises:
            NotConnected: there is no dialog now; nothing was sent.
            Refused, AuthenticationFailed, NoAnswer, NotSendable.
        """
        async with self._turn:
            dialog = self._dialog
            if dialog is None or self._closed:
                raise NotConnected("no subscription")
            # Ours may have changed since, and this is how the server learns of it.
            dialog.contact = self._core.contact(self._account)
            headers = self._headers(self._expires)
            if body:
                headers.append(("content-type", content_type))
            try:
                response = await self._core.ask(
                    self._account,
                    lambda: dialog.request("SUBSCRIBE", headers, body),
                    self._core.exchange,
                )
                self._note_granted(succeeded(response))
            except Refused as error:
                if error.status in GONE or (error.status == LOST and not body):
                    self._drop(dialog)
                    self.hurry()
                raise
            return response

    async def wait_notified(self, beyond: int) -> None:
        """Wait until more than ``beyond`` notifications have come."""
        while self.notifications <= beyond:
            await self._news.wait()

    @property
    def established(self) -> bool:
        """Whether there is a dialog with the server in which it can be refreshed."""
        return self._dialog is not None

    def hurry(self) -> None:
        """Look at once whether it is still there."""
        self._wake.set()

    # Keeping it alive

    async def _run(self) -> None:
        timers = self._core.timers
        now = asyncio.get_running_loop().time
        wait = timers.retry_first
        while True:
            try:
                await self._subscribe()
                since = now()
                pause = await self._keep()
                if pause is None:
                    self._notify(State.REFUSED, Refused(403))
                    return
                if now() - since > timers.retry_most:
                    wait = timers.retry_first
                else:
                    # A server that ends what it has just granted is not chased.
                    pause = max(pause, wait)
                    wait = min(wait * 2, timers.retry_most)
                self._notify(State.WAITING, None)
            except AuthenticationFailed as error:
                if self._core.is_locked(self._account):
                    self._notify(State.REFUSED, error)
                    return
                pause = timers.retry_most
                self._notify(State.WAITING, error)
            except NotSendable as error:
                self._notify(State.REFUSED, error)
                return
            except Refused as error:
                if error.status in FOREVER:
                    self._notify(State.REFUSED, error)
                    return
                pause = max(wait, float(error.retry_after or 0))
                wait = min(wait * 2, timers.retry_most)
                self._notify(State.WAITING, error)
            except SipError as error:
                pause = wait
                wait = min(wait * 2, timers.retry_most)
                self._notify(State.WAITING, error)
            await self._sleep(min(pause, LONGEST))

    async def _sleep(self, seconds: float) -> bool:
        """Wait, or until somebody says that it is time; tell whether somebody did."""
        self._wake.clear()
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(seconds * random.uniform(0.9, 1.1)):
                await self._wake.wait()
        return self._wake.is_set()

    def _left(self) -> float:
        """Return the seconds until it should be refreshed."""
        since = asyncio.get_running_loop().time() - self._granted_at
        return max(self._granted * MARGIN - since, SHORTEST)

    async def _subscribe(self) -> None:
        """Make a new dialog."""
        async with self._turn:
            self._ended = None
            dialog = self._core.dialog(self._account, self._wish.uri)
            self._core.attach(dialog, lambda request: self._on_request(dialog, request))
            self._dialog = dialog
            try:
                response = await self._ask_first(dialog)
                dialog.confirm(response)
            except BaseException:
                self._drop(dialog)
                raise
            self._note_granted(response)
        self._notify(State.ACTIVE, None)

    async def _ask_first(self, dialog: Dialog) -> Response:
        """Send the first SUBSCRIBE, once more where its time is too short."""
        for _ in range(2):
            response = await self._core.ask(
                self._account,
                lambda: dialog.request("SUBSCRIBE", self._headers(self._expires)),
                self._core.exchange,
            )
            least = _seconds(response.get("min-expires"))
            if response.status != 423 or least is None or least <= self._expires:
                break
            self._expires = least
        return succeeded(response)

    async def _keep(self) -> float | None:
        """Refresh until it is over; return how long to wait, or ``None`` for ever."""
        while True:
            hurried = self._ended is None and await self._sleep(self._left())
            if self._ended is None and not hurried and self._left() > SHORTEST:
                # It has been refreshed meanwhile.
                continue
            if self._ended is not None:
                self._drop(self._dialog)
                return self._ended.wait
            if self._dialog is None:
                # The server forgot it, as after a restart.
                return 0.0
            try:
                await self.refresh()
            except Refused:
                if self._dialog is None:
                    return 0.0
                # It lives on until its time is over (RFC 5057 §5.1).
                self._granted = max(self._granted / 2, SHORTEST)
                self._granted_at = asyncio.get_running_loop().time()
            except SipError:
                self._drop(self._dialog)
                raise

    def _drop(self, dialog: Dialog | None) -> None:
        if dialog is not None:
            self._core.detach(dialog)
            if self._dialog is dialog:
                self._dialog = None

    def _headers(self, expires: int) -> list[Header]:
        return [
            ("event", self._wish.event),
            ("accept", self._wish.accept),
            ("expires", str(expires)),
        ]

    def _note_granted(self, response: Response) -> None:
        told = _seconds(response.get("expires"))
        self._granted = float(self._expires if told is None else told)
        self._granted_at = asyncio.get_running_loop().time()

    def _notify(self, state: State, error: SipError | None) -> None:
        if self._closed or (state is self.state and repr(error) == repr(self.error)):
            return
        self.state, self.error = state, error
        self._on_state(state, error)

    # What the server tells

    def _on_request(self, dialog: Dialog, request: Request) -> Reply:
        if request.method != "NOTIFY":
            return Reply(200 if request.method == "OPTIONS" else 405)
        event = request.get("event").partition(";")[0].strip()
        if event.lower() != self._wish.event.partition(";")[0].lower():
            return Reply(489)
        tag = remote_tag(request)
        if dialog.remote_tag and dialog.remote_tag != tag:
            # Another fork; one of them is enough (RFC 6665 §4.3).
            return Reply(481)
        if not dialog.remote_tag:
            # It may overtake the response to our SUBSCRIBE.
            dialog.confirm_by(request)
        if not dialog.take(request):
            # RFC 3261 §12.2.2 asks for a 500; Asterisk ends the subscription on it.
            # It is answered as received, and the full state is asked for instead.
            self.hurry()
            return Reply(200)
        self._note_state(request.get("subscription-state"))
        if dialog is self._dialog and not self._closed:
            self._handle_notification(request)
        return Reply(200)

    def _handle_notification(self, request: Request) -> None:
        self.notifications += 1
        news, self._news = self._news, asyncio.Event()
        news.set()
        try:
            self._on_notify(Notification(request.get("content-type"), request.body))
        except Exception:
            _LOGGER.exception("A listener failed on a notification")

    def _note_state(self, value: str) -> None:
        state, _, rest = value.partition(";")
        said = parameters(rest)
        if state.strip().lower() == "terminated":
            self._ended = _Termination(_pause(said))
            self._wake.set()


def _pause(said: Mapping[str, str]) -> float | None:
    """Return how long to wait after a termination (RFC 6665 §4.1.3)."""
    reason = said.get("reason", "").lower()
    wait = _seconds(said.get("retry-after", ""))
    if reason in ENDED_FOREVER:
        return None
    if reason in AT_ONCE:
        return 0.0
    return float(wait if wait is not None else 30)


def _seconds(value: str) -> int | None:
    text = value.strip()
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 7 else None
