"""The page of a sign-in at Microsoft by a code, in settings and in a fix flow alike."""

import asyncio
from typing import Any

from homeassistant.core import callback
from homeassistant.data_entry_flow import FlowHandler, FlowResult

from ..const import DOMAIN
from ..groupware.source import SourceError
from ..microsoft.sign_in import SignIn


class SignInCodePage[R: FlowResult[Any, Any]](FlowHandler[Any, R, Any]):
    """Shows the code of :attr:`attempt` until it is entered, or expires."""

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

    @callback
    def stop_waiting(self) -> None:
        """Wait for the code no longer; the page was closed."""
        if self._waiting is not None:
            self._waiting.cancel()
