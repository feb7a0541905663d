"""The pages that connect the whole office at Microsoft, where nobody signs in."""

from collections.abc import Mapping
import re
from typing import Any, Final

from homeassistant.config_entries import ConfigFlowResult
from homeassistant.const import CONF_CLIENT_ID
from homeassistant.helpers.selector import (
    TextSelector,
    TextSelectorConfig,
    TextSelectorType,
)
from homeassistant.helpers.translation import async_get_translations
from homeassistant.util import dt as dt_util
import voluptuous as vol

from ...const import (
    CONF_CLOUD,
    CONF_MICROSOFT,
    CONF_TENANT,
    DOMAIN,
)
from ...groupware.microsoft.application import Certificate, days_left
from ...groupware.microsoft.clouds import GLOBAL, clouds
from ...groupware.microsoft.rights import Outcome
from ...groupware.source import SourceError
from ...inputs.calendars.kinds.logins import account_of, store_account
from ...microsoft.application_settings import (
    CONF_PENDING,
    CONF_SECRET,
    certificate_from,
    certificate_record,
    stored_application,
)
from ...microsoft.settings import ORGANIZATIONS, REGISTRATION
from ...operations.microsoft_office import (
    CheckedRight,
    async_check,
    async_connect,
    disconnect,
)
from ...presence.texts.markdown import escaped
from ...settings.documentation import documentation
from ...settings.selectors import words
from .application_people import ApplicationPeoplePage
from .microsoft import REGISTRATION_PAGE, registration_from

CONF_PROOF: Final = "proof"
CONF_ALIGN: Final = "align_teams"
CERTIFICATE: Final = "certificate"
SECRET: Final = "secret"  # noqa: S105 (a choice)
LONGEST_SECRET: Final = 200
WHOLE_OFFICE: Final = "for-the-whole-office"
"""The section of the guide."""
A_PAGE: Final = 50
"""People on one page."""
USER_ID: Final = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)
PASSWORD: Final = TextSelector(TextSelectorConfig(type=TextSelectorType.PASSWORD))


def _connect_schema() -> vol.Schema:
    return vol.Schema(
        {
            vol.Required(CONF_CLIENT_ID): TextSelector(),
            vol.Required(CONF_TENANT): TextSelector(),
            vol.Required(CONF_CLOUD, default=GLOBAL): words(clouds(), CONF_CLOUD),
            vol.Required(CONF_PROOF, default=CERTIFICATE): words(
                (CERTIFICATE, SECRET), "application_proof"
            ),
            vol.Optional(CONF_SECRET): PASSWORD,
        }
    )


def _secret_problems(secret: str) -> dict[str, str]:
    if not secret:
        return {CONF_SECRET: "secret_missing"}
    if len(secret) > LONGEST_SECRET or not secret.isprintable():
        return {CONF_SECRET: "malformed"}
    return {}


