"""A person's redirect, and what people change about it themselves.

Whoever sets or ends an own redirect waits for the turn that makes it so.
"""

from collections.abc import Callable
from datetime import datetime
import logging

from ..presence.line import ForwardingState, Line
from ..presence.redirect.changes import writing
from ..presence.redirect.ledger import Ledger, OwnRedirect, taken_over
from ..presence.redirect.mark import adopted, forgotten
from ..presence.redirect.own import given_back, own_change, own_ended
from ..presence.redirect.parts import known, only
from ..telephony.driver import (
    NotSupported,
    PhoneSystemError,
    Rejected,
    RuleMissing,
)
from .redirect_reconciler import RedirectOwner
from .redirect_turns import RedirectTurns

_LOGGER = logging.getLogger(__name__)


class Undecided(PhoneSystemError):
    """Nobody has said yet whose redirect stands; nothing was written."""

    key = "undecided"


class RedirectLoop(RedirectTurns):
    """The redirect of one extension, with own redirects and decisions of people."""

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
            await self._read_for_change()
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
            await self.async_remember(after, must=True)
        try:
            await self.async_turn()
        except Rejected, NotSupported, RuleMissing:
            if change is not None:
                await self._take_back(change, before, line)
            raise

    async def _read_for_change(self) -> None:
        """Read what an own redirect takes the place of.

        By an older reading, what somebody set since would count as dialled after it,
        and undo it. Without an answer the last reading has to do.

        Raises:
            PhoneSystemError: nothing was ever read, and nothing can be.
        """
        if not self.system.ready:
            return
        try:
            self.line = await self.async_read()
        except PhoneSystemError:
            if self.line is None:
                raise

    async def _take_back(
        self, change: ForwardingState, before: Ledger, line: Line | None
    ) -> None:
        """Put everything as it was before a change that the phone system refused."""
        async with self._turn:
            if self.ledger.own == before.own:
                return
            await self.async_remember(before, must=False)
            self.failure = None
            self.line = None
            if line is not None:
                # A part of it may have been written before the rest was refused.
                stood = only(line.forwarding, (part for part, _ in known(change)))
                self.reports = writing(self.reports, stood)
                try:
                    self.line = await self.system.apply(self._extension, stood)
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
            await self.async_remember(after, must=True)
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
                self.line = await self.async_timed(self.system.read(self._extension))
                held = self.desired.profile if self.desired is not None else None
                ledger = taken_over(self.line.forwarding, held)
            before, self.ledger, self.undecided = self.ledger, ledger, False
            try:
                await self.owner.save(ledger)
            except OSError:
                self.ledger, self.undecided = before, True
                raise
        await self.async_turn()

    async def async_decide_memory(self, *, ours: bool) -> None:
        """Resolve which record is right if the phone system knows of later writes.

        ``ours``: what is remembered here is set again; otherwise what stands there
        is the phone's own setting from now on.

        Raises:
            OSError: it could not be stored; nothing was changed.
            PhoneSystemError: the phone system does not answer, or not yet follow.
        """
        async with self._turn:
            self.line = line = await self.async_read()
            if ours:
                after, _ = forgotten(self.ledger, line.forwarding, line.number)
            else:
                after = adopted(line.number)
            await self.async_remember(after, must=True)
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
        self.owner = RedirectOwner()
        try:
            await self.async_turn()
        except PhoneSystemError, OSError:
            return not self.ledger.restoring and self.ledger.held is None
        finally:
            self.stop()
        return True
