"""A person's account at Microsoft: signing in, what it is for, signing out.

Signing in goes by a code that is entered anywhere, or in the very browser. For the
second Microsoft sends the browser back to Home Assistant, which takes such answers for
config flows only: a config flow without a page (:class:`BrowserAnswer`) receives it.
"""

from collections.abc import Mapping
from typing import Any, Final, override

from homeassistant.config_entries import (
    ConfigFlow,
    ConfigFlowResult,
    SubentryFlowResult,
)
from homeassistant.const import CONF_CLIENT_ID
from homeassistant.core import callback
from homeassistant.helpers.selector import BooleanSelector
import voluptuous as vol

from ...const import (
    CONF_ACCOUNT_NAME,
    CONF_CONNECTED,
    CONF_EXPECTED_ACCOUNT,
    CONF_MICROSOFT,
    CONF_REMEMBER,
    CONF_SHARED_CALENDARS,
    CONF_USE_CALENDAR,
)
from ...groupware.microsoft.failures import SignInRefused
from ...groupware.source import SourceError
from ...microsoft.browser import Receiver, async_answered, async_receive, way_back
from ...microsoft.settings import REGISTRATION, outlook_calendars, registration_of
from ...microsoft.sign_in import SignIn, async_sign_out, code_of, reason_of
from ...presence.texts.markdown import escaped
from ...settings.documentation import documentation
from ...settings.selectors import words
from ..login_fields import EMAIL
from ..office.microsoft import (
    REGISTRATION_PAGE,
    registration_fields,
    registration_from,
)
from ..sign_in_code import SignInCodePage
from .page import PersonPage

CONF_WAY: Final = "way"
CODE: Final = "code"
BROWSER: Final = "browser"


