"""Receives what a browser brings back from signing in at a phone system's maker."""

from typing import Any

from homeassistant.config_entries import ConfigFlow, ConfigFlowResult

from ..operations.phone_sign_in import ATTEMPTS


class PhoneAnswer(ConfigFlow):
    """A config flow without a page, for one answer."""

    _attempt: str

    async def async_wait_for_phone(self, attempt: str) -> ConfigFlowResult:
        """Wait for the answer to an attempt."""
        self._attempt = attempt
        return self.async_show_form(step_id="phone_answer")

    async def async_step_phone_answer(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Hand the answer on, and be over."""
        if attempt := self.hass.data.get(ATTEMPTS, {}).get(self._attempt):
            attempt.answer(user_input or {})
        return self.async_abort(reason="phone_answered")
