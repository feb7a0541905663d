"""Sign-ins that go on without a page: begun by an action or a card, one a person."""

import asyncio
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any, Final

from homeassistant.components import persistent_notification
from homeassistant.config_entries import ConfigEntry
from homeassistant.const import CONF_NAME
from homeassistant.core import CALLBACK_TYPE, HomeAssistant, callback
from homeassistant.util import dt as dt_util
from homeassistant.util.hass_dict import HassKey

from ..const import DOMAIN
from ..groupware.microsoft.failures import SignInRefused
from ..groupware.source import SourceError
from ..presence.texts.markdown import escaped
from .ownership import Ownership
from .sign_in import SignIn, account_asked, reason_in_words, reason_of

NOT_CONFIRMED: Final = "not_confirmed"
NOTHING_TO_CONFIRM: Final = "nothing_to_confirm"
NOT_THIS_ACCOUNT: Final = "not_this_account"
TO_CONFIRM: Final = "to_confirm"
CONFIRM_WITHIN: Final = 900
"""Seconds in which somebody must confirm whose account was signed in."""


class Attempt:
    """A code that waits to be entered, then an account that waits to be confirmed."""

    def __init__(self, sign_in: SignIn) -> None:
        """Say what is to be shown; the code is good from now on."""
        self._confirmed: asyncio.Future[bool] | None = None
        self._listeners: list[Callable[[], None]] = []
        self._sign_in: Final = sign_in
        self.code: Final = sign_in.code.user_code
        self.page: Final = sign_in.code.page
        self.expires: Final[datetime] = dt_util.utcnow() + timedelta(
            seconds=sign_in.code.expires_in
        )
        self.task: asyncio.Task[str | None]

    async def async_finish(self) -> str | None:
        """Return when it is over: ``None``, or why it failed (a translation key)."""
        try:
            await self._sign_in.finish_code()
            ownership = self._sign_in.ownership
            if ownership is not None and not ownership.known:
                return await self._async_confirmed()
            await self._sign_in.keep(by_administrator=False)
        except SourceError as error:
            return reason_of(error)
        return None

    async def _async_confirmed(self) -> str | None:
        self._confirmed = asyncio.get_running_loop().create_future()
        for listener in tuple(self._listeners):
            listener()
        try:
            async with asyncio.timeout(CONFIRM_WITHIN):
                return None if await self._confirmed else NOT_CONFIRMED
        except TimeoutError:
            return NOT_CONFIRMED

    @property
    def to_confirm(self) -> Ownership | None:
        """Return whose account waits to be confirmed; ``None``: none does."""
        if self._confirmed is None or self._confirmed.done():
            return None
        return self._sign_in.ownership

    @callback
    def listen(self, listener: Callable[[], None]) -> CALLBACK_TYPE:
        """Register what is called when an account waits to be confirmed."""
        self._listeners.append(listener)
        return lambda: self._listeners.remove(listener)

    async def async_confirm(self, account: str, *, by_administrator: bool) -> None:
        """Make ``account``, which was shown, the person's.

        Raises:
            SignInRefused: another account waits, or none; or only an administrator
                may connect it.
        """
        ownership, waiting = self.to_confirm, self._confirmed
        if ownership is None or waiting is None:
            raise SignInRefused(NOTHING_TO_CONFIRM)
        if account.strip().casefold() != ownership.name.casefold():
            raise SignInRefused(NOT_THIS_ACCOUNT)
        await self._sign_in.keep(by_administrator=by_administrator)
        if not waiting.done():
            waiting.set_result(True)

    @callback
    def decline(self) -> None:
        """Forget the account that waits to be confirmed."""
        if self._confirmed is not None and not self._confirmed.done():
            self._confirmed.set_result(False)

    @property
    def permissions(self) -> str:
        """Return what is asked for."""
        return ", ".join(self._sign_in.permissions)


ATTEMPTS: HassKey[dict[str, Attempt]] = HassKey("xpresence_microsoft_attempts")


async def async_begin(
    hass: HomeAssistant,
    entry: ConfigEntry[Any],
    person_id: str,
    said: Mapping[str, Any] | None = None,
) -> Attempt:
    """Get a code for a person; one that waits already is returned again.

    ``said`` replaces what was asked for last time.

    Raises:
        SourceError: refused, or not reachable.
    """
    attempts = hass.data.setdefault(ATTEMPTS, {})
    known = attempts.get(person_id)
    if known is not None and not known.task.done():
        if not said:
            return known
        known.task.cancel()
    asked = {**account_asked(entry.subentries[person_id].data), **(said or {})}
    sign_in = SignIn(hass, entry, person_id, asked)
    await sign_in.begin_code()
    attempt = attempts[person_id] = Attempt(sign_in)
    attempt.task = entry.async_create_background_task(
        hass, attempt.async_finish(), f"{DOMAIN} sign-in"
    )
    return attempt


@callback
def attempt_of(hass: HomeAssistant, person_id: str) -> Attempt | None:
    """Return a person's sign-in that goes on, or waits to be confirmed."""
    attempt = hass.data.get(ATTEMPTS, {}).get(person_id)
    return None if attempt is None or attempt.task.done() else attempt


def report_outcome(
    hass: HomeAssistant, entry: ConfigEntry[Any], person_id: str, attempt: Attempt
) -> None:
    """Let what is to be done and a failure be read, where nobody waits for it."""
    notification = f"{DOMAIN}_sign_in_{person_id}"
    persistent_notification.async_dismiss(hass, notification)

    def say(reason: str) -> None:
        if (person := entry.subentries.get(person_id)) is None:
            return
        # Everybody reads a notification: it names no account.
        words = reason_in_words(hass, reason, attempt.permissions)
        name = escaped(person.data[CONF_NAME])
        persistent_notification.async_create(
            hass, words, f"{name}: Microsoft 365", notification
        )

    def over(task: asyncio.Task[str | None]) -> None:
        persistent_notification.async_dismiss(hass, notification)
        if not task.cancelled() and (reason := task.result()) is not None:
            say(reason)

    attempt.listen(lambda: say(TO_CONFIRM))
    attempt.task.add_done_callback(over)
