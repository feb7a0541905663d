"""Sign-ins that go on without a page: begun by an action or a card, one a person."""

import asyncio
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, Final

from homeassistant.components import persistent_notification
from homeassistant.config_entries import ConfigEntry
from homeassistant.const import CONF_NAME
from homeassistant.core import HomeAssistant
from homeassistant.util import dt as dt_util
from homeassistant.util.hass_dict import HassKey

from ..const import DOMAIN
from ..groupware.source import SourceError
from .sign_in import SignIn, account_asked, reason_in_words, reason_of


class Attempt:
    """A code that waits to be entered."""

    def __init__(self, sign_in: SignIn) -> None:
        """Say what is to be shown; the code is good from now on."""
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
        except SourceError as error:
            return reason_of(error)
        return None

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


def report_outcome(
    hass: HomeAssistant, entry: ConfigEntry[Any], person_id: str, attempt: Attempt
) -> None:
    """Let a failure be read afterwards, where nobody waits for it."""
    notification = f"{DOMAIN}_sign_in_{person_id}"
    persistent_notification.async_dismiss(hass, notification)

    def over(task: asyncio.Task[str | None]) -> None:
        person = entry.subentries.get(person_id)
        if task.cancelled() or person is None or (reason := task.result()) is None:
            return
        words = reason_in_words(hass, reason, attempt.permissions)
        persistent_notification.async_create(
            hass, words, f"{person.data[CONF_NAME]}: Microsoft 365", notification
        )

    attempt.task.add_done_callback(over)
