"""Adding a phone system, renewing its login, changing its connection.

Each row of the registry is one step, named by its key; it serves for adding and for
changing.
"""

from collections.abc import Awaitable, Callable, Collection, Mapping
from typing import Any, Final, override

from homeassistant.config_entries import (
    SOURCE_RECONFIGURE,
    SOURCE_USER,
    ConfigEntry,
    ConfigEntryState,
    ConfigFlowResult,
    ConfigSubentryFlow,
    FlowType,
    OptionsFlow,
    SubentryFlowContext,
)
from homeassistant.const import CONF_HOST, CONF_NAME, CONF_USERNAME
from homeassistant.core import callback
from homeassistant.helpers.selector import TextSelector
from homeassistant.helpers.service_info.ssdp import SsdpServiceInfo
from homeassistant.helpers.service_info.zeroconf import ZeroconfServiceInfo
from homeassistant.util.network import is_ip_address
import voluptuous as vol

from .const import CONF_DRIVER, DOMAIN, SUBENTRY_PERSON, SUBENTRY_PROFILE
from .engine.connection import connection_of
from .flows.connection import (
    NO_BLANKS,
    connection_data,
    connection_schema,
    field_problems,
    said,
    suggested,
    try_connection,
)
from .flows.office import OfficeOptionsFlow
from .flows.person import PersonSubentryFlow
from .flows.person.found import OFFER
from .flows.person.microsoft import BrowserAnswer
from .flows.phone_answer import PhoneAnswer
from .flows.profile import ProfileSubentryFlow
from .flows.trial import TRIAL_SCHEMA, try_redirect
from .languages import texts_in
from .microsoft.browser import ANSWER_TO
from .operations.phone_sign_in import PHONE_ANSWER
from .presence.redirect.parts import EVERYTHING
from .settings.default_profiles import default_profiles
from .settings.migrations import MINOR_VERSION, VERSION
from .settings.names import name_problem, tidy
from .telephony.description import Discovered, PhoneSystemType
from .telephony.fields import secrets, with_kept_secrets
from .telephony.registry import PHONE_SYSTEMS, described

SAVE: Final = "save"
TRY: Final = "trial"
USUAL_NAMES: Final = {
    "en": "Phone system",
    "de": "Telefonanlage",
    "fr": "Système téléphonique",
}
"""What a phone system is called that would else be called by its address."""


