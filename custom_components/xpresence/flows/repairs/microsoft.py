"""The fix flow of the repair issue to sign in to Microsoft again."""

import asyncio
from typing import Any, Final, override

from homeassistant.components.repairs import RepairsFlowResult
from homeassistant.core import callback
import voluptuous as vol

from ...groupware.source import SourceError
from ...microsoft.sign_in import SignIn, account_asked, code_of, reason_of
from . import PersonFixFlow

STEP: Final = "sign_in_anew"


class MicrosoftSignInFlow(PersonFixFlow):
    """Signs in with a code, and is done when Microsoft says so."""

    _task: asyncio.Task[None] | None = None
    _attempt: SignIn
    _permissions: str = ""
    _refused: SourceError | None = None

    async def async_step_init(
        self, user_input: dict[str, Any] | None = None
    ) -> RepairsFlowResult:
        """Go to the page itself."""
        return await self.async_step_sign_in_anew()

    async def async_step_sign_in_anew(
        self, user_input: dict[str, Any] | None = None
    ) -> RepairsFlowResult:
        """Say why, and get a code when the person is ready."""
        if (meant := self.meant) is None:
            return self.async_abort(reason="gone")
        coordinator, person_id = meant
        if user_input is not None:
            self._refused = None
            try:
                self._attempt = SignIn(
                    self.hass,
                    coordinator.entry,
                    person_id,
                    account_asked(coordinator.settings(person_id)),
                )
                self._permissions = ", ".join(self._attempt.permissions)
                await self._attempt.begin_code()
            except SourceError as error:
                self._refused = error
            else:
                return await self.async_step_enter_code()
        refused = self._refused
        return self.async_show_form(
            step_id=STEP,
            data_schema=vol.Schema({}),
            errors={"base": f"microsoft_{reason_of(refused)}"} if refused else {},
            description_placeholders={
                "reason": "",
                **self.placeholders,
                "permissions": self._permissions,
                "code": code_of(refused) if refused else "",
            },
        )

    async def async_step_enter_code(
        self, user_input: dict[str, Any] | None = None
    ) -> RepairsFlowResult:
        """Show the code until it is entered, or no good any more."""
        if self._task is None:
            self._task = self.hass.async_create_background_task(
                self._attempt.finish_code(), "xpresence sign-in"
            )
        if not self._task.done():
            return self.async_show_progress(
                step_id="enter_code",
                progress_action="enter_code",
                description_placeholders={
                    "code": self._attempt.code.user_code,
                    "page": self._attempt.code.page,
                },
                progress_task=self._task,
            )
        task, self._task = self._task, None
        try:
            task.result()
        except SourceError as error:
            self._refused = error
            return self.async_show_progress_done(next_step_id=STEP)
        return self.async_show_progress_done(next_step_id="signed_in")

    async def async_step_signed_in(
        self, user_input: dict[str, Any] | None = None
    ) -> RepairsFlowResult:
        """Finish the flow; the repair issue is deleted already."""
        return self.async_create_entry(data={})

    @callback
    @override
    def async_remove(self) -> None:
        """Wait for nothing where the page was closed."""
        if self._task is not None:
            self._task.cancel()
