"""The pages of a sign-in at Microsoft, in settings and in a fix flow alike."""

import asyncio
from typing import Any, Final

from homeassistant.core import callback
from homeassistant.data_entry_flow import FlowHandler, FlowResult

from ..const import DOMAIN
from ..groupware.source import SourceError
from ..microsoft.ownership import OF_ANOTHER, UNEXPECTED
from ..microsoft.sign_in import SignIn
from ..presence.texts.markdown import escaped

WHOSE: Final = "microsoft_whose"
WHOSE_STEPS: Final = {
    UNEXPECTED: "microsoft_whose_unexpected",
    OF_ANOTHER: "microsoft_whose_of_another",
}
"""The page that asks whose account it is, by why that is in doubt."""


class SignInCodePage[R: FlowResult[Any, Any]](FlowHandler[Any, R, Any]):
    """Shows the code of :attr:`attempt` until it is entered, then whose account it is."""

    attempt: SignIn
    refused: SourceError | None = None
    """Why the last attempt failed."""
    _waiting: asyncio.Task[None] | None = None

    def show_code(self, step: str, *, failed: str, done: str) -> R:
        """Return the page ``step`` with the code, or the step that follows it."""
        if self._waiting is None:
            self._waiting = self.hass.async_create_background_task(
                self.attempt.finish_code(), f"{DOMAIN} sign-in"
            )
        if not self._waiting.done():
            return self.async_show_progress(
                step_id=step,
                progress_action="enter_code",
                description_placeholders={
                    "code": self.attempt.code.user_code,
                    "page": self.attempt.code.page,
                },
                progress_task=self._waiting,
            )
        task, self._waiting = self._waiting, None
        try:
            task.result()
        except SourceError as error:
            self.refused = error
            return self.async_show_progress_done(next_step_id=failed)
        return self.async_show_progress_done(next_step_id=done)

    async def ask_whose(self, *, yes: str, no: str) -> R | None:
        """Return the page that asks whether the account is the person's.

        ``None``: it was the person's before, and is stored, or nobody is there any
        more. ``yes`` and ``no`` are the steps that follow; the first is to call
        :meth:`keep`.
        """
        ownership = self.attempt.ownership
        if ownership is None or ownership.known:
            await self.keep()
            return None
        step = WHOSE if ownership.doubt is None else WHOSE_STEPS[ownership.doubt]
        if ownership.doubt is None and ownership.fits is False:
            step = WHOSE_STEPS[UNEXPECTED]
        return self.async_show_menu(
            step_id=step,
            menu_options=[yes, no],
            description_placeholders={
                "account": escaped(ownership.name),
                "expected": escaped(ownership.expected),
            },
        )

    async def keep(self) -> None:
        """Store the account; only administrators come to these pages."""
        await self.attempt.keep(by_administrator=True)

    @callback
    def stop_waiting(self) -> None:
        """Wait for the code no longer; the page was closed."""
        if self._waiting is not None:
            self._waiting.cancel()
