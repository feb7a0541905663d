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
from homeassistant.util.ulid import ulid_now

from ..const import DOMAIN
from ..groupware.microsoft.failures import SignInRefused
from ..groupware.source import SourceError
from ..presence.texts.markdown import escaped
from .browser import Receiver, async_receive, way_back
from .ownership import Ownership
from .sign_in import SignIn, account_asked, reason_in_words, reason_of

BROWSER: Final = "browser"
CODE: Final = "code"
BROWSER_WITHIN: Final = 900.0
"""Seconds in which the browser must come back."""
NOT_CONFIRMED: Final = "not_confirmed"
NOTHING_TO_CONFIRM: Final = "nothing_to_confirm"
NOT_THIS_ACCOUNT: Final = "not_this_account"
TO_CONFIRM: Final = "to_confirm"
CONFIRM_WITHIN: Final = 900
"""Seconds in which somebody must confirm whose account was signed in."""


class Attempt:
    """A sign-in on Microsoft's page, then an account that waits to be confirmed.

    ``way``: the browser that is led back, or a code that any browser takes.
    """

    def __init__(self, sign_in: SignIn, way: str) -> None:
        """Prepare; :meth:`async_begin` says what is to be shown."""
        self._answer: asyncio.Future[Mapping[str, str]] = (
            asyncio.get_running_loop().create_future()
        )
        self._receiver: Receiver | None = None
        self._confirmed: asyncio.Future[bool] | None = None
        self._listeners: list[Callable[[], None]] = []
        self._sign_in: Final = sign_in
        self.way: Final = way
        self.code = ""
        """What is to be entered on the page; empty in the browser."""
        self.page = ""
        self.expires: datetime
        self.task: asyncio.Task[str | None]

    async def async_begin(self, hass: HomeAssistant) -> None:
        """Get the page, and the code where it asks for one.

        Raises:
            SourceError: refused, or not reachable.
        """
        within: float = BROWSER_WITHIN
        if self.way == CODE:
            code = await self._sign_in.begin_code()
            self.code, self.page, within = code.user_code, code.page, code.expires_in
        else:
            if (back_to := way_back(hass)) is None:
                raise SignInRefused("no_way_back")
            self._receiver = await async_receive(
                hass, back_to, ulid_now(), self._on_answer
            )
            try:
                self.page = await self._sign_in.begin_browser(
                    back_to, self._receiver.state
                )
            except BaseException:
                self._receiver.close()
                raise
        self.expires = dt_util.utcnow() + timedelta(seconds=within)

    async def _on_answer(self, answer: Mapping[str, str]) -> None:
        if not self._answer.done():
            self._answer.set_result(answer)

    async def _async_finish_browser(self, receiver: Receiver) -> None:
        try:
            async with asyncio.timeout(BROWSER_WITHIN):
                answer = await self._answer
        except TimeoutError as error:
            raise SignInRefused("code_expired") from error
        finally:
            receiver.close()
        await self._sign_in.finish_browser({"state": receiver.state, **answer})

    async def async_finish(self) -> str | None:
        """Return when it is over: ``None``, or why it failed (a translation key)."""
        try:
            if self._receiver is not None:
                await self._async_finish_browser(self._receiver)
            else:
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
    way: str | None = None,
) -> Attempt:
    """Begin a person's sign-in; one that waits already is returned again.

    ``said`` replaces what was asked for last time. ``way``: ``browser`` or ``code``;
    left out, the browser wherever it can be led back, for codes are blocked often.

    Raises:
        SourceError: refused, or not reachable.
    """
    attempts = hass.data.setdefault(ATTEMPTS, {})
    known = attempts.get(person_id)
    if known is not None and not known.task.done():
        if not said and way in (None, known.way):
            return known
        known.task.cancel()
    asked = {**account_asked(entry.subentries[person_id].data), **(said or {})}
    sign_in = SignIn(hass, entry, person_id, asked)
    if way is None:
        way = CODE if way_back(hass) is None else BROWSER
    attempt = Attempt(sign_in, way)
    await attempt.async_begin(hass)
    attempts[person_id] = attempt
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
