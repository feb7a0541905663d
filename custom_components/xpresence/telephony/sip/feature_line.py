"""An extension that is read and set by as-feature-event."""

import asyncio
from collections.abc import Callable
import contextlib
from dataclasses import replace
import logging
import re
from typing import Any, Final, override

from ...presence.line import (
    UNKNOWN,
    Condition,
    Destination,
    DestinationKind,
    ForwardingState,
    Known,
)
from ...presence.redirect.parts import (
    FORWARDS,
    Part,
    RedirectCapabilities,
    RingTime,
    known,
    value,
)
from ..driver import NotSupported, OutcomeUnknown, Rejected, Unavailable
from . import feature_event
from .agent import (
    Account,
    Notification,
    SipError,
    State,
    Subscription,
    UserAgent,
)
from .document import NotReadable
from .errors import translated, translating
from .feature_event import DO_NOT_DISTURB, RING_SECONDS
from .line import ABOUT_RING, SipLine, Waits
from .systems import FeatureEvents

_LOGGER = logging.getLogger(__name__)

PARTS: Final = FORWARDS | {Part.RING_SECONDS, Part.DO_NOT_DISTURB}
LONGEST_RING: Final = feature_event.MOST_RINGS * feature_event.SECONDS_A_RING
RING_TIME: Final = RingTime(
    lowest=feature_event.SECONDS_A_RING,
    highest=LONGEST_RING,
    step=feature_event.SECONDS_A_RING,
)


def capabilities(system: FeatureEvents, *, voicemail: bool) -> RedirectCapabilities:
    """Return what a line of such a phone system can do."""
    parts = PARTS if system.ring_time else PARTS - {Part.RING_SECONDS}
    ring_time = RING_TIME if system.ring_time else RingTime(about=ABOUT_RING)
    return RedirectCapabilities(parts, parts, voicemail, ring_time=ring_time)


