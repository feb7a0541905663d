"""The form of what the phone system needs of a person beside the extension.

Which questions there are stands in the registry, in the row's ``person_fields``.
"""

from typing import Any

from homeassistant.config_entries import SubentryFlowResult

from ...const import CONF_DRIVER, CONF_PHONE
from ...telephony.description import PhoneSystemType
from ...telephony.fields import with_kept_secrets
from ...telephony.registry import PHONE_SYSTEMS, described
from ..connection import NO_BLANKS, connection_schema, field_problem, said, suggested
from .page import PersonPage
from .phone_overview import choices_found, phone_overview


class PhonePage(PersonPage):
    """The page of a person's own login, switch or id in the phone system."""

    @property
    def has_phone_page(self) -> bool:
        """Whether this phone system asks for anything."""
        row = PHONE_SYSTEMS.get(self._get_entry().data[CONF_DRIVER])
        return row is not None and bool(row.person_fields)

    async def async_step_phone(
        self, user_input: dict[str, Any] | None = None
    ) -> SubentryFlowResult:
        """Go to the page of this kind of phone system."""
        return await self.async_phone(
            described(self._get_entry().data[CONF_DRIVER]), None
        )

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