class ApplicationPage(ApplicationPeoplePage):
    """The office's application at Microsoft."""

    _asked: dict[str, str]
    """The registration that is being connected."""
    _certificate: Certificate

    async def async_step_application(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Ask what is to be done; an office that has no application connects one."""
        if stored_application(self.config_entry) is None:
            return await self.async_step_application_connect()
        return self.async_show_menu(
            step_id="application",
            menu_options=[
                "application_check",
                "application_people",
                "application_connect",
                "application_disconnect",
            ],
        )

    async def async_step_application_connect(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Ask for the app registration, and how the application proves itself."""
        errors: dict[str, str] = {}
        refused: SourceError | None = None
        if user_input is not None:
            self._asked, errors = registration_from(user_input)
            if self._asked[CONF_TENANT] == ORGANIZATIONS:
                errors[CONF_TENANT] = "tenant_needed"
            secret = (user_input.get(CONF_SECRET) or "").strip()
            if user_input[CONF_PROOF] == SECRET:
                errors |= _secret_problems(secret)
            if not errors and user_input[CONF_PROOF] == CERTIFICATE:
                return await self.async_step_application_certificate()
            if not errors:
                try:
                    await self._connect({CONF_SECRET: secret})
                except SourceError as error:
                    refused = error
                    errors["base"] = "application_refused"
                else:
                    return await self.async_step_application_check()
        return self.async_show_form(
            step_id="application_connect",
            data_schema=self.add_suggested_values_to_schema(
                _connect_schema(), self._suggested(user_input)
            ),
            errors=errors,
            description_placeholders={
                "docs": documentation(
                    REGISTRATION_PAGE, self.hass.config.language, WHOLE_OFFICE
                ),
                "reason": self.refusal_in_words(refused),
            },
        )

    def _suggested(self, said: dict[str, Any] | None) -> dict[str, Any]:
        """Return what was said but the secret, what is stored, or what people use."""
        entry = self.config_entry
        stored = stored_application(entry)
        known = stored or entry.options.get(CONF_MICROSOFT, {})
        suggested = {
            key: known[key]
            for key in REGISTRATION
            if known.get(key) and known[key] != ORGANIZATIONS
        }
        if stored:
            suggested[CONF_PROOF] = SECRET if CONF_SECRET in stored else CERTIFICATE
        return suggested | {
            key: value for key, value in (said or {}).items() if key != CONF_SECRET
        }

    async def async_step_application_certificate(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Show the certificate that is to be uploaded, and try it when it is.

        It is kept meanwhile: an upload may be another person's work, on another day.
        """
        errors: dict[str, str] = {}
        refused: SourceError | None = None
        if user_input is not None:
            try:
                await self._connect(certificate_record(self._certificate))
            except SourceError as error:
                refused = error
                errors["base"] = "application_refused"
            else:
                return await self.async_step_application_check()
        else:
            self._certificate = await self._pending()
        return self.async_show_form(
            step_id="application_certificate",
            data_schema=vol.Schema({}),
            errors=errors,
            description_placeholders={
                "certificate": self._certificate.public,
                "thumbprint": self._certificate.thumbprint,
                "days": str(days_left(self._certificate, dt_util.utcnow())),
                "reason": self.refusal_in_words(refused),
            },
        )

    async def _pending(self) -> Certificate:
        """Return the certificate that waits to be uploaded, a new one if none does."""
        entry = self.config_entry
        waits = account_of(entry, CONF_PENDING) or {}
        known = certificate_from(waits)
        if known is None or waits.get(CONF_CLIENT_ID) != self._asked[CONF_CLIENT_ID]:
            known = await self.hass.async_add_executor_job(
                Certificate.make, dt_util.utcnow()
            )
            record = {**self._asked, **certificate_record(known)}
            store_account(self.hass, entry, CONF_PENDING, record)
        return known

    async def _connect(self, proof: Mapping[str, str]) -> None:
        await async_connect(self.hass, self.config_entry, {**self._asked, **proof})
        store_account(self.hass, self.config_entry, CONF_PENDING, None)

    async def async_step_application_disconnect(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Ask whether the application is to be forgotten."""
        if user_input is None:
            return self.async_show_form(
                step_id="application_disconnect", data_schema=vol.Schema({})
            )
        disconnect(self.hass, self.config_entry)
        return self.async_create_entry(data=dict(self.config_entry.options))

    # Rights

    async def async_step_application_check(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Try each right and say what is missing; then ask who is who."""
        if user_input is not None:
            return await self.async_step_application_people()
        refused: SourceError | None = None
        rights: tuple[CheckedRight, ...] = ()
        try:
            rights = await async_check(self.hass, self.config_entry)
        except SourceError as error:
            refused = error
        return self.async_show_form(
            step_id="application_check",
            data_schema=vol.Schema({}),
            errors={"base": "application_refused"} if refused else {},
            description_placeholders={
                "rights": await self._rights_in_words(rights),
                "reason": self.refusal_in_words(refused),
            },
        )

    async def _rights_in_words(self, rights: tuple[CheckedRight, ...]) -> str:
        texts = await async_get_translations(
            self.hass, self.hass.config.language, "exceptions", {DOMAIN}
        )

        def said(key: str, **placeholders: str) -> str:
            name = f"component.{DOMAIN}.exceptions.microsoft_right_{key}.message"
            return texts.get(name, key).format(**placeholders)

        lines = []
        for one in rights:
            right = one.right
            mark = {Outcome.GRANTED: "✓", Outcome.MISSING: "✗"}.get(right.outcome, "–")
            line = f"- {mark} **{right.permission}**: {said(right.outcome)}"
            if one.people:
                line += " " + said("without", people=escaped(", ".join(one.people)))
            if right.code and right.code != "unknown":
                line += f" ({escaped(right.code)})"
            lines.append(line)
        return "\n".join(lines)