class FeatureLine(SipLine):
    """Everything arrives with its target, and by itself."""

    def __init__(
        self,
        agent: UserAgent,
        account: Account,
        extension: str,
        system: FeatureEvents,
        *,
        voicemail: str,
        waits: Waits,
        on_change: Callable[[], None],
    ) -> None:
        """Prepare; :meth:`start` subscribes."""
        super().__init__(
            agent,
            account,
            extension,
            voicemail=voicemail,
            waits=waits,
            on_change=on_change,
        )
        self._system = system
        self._subscription: Subscription | None = None
        self._notified: dict[Condition | str, Any] = {}
        self._read_once = False
        self._news = asyncio.Event()

    @override
    def start(self) -> None:
        super().start()
        self._subscription = self._agent.subscribe(
            self.account,
            feature_event.EVENT,
            feature_event.TYPE,
            self._on_notify,
            self._on_state,
        )

    @override
    async def close(self) -> None:
        await super().close()
        if self._subscription is not None:
            await self._agent.unsubscribe(self._subscription)

    @property
    @override
    def capabilities(self) -> RedirectCapabilities:
        found = capabilities(self._system, voicemail=bool(self._voicemail))
        if not self._read_once:
            return found
        # Some tell only what was set last: what was never told cannot be read there.
        return replace(found, readable=found.readable & set(map(Part, self._notified)))

    @override
    def state(self) -> ForwardingState:
        return ForwardingState(
            unconditional=self._destination(Condition.UNCONDITIONAL),
            busy=self._destination(Condition.BUSY),
            no_reply=self._destination(Condition.NO_REPLY),
            ring_seconds=self._notified.get(RING_SECONDS, UNKNOWN),
            do_not_disturb=self._notified.get(DO_NOT_DISTURB, UNKNOWN),
        )

    def _destination(self, condition: Condition) -> Known[Destination | None]:
        found: Known[Destination | None] = self._notified.get(condition, UNKNOWN)
        if not isinstance(found, Destination) or not self._voicemail:
            return found
        head, _, tail = self._voicemail.partition("{mailbox}")
        mailbox = re.fullmatch(
            f"{re.escape(head)}([0-9]{{1,20}}){re.escape(tail)}", found.number
        )
        if found.kind is DestinationKind.NUMBER and mailbox is not None:
            return Destination(DestinationKind.VOICEMAIL, mailbox[1])
        return found

    # Reading

    @override
    async def _read(self) -> None:
        subscription = await self._active()
        before = subscription.notifications
        with translating():
            await subscription.refresh()
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(self._waits.notify):
                await subscription.wait_notified(before)
                self._read_once = True
                return
        raise Unavailable("no notification")

    async def _active(self) -> Subscription:
        subscription = self._subscription
        if subscription is None:
            raise Unavailable("closed")
        await self._until(
            lambda: subscription.state is not State.WAITING, self._waits.notify
        )
        if subscription.state is State.ACTIVE:
            return subscription
        if subscription.error is not None:
            raise translated(subscription.error, writing=False)
        raise Unavailable("not subscribed")

    async def _until(self, check: Callable[[], bool], seconds: float) -> None:
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                while not check():
                    await self._news.wait()

    # Writing

    @override
    def _check(self, desired: ForwardingState) -> None:
        for part, wanted in known(desired):
            if part not in self.capabilities.writable:
                raise NotSupported(part.value)
            if isinstance(wanted, Destination):
                self._address(wanted)
            elif (
                part is Part.RING_SECONDS
                and isinstance(wanted, int)
                and not 0 < wanted <= LONGEST_RING
            ):
                raise Rejected("ring seconds")

    @override
    async def _write(self, desired: ForwardingState) -> None:
        for condition in Condition:
            if self._differs(condition, desired):
                await self._forward(condition, desired)
        wanted = desired.do_not_disturb
        if wanted is not UNKNOWN and wanted != self.state().do_not_disturb:
            document = feature_event.set_do_not_disturb(on=wanted)
            await self._send(
                document, lambda: self._notified.get(DO_NOT_DISTURB) is wanted
            )

    def _differs(self, condition: Condition, desired: ForwardingState) -> bool:
        parts = [Part(condition.value)]
        if condition is Condition.NO_REPLY and desired.ring_seconds is not None:
            parts.append(Part.RING_SECONDS)
        now = self.state()
        return any(
            value(desired, part) not in (UNKNOWN, value(now, part)) for part in parts
        )

    async def _forward(self, condition: Condition, desired: ForwardingState) -> None:
        wanted = desired.forward(condition)
        if wanted is UNKNOWN:
            # Only how long it rings is to change: the target stays.
            wanted = self.state().forward(condition)
        if wanted is UNKNOWN:
            raise NotSupported(Part.RING_SECONDS.value)
        number = None
        if wanted is not None:
            number = self._address(wanted)
        ring = desired.ring_seconds
        seconds = ring if isinstance(ring, int) else None
        await self._send(
            feature_event.set_forwarding(condition, number, seconds),
            lambda: self.state().forward(condition) == wanted,
        )

    def _address(self, target: Destination) -> str:
        """Return what stands for a target in a document.

        Raises:
            Rejected, NotSupported.
        """
        if target.kind is not DestinationKind.UNKNOWN:
            return self._dialled(target.kind, target.number)
        if not target.number:
            raise NotSupported("target")
        # As the phone system itself had written it.
        return target.number

    async def _send(self, document: bytes, done: Callable[[], bool]) -> None:
        """Send a change and wait until it is told; what is told then, counts."""
        subscription = await self._active()
        with translating(writing=True):
            await subscription.refresh(document, feature_event.TYPE)
        await self._until(done, self._waits.notify / 2)
        if not done():
            # What tells of it may be lost, or was overtaken by what was so before.
            try:
                await subscription.refresh()
            except SipError as error:
                raise OutcomeUnknown("not read back") from error
            await self._until(done, self._waits.notify / 2)

    # Hearing

    def _on_notify(self, notification: Notification) -> None:
        try:
            found = feature_event.parsed(notification.content_type, notification.body)
        except NotReadable as error:
            _LOGGER.debug(
                "A notification of features was left aside: %s", type(error).__name__
            )
            return
        before = dict(self._notified)
        self._notified.update(found)
        self._wake()
        if self._notified != before:
            self._notify()

    def _on_state(self, state: State, _error: SipError | None) -> None:
        if state is not State.ACTIVE and self._notified:
            # What was told before may have changed since.
            self._notified.clear()
            self._notify()
        self._wake()

    def _wake(self) -> None:
        news, self._news = self._news, asyncio.Event()
        news.set()