class BrowserAnswer(ConfigFlow):
    """Receives what a browser brings back, and hands it to whoever began."""

    _answer_to: str

    async def async_wait_for_browser(self, key: str) -> ConfigFlowResult:
        """Wait, without a page."""
        self._answer_to = key
        return self.async_show_form(step_id="browser_answer")

    async def async_step_browser_answer(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Hand the answer on, and be over."""
        await async_answered(self.hass, self._answer_to, user_input or {})
        return self.async_abort(reason="microsoft_answered")


class MicrosoftPage(SignInCodePage[SubentryFlowResult], PersonPage):
    """The page of the account."""

    _said: dict[str, Any] | None = None
    """The user input of the account's form."""
    _permissions: str = ""
    _receiver: Receiver | None = None
    _answer: Mapping[str, str]

    async def async_step_microsoft(
        self, user_input: dict[str, Any] | None = None
    ) -> SubentryFlowResult:
        """Ask what is to be done; who has no account signs in."""
        if not self._account.get(CONF_CONNECTED):
            return await self.async_step_microsoft_account()
        return self.async_show_menu(
            step_id="microsoft",
            menu_options=[
                "microsoft_account",
                "microsoft_remember",
                "microsoft_sign_out",
            ],
            description_placeholders={
                "account": escaped(self._account.get(CONF_ACCOUNT_NAME, "–"))
            },
        )

    async def async_step_microsoft_account(
        self, user_input: dict[str, Any] | None = None
    ) -> SubentryFlowResult:
        """Ask how to sign in and what for, with which app registration."""
        errors: dict[str, str] = {}
        if user_input is not None:
            self._said, self.refused = user_input, None
            registration, errors = registration_from(user_input)
            if not errors:
                return await self._begin(registration)
        if self.refused is not None:
            errors["base"] = f"microsoft_{reason_of(self.refused)}"
        return self.async_show_form(
            step_id="microsoft_account",
            data_schema=self.add_suggested_values_to_schema(
                vol.Schema(
                    {
                        vol.Required(CONF_WAY, default=self._usual_way): words(
                            (BROWSER, CODE), "sign_in_way"
                        ),
                        vol.Required(
                            CONF_USE_CALENDAR, default=True
                        ): BooleanSelector(),
                        vol.Required(
                            CONF_SHARED_CALENDARS, default=False
                        ): BooleanSelector(),
                        vol.Optional(CONF_EXPECTED_ACCOUNT): EMAIL,
                        vol.Required(CONF_REMEMBER, default=True): BooleanSelector(),
                        **registration_fields(),
                    }
                ),
                user_input or self._suggested_account(),
            ),
            errors=errors,
            description_placeholders={
                "docs": documentation(REGISTRATION_PAGE, self.hass.config.language),
                "permissions": self._permissions,
                "code": code_of(self.refused) if self.refused else "",
            },
        )

    async def _begin(self, registration: Mapping[str, str]) -> SubentryFlowResult:
        entry, said = self._get_entry(), self._said or {}
        office = registration_of(entry, {})
        asked = {
            key: said[key]
            for key in (CONF_USE_CALENDAR, CONF_SHARED_CALENDARS, CONF_REMEMBER)
        }
        if expected := str(said.get(CONF_EXPECTED_ACCOUNT) or "").strip():
            asked[CONF_EXPECTED_ACCOUNT] = expected
        if {key: office.get(key) for key in REGISTRATION} != registration:
            # Another than the office's is the person's own.
            asked |= registration
        try:
            self.attempt = SignIn(
                self.hass,
                entry,
                self._get_reconfigure_subentry().subentry_id,
                asked,
                for_office=not office.get(CONF_CLIENT_ID),
            )
            self._permissions = ", ".join(self.attempt.permissions)
            if said[CONF_WAY] == BROWSER:
                return await self._begin_browser(self.attempt)
            await self.attempt.begin_code()
        except SourceError as error:
            return await self._failed(error)
        return await self.async_step_microsoft_code()

    async def _failed(self, error: SourceError) -> SubentryFlowResult:
        self.refused = error
        self._receive_nothing()
        return await self.async_step_microsoft_account()

    async def async_step_microsoft_failed(
        self, user_input: dict[str, Any] | None = None
    ) -> SubentryFlowResult:
        """Say why, over the page as it was filled."""
        return await self.async_step_microsoft_account()

    # By a code

    async def async_step_microsoft_code(
        self, user_input: dict[str, Any] | None = None
    ) -> SubentryFlowResult:
        """Show the code until it is entered, or no good any more."""
        return self.show_code(
            "microsoft_code", failed="microsoft_failed", done="microsoft_whose"
        )

    # In the browser

    async def _begin_browser(self, attempt: SignIn) -> SubentryFlowResult:
        if (back_to := way_back(self.hass)) is None:
            raise SignInRefused("no_way_back")
        self._receiver = await async_receive(
            self.hass, back_to, self.flow_id, self._on_answer
        )
        page = await attempt.begin_browser(back_to, self._receiver.state)
        return self.async_external_step(step_id="microsoft_browser", url=page)

    async def _on_answer(self, answer: Mapping[str, str]) -> None:
        await self.hass.config_entries.subentries.async_configure(
            self.flow_id, dict(answer)
        )

    async def async_step_microsoft_browser(
        self, user_input: dict[str, Any] | None = None
    ) -> SubentryFlowResult:
        """Go on when the browser is back."""
        receiver, self._receiver = self._receiver, None
        # Home Assistant has checked that the state is the one that was sent.
        state = receiver.state if receiver is not None else ""
        self._answer = {"state": state, **(user_input or {})}
        return self.async_external_step_done(next_step_id="microsoft_back")

    async def async_step_microsoft_back(
        self, user_input: dict[str, Any] | None = None
    ) -> SubentryFlowResult:
        """Sign in with what the browser brought."""
        try:
            await self.attempt.finish_browser(self._answer)
        except SourceError as error:
            return await self._failed(error)
        return await self.async_step_microsoft_whose()

    # Afterwards

    async def async_step_microsoft_whose(
        self, user_input: dict[str, Any] | None = None
    ) -> SubentryFlowResult:
        """Ask whether the account that was signed in is the person's."""
        asked = await self.ask_whose(yes="microsoft_keep", no="microsoft_account")
        return asked or await self.async_step_microsoft_signed_in()

    # A menu's steps are those that it leads to.
    async_step_microsoft_whose_unexpected = async_step_microsoft_whose
    async_step_microsoft_whose_of_another = async_step_microsoft_whose

    async def async_step_microsoft_keep(
        self, user_input: dict[str, Any] | None = None
    ) -> SubentryFlowResult:
        """Store the account that was confirmed."""
        await self.keep()
        return await self.async_step_microsoft_signed_in()

    async def async_step_microsoft_signed_in(
        self, user_input: dict[str, Any] | None = None
    ) -> SubentryFlowResult:
        """Offer to add the calendar, if it is not there yet."""
        if self._account.get(CONF_USE_CALENDAR) and not outlook_calendars(self.stored):
            return self.async_show_menu(
                step_id="microsoft_signed_in",
                menu_options=["calendar_outlook", "microsoft_done"],
            )
        return await self.async_step_microsoft_done()

    async def async_step_microsoft_done(
        self, user_input: dict[str, Any] | None = None
    ) -> SubentryFlowResult:
        """End."""
        return self.async_abort(reason="microsoft_signed_in")

    async def async_step_microsoft_remember(
        self, user_input: dict[str, Any] | None = None
    ) -> SubentryFlowResult:
        """Ask whether a restart of Home Assistant may find the sign-in."""
        if user_input is not None:
            account = {**self._account, CONF_REMEMBER: user_input[CONF_REMEMBER]}
            return self.save({**self.stored, CONF_MICROSOFT: account})
        remember = self._account.get(CONF_REMEMBER, True)
        return self.async_show_form(
            step_id="microsoft_remember",
            data_schema=vol.Schema(
                {vol.Required(CONF_REMEMBER, default=remember): BooleanSelector()}
            ),
        )

    async def async_step_microsoft_sign_out(
        self, user_input: dict[str, Any] | None = None
    ) -> SubentryFlowResult:
        """Ask whether the sign-in is to be forgotten."""
        if user_input is None:
            return self.async_show_form(
                step_id="microsoft_sign_out", data_schema=vol.Schema({})
            )
        person_id = self._get_reconfigure_subentry().subentry_id
        await async_sign_out(self.hass, self._get_entry(), person_id)
        return self.async_abort(reason="microsoft_signed_out")

    @property
    def _usual_way(self) -> str:
        """Return the browser wherever Microsoft may lead it back: codes are blocked often."""
        return CODE if way_back(self.hass) is None else BROWSER

    @property
    def _account(self) -> Mapping[str, Any]:
        account: Mapping[str, Any] = self.stored.get(CONF_MICROSOFT, {})
        return account

    def _suggested_account(self) -> dict[str, Any]:
        if self._said is not None:
            return self._said
        registration = registration_of(self._get_entry(), self._account)
        return {
            **{key: registration.get(key) for key in REGISTRATION},
            **{
                key: self._account[key]
                for key in (
                    CONF_USE_CALENDAR,
                    CONF_SHARED_CALENDARS,
                    CONF_EXPECTED_ACCOUNT,
                    CONF_REMEMBER,
                )
                if key in self._account
            },
        }

    @callback
    @override
    def async_remove(self) -> None:
        """Stop waiting when the flow is closed."""
        self.stop_waiting()
        self._receive_nothing()

    def _receive_nothing(self) -> None:
        """End what would receive a browser's answer; who comes back is refused."""
        if self._receiver is not None:
            self._receiver.close()
            self._receiver = None
