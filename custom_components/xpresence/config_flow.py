"""Adding a phone system, renewing its login, changing its connection."""

from collections.abc import Mapping
from typing import Any, Final, override

from homeassistant.config_entries import (
    SOURCE_USER,
    ConfigEntry,
    ConfigFlowResult,
    ConfigSubentryFlow,
    FlowType,
    OptionsFlow,
    SubentryFlowContext,
)
from homeassistant.const import CONF_HOST, CONF_NAME, CONF_PASSWORD, CONF_PORT
from homeassistant.core import callback
import voluptuous as vol

from .const import (
    CONF_DRIVER,
    DOMAIN,
    DRIVER_ACTIONS,
    DRIVER_ASTERISK,
    SUBENTRY_PERSON,
    SUBENTRY_PROFILE,
)
from .engine.connection import connection_of, kept_secrets
from .flows.connection import (
    ACTIONS_SCHEMA,
    ASTERISK_DEFAULTS,
    NEW_ACTIONS_SCHEMA,
    SECRET,
    actions_problems,
    asterisk_problems,
    asterisk_schema,
    try_connection,
)
from .flows.office import OfficeOptionsFlow
from .flows.person import PersonSubentryFlow
from .flows.person.microsoft import ANSWER_TO, BrowserAnswer
from .flows.profile import ProfileSubentryFlow
from .settings.default_profiles import default_profiles
from .settings.migrations import MINOR_VERSION, VERSION
from .settings.validation import name_problem, tidy

TITLES: Final = {
    DRIVER_ACTIONS: {"en": "My telephones", "de": "Meine Telefone"},
}