class XPresenceConfigFlow(BrowserAnswer, PhoneAnswer, domain=DOMAIN):
    """One config entry is one phone system."""

    VERSION = VERSION
    MINOR_VERSION = MINOR_VERSION

    def __init__(self) -> None:
        """Start with nothing said and nothing found."""
        super().__init__()
        self._found: dict[str, Any] = {}
        self._ready: tuple[PhoneSystemType, str, dict[str, Any]] | None = None
        """What would be saved: the row, the title, the data."""
        self._outcome = ""
        self._redirect = EVERYTHING

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
        if user_input and PHONE_ANSWER in user_input:
            return await self.async_wait_for_phone(user_input[PHONE_ANSWER])
        return self.async_show_menu(step_id="user", menu_options=list(PHONE_SYSTEMS))

    # Found in the network

    @override
    async def async_step_ssdp(
        self, discovery_info: SsdpServiceInfo
    ) -> ConfigFlowResult:
        """Offer a phone system that announced itself by SSDP."""
        return await self._discovered(
            Discovered(
                "ssdp",
                discovery_info.ssdp_location or "",
                {**discovery_info.ssdp_headers, **discovery_info.upnp},
            )
        )

    @override
    async def async_step_zeroconf(
        self, discovery_info: ZeroconfServiceInfo
    ) -> ConfigFlowResult:
        """Offer a phone system that announced itself by zeroconf."""
        return await self._discovered(
            Discovered("zeroconf", discovery_info.host, discovery_info.properties)
        )

    async def _discovered(self, device: Discovered) -> ConfigFlowResult:
        for row in PHONE_SYSTEMS.values():
            if (found := row.discovered(device)) is None:
                continue
            if unique_id := found.pop("unique_id", None):
                await self.async_set_unique_id(unique_id)
                # Known already; perhaps by another address.
                self._abort_if_unique_id_configured(found)
            host = found.get(CONF_HOST)
            self._async_abort_entries_match({CONF_DRIVER: row.key, CONF_HOST: host})
            self._found = found
            self.context["title_placeholders"] = {"name": host or row.name}
            return await self.async_connection(row, None)
        return self.async_abort(reason="not_supported")

    # The connection

    async def async_connection(
        self, row: PhoneSystemType, user_input: dict[str, Any] | None
    ) -> ConfigFlowResult:
        """Ask for a connection and try it, for a new phone system or for one there is.

        A secret that is left out is kept.
        """
        stored: dict[str, Any] = {}
        if self.source == SOURCE_RECONFIGURE:
            stored = dict(self._get_reconfigure_entry().data)
        errors: dict[str, str] = {}
        placeholders: dict[str, str] = {}
        if user_input is not None:
            settings = with_kept_secrets(
                row.fields, said(row.fields, user_input), stored
            )
            name = self._name(row, user_input)
            called = user_input.get(CONF_NAME) or ""
            if problem := self._name_problem(row, name, called):
                errors[CONF_NAME] = problem
            errors |= await field_problems(self.hass, row, settings)
            if not errors:
                unique_id = self._unique_id(row, settings, name)
                if self._is_taken(unique_id):
                    return self.async_abort(reason="already_configured")
                data = connection_data(row, settings)
                tried = await try_connection(self.hass, data)
                errors, placeholders = tried.errors, tried.placeholders
                if not errors:
                    unique_id = unique_id or tried.identity.unique_id
                    if self._is_taken(unique_id):
                        return self.async_abort(reason="already_configured")
                    if self.source != SOURCE_RECONFIGURE:
                        # A flow that was left open elsewhere does not block a new one.
                        await self.async_set_unique_id(
                            unique_id, raise_on_progress=False
                        )
                    data |= tried.identity.settings
                    self._redirect = tried.redirect
                    title = name or called or self._title(row, settings)
                    title = title or tried.identity.title or self._usual_name
                    self._ready = (row, title, data)
                    if row.tries_redirect(settings):
                        return await self.async_step_before_saving()
                    return await self.async_step_save()
        return self.async_show_form(
            step_id=row.key,
            data_schema=self.add_suggested_values_to_schema(
                self._schema(row, stored),
                user_input or self._suggested(row, stored),
            ),
            errors=errors,
            description_placeholders=NO_BLANKS | self._webhook() | placeholders,
        )

    def _webhook(self) -> dict[str, str]:
        """Return the address to be entered in a phone system that is set up."""
        if self.source != SOURCE_RECONFIGURE:
            return {}
        entry = self._get_reconfigure_entry()
        if entry.state is not ConfigEntryState.LOADED:
            return {}
        url = entry.runtime_data.system.webhook_url
        return {"webhook": url} if url else {}

    def _schema(self, row: PhoneSystemType, stored: Mapping[str, Any]) -> vol.Schema:
        schema = connection_schema(self.hass, row.fields, stored)
        if self.source != SOURCE_RECONFIGURE:
            name = vol.Schema({vol.Optional(CONF_NAME): TextSelector()})
            return name.extend(schema.schema)
        return schema

    def _suggested(
        self, row: PhoneSystemType, stored: Mapping[str, Any]
    ) -> dict[str, Any]:
        """Return what a form shows first: what is stored, found, or usual."""
        values = {**self._of_core(row), **self._found, **stored}
        shown = suggested(row.fields, values)
        if self.source != SOURCE_RECONFIGURE:
            if row.default_names:
                shown[CONF_NAME] = self._default_name(row)
            elif row.core_domain is None:
                # Other devices say what they are called.
                shown[CONF_NAME] = self._usual_name
        return shown

    def _of_core(self, row: PhoneSystemType) -> dict[str, Any]:
        """Return where Home Assistant's own integration finds this device."""
        if row.core_domain is None:
            return {}
        for entry in self.hass.config_entries.async_entries(row.core_domain):
            return {
                key: entry.data[key]
                for key in (CONF_HOST, CONF_USERNAME)
                if key in entry.data
            }
        return {}

    def _default_name(self, row: PhoneSystemType) -> str:
        language = self._language.partition("-")[0]
        return row.default_names.get(language) or row.default_names["en"]

    @property
    def _usual_name(self) -> str:
        language = self._language.partition("-")[0]
        return USUAL_NAMES.get(language) or USUAL_NAMES["en"]

    @staticmethod
    def _title(row: PhoneSystemType, settings: Mapping[str, Any]) -> str | None:
        """Return the row's own title, unless it is a mere address."""
        title = row.title(settings)
        return None if title is None or is_ip_address(title) else title

    def _name(self, row: PhoneSystemType, user_input: Mapping[str, Any]) -> str | None:
        """Return the name that tells it from another one, where one is asked for."""
        if not row.default_names or self.source == SOURCE_RECONFIGURE:
            return None
        typed: str = user_input.get(CONF_NAME) or self._default_name(row)
        return typed

    def _name_problem(
        self, row: PhoneSystemType, name: str | None, called: str
    ) -> str | None:
        if name is None:
            return name_problem(called) if called else None
        if problem := name_problem(name):
            return problem
        return "name_taken" if self._is_taken(_named_id(row, name)) else None

    def _unique_id(
        self, row: PhoneSystemType, settings: Mapping[str, Any], name: str | None
    ) -> str | None:
        return row.unique_id(settings) if name is None else _named_id(row, name)

    def _is_taken(self, unique_id: str | None) -> bool:
        """Tell whether another entry is this phone system."""
        own = None
        if self.source == SOURCE_RECONFIGURE:
            own = self._get_reconfigure_entry().entry_id
        return unique_id is not None and any(
            other.unique_id == unique_id and other.entry_id != own
            for other in self._async_current_entries()
        )

    # Trying a redirect

    async def async_step_before_saving(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Offer to try a redirect before anything is saved."""
        return self.async_show_menu(
            step_id="before_saving",
            menu_options=[TRY, SAVE],
            description_placeholders={"outcome": self._outcome},
        )

    async def async_step_trial(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Set a redirect and end it again, and say what came of it."""
        if self._ready is None:
            return self.async_abort(reason="nothing_to_save")
        errors: dict[str, str] = {}
        placeholders: dict[str, str] = {}
        if user_input is not None:
            _, _, data = self._ready
            trial = await try_redirect(
                self.hass, data, user_input, texts_in(self._language)
            )
            errors, placeholders = trial.errors, trial.placeholders
            if not errors:
                self._outcome = trial.outcome
                return await self.async_step_before_saving()
        return self.async_show_form(
            step_id=TRY,
            data_schema=self.add_suggested_values_to_schema(TRIAL_SCHEMA, user_input),
            errors=errors,
            description_placeholders=NO_BLANKS | placeholders,
        )

    async def async_step_save(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Save what was entered and tried."""
        if self._ready is None:
            return self.async_abort(reason="nothing_to_save")
        row, title, data = self._ready
        if self.source == SOURCE_RECONFIGURE:
            entry = self._get_reconfigure_entry()
            unique_id = row.unique_id(data) or entry.unique_id
            asked = {field.key for field in row.fields}
            return self._update(entry, data, unique_id=unique_id, asked=asked)
        return self.async_create_entry(
            title=tidy(title),
            data=data,
            subentries=default_profiles(self._language, self._redirect),
        )

    @override
    async def async_on_create_entry(self, result: ConfigFlowResult) -> ConfigFlowResult:
        """Go straight on to the people: those of the phone system, or a first one."""
        person = await self.hass.config_entries.subentries.async_init(
            (result["result"].entry_id, SUBENTRY_PERSON),
            context=SubentryFlowContext(source=SOURCE_USER),
            data={OFFER: True},
        )
        result["next_flow"] = (FlowType.CONFIG_SUBENTRIES_FLOW, person["flow_id"])
        return result

    # Renewing a login, changing a connection

    async def async_step_reauth(
        self, entry_data: Mapping[str, Any]
    ) -> ConfigFlowResult:
        """Begin to renew a login that is refused."""
        return await self.async_step_reauth_confirm()

    async def async_step_reauth_confirm(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Ask for the secrets alone; the rest is kept."""
        entry = self._get_reauth_entry()
        row = described(entry.data[CONF_DRIVER])
        fields = [one for one in row.fields if one.key in secrets(row.fields)]
        errors: dict[str, str] = {}
        placeholders: dict[str, str] = {}
        if user_input is not None:
            renewed = said(fields, user_input)
            settings = {
                key: value for key, value in entry.data.items() if key != CONF_DRIVER
            } | renewed
            if not (errors := await field_problems(self.hass, row, settings)):
                tried = await try_connection(self.hass, connection_data(row, settings))
                errors, placeholders = tried.errors, tried.placeholders
            if not errors:
                return self._update(entry, renewed)
        return self.async_show_form(
            step_id="reauth_confirm",
            data_schema=connection_schema(self.hass, fields),
            errors=errors,
            description_placeholders=NO_BLANKS | {"title": entry.title} | placeholders,
        )

    async def async_step_reconfigure(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Change the connection; a secret that is left out is kept."""
        row = described(self._get_reconfigure_entry().data[CONF_DRIVER])
        return await self.async_connection(row, None)

    def _update(
        self,
        entry: ConfigEntry,
        data: dict[str, Any],
        *,
        unique_id: str | None = None,
        asked: Collection[str] = (),
    ) -> ConfigFlowResult:
        """Store the new connection; a loaded entry reloads by its own listener.

        ``asked``: the fields of the page; one that was left empty is none any more.
        Whatever no page asks for stays, as a later version's fields do.
        """
        kept = {key: value for key, value in entry.data.items() if key not in asked}
        update: dict[str, Any] = {
            "data": kept | data,
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


def _named_id(row: PhoneSystemType, name: str) -> str:
    return f"{row.key}_{tidy(name).casefold()}"


type Step = Callable[
    [XPresenceConfigFlow, dict[str, Any] | None], Awaitable[ConfigFlowResult]
]


def _step(row: PhoneSystemType) -> Step:
    async def step(
        flow: XPresenceConfigFlow, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        return await flow.async_connection(row, user_input)

    return step


for _row in PHONE_SYSTEMS.values():
    setattr(XPresenceConfigFlow, f"async_step_{_row.key}", _step(_row))
