"""The fix flow of the repair issue to sign in to Microsoft again."""

from typing import Any, Final, override

from homeassistant.components.repairs import RepairsFlowResult
from homeassistant.core import callback
import voluptuous as vol

from ...groupware.source import SourceError
from ...microsoft.sign_in import SignIn, account_asked, code_of, reason_of
from ..sign_in_code import SignInCodePage
from . import PersonFixFlow

STEP: Final = "sign_in_anew"


class MicrosoftSignInFlow(SignInCodePage[RepairsFlowResult], PersonFixFlow):
    """Signs in with a code, and is done when Microsoft says so."""

    _permissions: str = ""

    async def async_step_init(
        self, user_input: dict[str, Any] | None = None
    ) -> RepairsFlowResult:
        """Go to the page itself."""
        return await self.async_step_sign_in_anew()

    async def async_step_sign_in_anew(
        self, user_input: dict[str, Any] | None = None
    ) -> RepairsFlowResult:
        """Say why, and get a code when the person is ready."""
        if (target_person := self.target_person) is None:
            return self.async_abort(reason="gone")
        coordinator, person_id = target_person
        if user_input is not None:
            self.refused = None
            try:
                self.attempt = SignIn(
                    self.hass,
                    coordinator.entry,
                    person_id,
                    account_asked(coordinator.settings(person_id)),
                )
                self._permissions = ", ".join(self.attempt.permissions)
                await self.attempt.begin_code()
            except SourceError as error:
                self.refused = error
            else:
                return await self.async_step_enter_code()
        refused = self.refused
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
        return self.show_code("enter_code", failed=STEP, done="microsoft_whose")

    async def async_step_microsoft_whose(
        self, user_input: dict[str, Any] | None = None
    ) -> RepairsFlowResult:
        """Ask whether the account that was signed in is the person's."""
        asked = await self.ask_whose(yes="microsoft_keep", no=STEP)
        return asked or await self.async_step_signed_in()

    # A menu's steps are those that it leads to.
    async_step_microsoft_whose_unexpected = async_step_microsoft_whose
    async_step_microsoft_whose_of_another = async_step_microsoft_whose

    async def async_step_microsoft_keep(
        self, user_input: dict[str, Any] | None = None
    ) -> RepairsFlowResult:
        """Store the account that was confirmed."""
        await self.keep()
        return await self.async_step_signed_in()

    async def async_step_signed_in(
        self, user_input: dict[str, Any] | None = None
    ) -> RepairsFlowResult:
        """Finish the flow; the repair issue is deleted already."""
        return self.async_create_entry(data={})

    @callback
    @override
    def async_remove(self) -> None:
        """Wait for nothing where the page was closed."""
        self.stop_waiting()