class XPresenceConfigFlow(BrowserAnswer, domain=DOMAIN):
    """One config entry is one phone system."""

    VERSION = VERSION
    MINOR_VERSION = MINOR_VERSION

    @staticmethod
    @callback
    @override
    def async_get_options_flow(config_entry: ConfigEntry) -> OptionsFlow:
        """Return the flow for the office's rules."""
        return OfficeOptionsFlow()

    @classmethod
    @callback
    @override
    def async_get_supported_subentry_types(
        cls, config_entry: ConfigEntry
    ) -> dict[str, type[ConfigSubentryFlow]]:
        """Return what a phone system consists of."""
        return {
            SUBENTRY_PERSON: PersonSubentryFlow,
            SUBENTRY_PROFILE: ProfileSubentryFlow,
        }

    @override
    async def async_step_user(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Ask what kind of phone system there is."""
        if user_input and ANSWER_TO in user_input:
            return await self.async_wait_for_browser(user_input[ANSWER_TO])
        return self.async_show_menu(
            step_id="user", menu_options=[DRIVER_ASTERISK, DRIVER_ACTIONS]
        )

    async def async_step_asterisk(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Ask for the manager interface and try it."""
        errors: dict[str, str] = {}
        placeholders: dict[str, str] = {}
        if user_input is not None:
            data = _asterisk(user_input)
            # A page that was left open elsewhere keeps nobody from starting anew.
            await self.async_set_unique_id(_unique_id(data), raise_on_progress=False)
            self._abort_if_unique_id_configured()
            errors, placeholders = await self._try(data)
            if not errors:
                return self._create(data[CONF_HOST], data)
        return self._show("asterisk", user_input, errors, placeholders)

    async def async_step_actions(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Ask for actions; with none named, xpresence keeps the state itself."""
        errors: dict[str, str] = {}
        title = TITLES[DRIVER_ACTIONS][
            "de" if self._language.startswith("de") else "en"
        ]
        if user_input is not None:
            title = user_input.get(CONF_NAME) or title
            unique_id = f"{DRIVER_ACTIONS}_{tidy(title).casefold()}"
            errors = actions_problems(self.hass, user_input)
            if problem := name_problem(title):
                errors[CONF_NAME] = problem
            elif unique_id in {e.unique_id for e in self._async_current_entries()}:
                errors[CONF_NAME] = "name_taken"
            if not errors:
                await self.async_set_unique_id(unique_id, raise_on_progress=False)
                data = {k: v for k, v in user_input.items() if k != CONF_NAME}
                return self._create(tidy(title), {CONF_DRIVER: DRIVER_ACTIONS, **data})
        return self.async_show_form(
            step_id="actions",
            data_schema=self.add_suggested_values_to_schema(
                NEW_ACTIONS_SCHEMA, user_input or {CONF_NAME: title}
            ),
            errors=errors,
        )

    @override
    async def async_on_create_entry(self, result: ConfigFlowResult) -> ConfigFlowResult:
        """Go straight on to the first person."""
        person = await self.hass.config_entries.subentries.async_init(
            (result["result"].entry_id, SUBENTRY_PERSON),
            context=SubentryFlowContext(source=SOURCE_USER),
        )
        result["next_flow"] = (FlowType.CONFIG_SUBENTRIES_FLOW, person["flow_id"])
        return result

    async def async_step_reauth(
        self, entry_data: Mapping[str, Any]
    ) -> ConfigFlowResult:
        """Begin to renew a login that is refused."""
        return await self.async_step_reauth_confirm()

    async def async_step_reauth_confirm(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Ask for the password alone; the rest is kept."""
        entry = self._get_reauth_entry()
        errors: dict[str, str] = {}
        placeholders = {"title": entry.title, "permission": ""}
        if user_input is not None:
            errors, more = await self._try(dict(entry.data) | user_input)
            placeholders |= more
            if not errors:
                return self._update(entry, user_input)
        return self.async_show_form(
            step_id="reauth_confirm",
            data_schema=vol.Schema({vol.Required(CONF_PASSWORD): SECRET}),
            errors=errors,
            description_placeholders=placeholders,
        )

    async def async_step_reconfigure(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Change the connection; a secret that is left out is kept."""
        entry = self._get_reconfigure_entry()
        if entry.data[CONF_DRIVER] == DRIVER_ACTIONS:
            return await self._reconfigure_actions(entry, user_input)
        errors: dict[str, str] = {}
        placeholders: dict[str, str] = {}
        if user_input is not None:
            secret = user_input.get(CONF_PASSWORD) or entry.data[CONF_PASSWORD]
            data = _asterisk({**user_input, CONF_PASSWORD: secret})
            unique_id = _unique_id(data)
            if any(
                other.unique_id == unique_id and other.entry_id != entry.entry_id
                for other in self._async_current_entries()
            ):
                return self.async_abort(reason="already_configured")
            errors, placeholders = await self._try(data)
            if not errors:
                return self._update(entry, data, unique_id=unique_id, whole=True)
        suggested = user_input or {
            key: value for key, value in entry.data.items() if key != CONF_PASSWORD
        }
        return self._show("reconfigure", suggested, errors, placeholders)

    async def _reconfigure_actions(
        self, entry: ConfigEntry, user_input: dict[str, Any] | None
    ) -> ConfigFlowResult:
        errors: dict[str, str] = {}
        if user_input is not None:
            errors = actions_problems(self.hass, user_input)
            if not errors:
                data = {CONF_DRIVER: DRIVER_ACTIONS, **user_input}
                return self._update(entry, data, whole=True)
        return self.async_show_form(
            step_id="reconfigure",
            data_schema=self.add_suggested_values_to_schema(
                ACTIONS_SCHEMA, user_input or dict(entry.data)
            ),
            errors=errors,
        )

    async def _try(
        self, data: Mapping[str, Any]
    ) -> tuple[dict[str, str], dict[str, str]]:
        """Return what is wrong with the connection, and what the words mention."""
        if errors := await asterisk_problems(self.hass, data):
            return errors, {}
        return await try_connection(self.hass, data)

    def _show(
        self,
        step: str,
        suggested: dict[str, Any] | None,
        errors: dict[str, str],
        placeholders: dict[str, str],
    ) -> ConfigFlowResult:
        schema = asterisk_schema(secret_known=step == "reconfigure")
        return self.async_show_form(
            step_id=step,
            data_schema=self.add_suggested_values_to_schema(
                schema, suggested or ASTERISK_DEFAULTS
            ),
            errors=errors,
            description_placeholders={"permission": "", **placeholders},
        )

    def _create(self, title: str, data: dict[str, Any]) -> ConfigFlowResult:
        return self.async_create_entry(
            title=title, data=data, subentries=default_profiles(self._language)
        )

    def _update(
        self,
        entry: ConfigEntry,
        data: dict[str, Any],
        *,
        unique_id: str | None = None,
        whole: bool = False,
    ) -> ConfigFlowResult:
        """Store the new connection; a loaded entry reloads by its own listener."""
        update: dict[str, Any] = {
            "data": kept_secrets(entry.data) | data
            if whole
            else dict(entry.data) | data,
            "unique_id": unique_id or entry.unique_id,
        }
        if (host := entry.data.get(CONF_HOST)) and entry.title == host:
            # A title that nobody chose follows the host.
            update["title"] = update["data"][CONF_HOST]
        if entry.update_listeners:
            if connection_of(update["data"]) == connection_of(entry.data):
                # The listener sees nothing new, but the tries may have ended.
                self.hass.config_entries.async_schedule_reload(entry.entry_id)
            return self.async_update_and_abort(entry, **update)
        return self.async_update_reload_and_abort(entry, **update)

    @property
    def _language(self) -> str:
        return self.hass.config.language


def _asterisk(said: Mapping[str, Any]) -> dict[str, Any]:
    """Return the connection as it is stored."""
    host = said[CONF_HOST].strip()
    return {CONF_DRIVER: DRIVER_ASTERISK, **said, CONF_HOST: host}


def _unique_id(data: Mapping[str, Any]) -> str:
    return f"{data[CONF_HOST].casefold()}:{data[CONF_PORT]}"
