"""The form of what the phone system needs of a person beside the extension.

Which questions there are stands in the registry, in the row's ``person_fields``.
"""

import asyncio
import contextlib
from typing import Any

from homeassistant.config_entries import ConfigEntryState, SubentryFlowResult
from homeassistant.core import callback
from homeassistant.data_entry_flow import UnknownFlow

from ...const import CONF_DRIVER, CONF_PHONE
from ...operations.phone_login import PhoneLoginRefused, signs_in
from ...operations.phone_sign_in import PhoneSignIn, async_begin_sign_in
from ...telephony.description import SIGN_IN, PhoneSystemType
from ...telephony.fields import secrets, with_kept_secrets
from ...telephony.registry import PHONE_SYSTEMS, described
from ..connection import NO_BLANKS, connection_schema, field_problem, said, suggested
from .page import PersonPage
from .phone_overview import choices_found, phone_overview


class PhonePage(PersonPage):
    """The page of a person's own login, switch or id in the phone system."""

    _phone_attempt: PhoneSignIn

    @property
    def has_phone_page(self) -> bool:
        """Whether this phone system asks for anything."""
        row = PHONE_SYSTEMS.get(self._get_entry().data[CONF_DRIVER])
        return row is not None and bool(row.person_fields)

    async def async_step_phone(
        self, user_input: dict[str, Any] | None = None
    ) -> SubentryFlowResult:
        """Go to the page of this kind of phone system, or offer to sign in there."""
        entry = self._get_entry()
        row = described(entry.data[CONF_DRIVER])
        if entry.state is ConfigEntryState.LOADED and signs_in(entry.runtime_data):
            return self.async_show_menu(
                step_id="phone", menu_options=["phone_sign_in", f"phone_{row.key}"]
            )
        return await self.async_phone(row, None)

    # In the browser

    async def async_step_phone_sign_in(
        self, user_input: dict[str, Any] | None = None
    ) -> SubentryFlowResult:
        """Open the page of the phone system's maker, and wait until that is over."""
        if user_input is not None:
            return self.async_external_step_done(next_step_id="phone_signed_in")
        coordinator = self._get_entry().runtime_data
        person_id = self._get_reconfigure_subentry().subentry_id
        try:
            attempt = await async_begin_sign_in(
                coordinator, person_id, self.hass.config.language
            )
        except PhoneLoginRefused as error:
            return self._not_signed_in(str(error))
        self._phone_attempt = attempt
        attempt.task.add_done_callback(self._on_phone_answer)
        return self.async_external_step(step_id="phone_sign_in", url=attempt.page)

    @callback
    def _on_phone_answer(self, _task: asyncio.Task[str | None]) -> None:
        flows = self.hass.config_entries.subentries
        with contextlib.suppress(UnknownFlow):
            flows.async_get(self.flow_id)
            self.hass.async_create_task(
                flows.async_configure(self.flow_id, {}), "xpresence phone sign-in"
            )

    async def async_step_phone_signed_in(
        self, user_input: dict[str, Any] | None = None
    ) -> SubentryFlowResult:
        """Say how it ended."""
        task = self._phone_attempt.task
        if task.cancelled():
            return self.async_abort(reason="phone_sign_in_replaced")
        if (problem := task.result()) is not None:
            return self._not_signed_in(problem)
        return self.async_abort(reason="phone_signed_in")

    def _not_signed_in(self, problem: str) -> SubentryFlowResult:
        return self.async_abort(
            reason="phone_not_signed_in", description_placeholders={"problem": problem}
        )

    # By hand

    async def async_phone(
        self, row: PhoneSystemType, user_input: dict[str, Any] | None
    ) -> SubentryFlowResult:
        """Ask for the person's fields; a secret that is left out is kept."""
        stored = dict(self.stored.get(CONF_PHONE, {}))
        errors: dict[str, str] = {}
        if user_input is not None:
            entered = said(row.person_fields, user_input)
            for one in row.person_fields:
                if one.key in entered and (
                    problem := await field_problem(self.hass, one, entered[one.key])
                ):
                    errors[one.key] = problem
            if not errors:
                settings = with_kept_secrets(row.person_fields, entered, stored)
                own = {one.key for one in row.own_fields}
                if SIGN_IN in stored and not own & entered.keys() & set(
                    secrets(row.person_fields)
                ):
                    # Who enters no other login stays signed in.
                    settings[SIGN_IN] = stored[SIGN_IN]
                return self.save(self.stored | {CONF_PHONE: settings})
        return self.async_show_form(
            step_id=f"phone_{row.key}",
            data_schema=self.add_suggested_values_to_schema(
                connection_schema(
                    self.hass,
                    row.person_fields,
                    stored,
                    lambda key: choices_found(self._get_entry(), key),
                ),
                user_input or suggested(row.person_fields, stored),
            ),
            errors=errors,
            description_placeholders=NO_BLANKS | {"overview": await self._overview()},
        )

    async def _overview(self) -> str:
        """Return where calls can go, and what the profiles lack in the phone system."""
        person_id = self._get_reconfigure_subentry().subentry_id
        return await phone_overview(self.hass, self._get_entry(), person_id)


def _step(row: PhoneSystemType) -> Any:
    async def step(
        flow: PhonePage, user_input: dict[str, Any] | None = None
    ) -> SubentryFlowResult:
        return await flow.async_phone(row, user_input)

    return step


for _row in PHONE_SYSTEMS.values():
    if _row.person_fields:
        setattr(PhonePage, f"async_step_phone_{_row.key}", _step(_row))
