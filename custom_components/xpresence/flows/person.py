"""The settings of a person: extension, mailbox, default profile, devices."""

from typing import Any, Final

from homeassistant.config_entries import (
    SOURCE_RECONFIGURE,
    ConfigSubentryFlow,
    SubentryFlowResult,
)
from homeassistant.const import CONF_NAME
from homeassistant.helpers.selector import (
    EntitySelector,
    EntitySelectorConfig,
    TextSelector,
    TextSelectorConfig,
)
from homeassistant.util import slugify
import voluptuous as vol

from ..const import (
    CONF_DEFAULT_PROFILE,
    CONF_DEVICES,
    CONF_EXTENSION,
    CONF_NUMBER,
    CONF_PERSON,
    CONF_QUEUES,
    CONF_VOICEMAIL,
    SUBENTRY_PROFILE,
)
from ..default_profiles import first_profile_id
from ..drafts import (
    name_problem,
    number_problem,
    person_problems,
    person_unique_id,
    tidy,
)
from ..presence.numbers import parse
from .choices import profiles

DEVICE_SEPARATOR: Final = ":"


class PersonSubentryFlow(ConfigSubentryFlow):
    """Add or change a person."""

    async def async_step_user(
        self, user_input: dict[str, Any] | None = None
    ) -> SubentryFlowResult:
        """Ask for everything; all but name and extension has a default."""
        return await self._step("user", user_input)

    async def async_step_reconfigure(
        self, user_input: dict[str, Any] | None = None
    ) -> SubentryFlowResult:
        """Change a person."""
        return await self._step("reconfigure", user_input)

    async def _step(
        self, step: str, user_input: dict[str, Any] | None
    ) -> SubentryFlowResult:
        entry = self._get_entry()
        errors: dict[str, str] = {}
        if user_input is None:
            suggested = self._suggested()
        else:
            suggested = user_input
            data, errors = self._read(user_input)
            if not errors:
                return self._finish(data)
        schema = vol.Schema(
            {
                vol.Required(CONF_NAME): TextSelector(),
                vol.Required(CONF_EXTENSION): TextSelector(),
                vol.Required(CONF_DEFAULT_PROFILE): profiles(entry),
                vol.Optional(CONF_PERSON): EntitySelector(
                    EntitySelectorConfig(domain="person")
                ),
                vol.Optional(CONF_VOICEMAIL): TextSelector(),
                vol.Optional(CONF_DEVICES): TextSelector(
                    TextSelectorConfig(multiple=True)
                ),
                vol.Optional(CONF_QUEUES): TextSelector(
                    TextSelectorConfig(multiple=True)
                ),
            }
        )
        return self.async_show_form(
            step_id=step,
            data_schema=self.add_suggested_values_to_schema(schema, suggested),
            errors=errors,
        )

    def _read(
        self, user_input: dict[str, Any]
    ) -> tuple[dict[str, Any], dict[str, str]]:
        """Return the settings as they are stored, and what is wrong with them."""
        before: dict[str, Any] = {}
        known_as = None
        if self.source == SOURCE_RECONFIGURE:
            subentry = self._get_reconfigure_subentry()
            before, known_as = dict(subentry.data), subentry.subentry_id
        devices, problem = devices_from(user_input.get(CONF_DEVICES) or [])
        data = before | {
            CONF_NAME: user_input[CONF_NAME],
            CONF_EXTENSION: user_input[CONF_EXTENSION].strip(),
            CONF_DEFAULT_PROFILE: user_input[CONF_DEFAULT_PROFILE],
            CONF_PERSON: user_input.get(CONF_PERSON),
            CONF_VOICEMAIL: (user_input.get(CONF_VOICEMAIL) or "").strip(),
            CONF_DEVICES: devices,
            CONF_QUEUES: [queue.strip() for queue in user_input.get(CONF_QUEUES) or []],
        }
        errors = person_problems(self._get_entry(), data, known_as=known_as)
        if problem:
            errors[CONF_DEVICES] = problem
        return data | {CONF_NAME: tidy(data[CONF_NAME])}, errors

    def _suggested(self) -> dict[str, Any]:
        if self.source == SOURCE_RECONFIGURE:
            data = dict(self._get_reconfigure_subentry().data)
            data[CONF_DEVICES] = [
                f"{device[CONF_NAME]}{DEVICE_SEPARATOR} {device[CONF_NUMBER]}"
                for device in data.get(CONF_DEVICES, [])
            ]
            return data
        return {
            CONF_DEFAULT_PROFILE: first_profile_id(
                {
                    subentry.subentry_id: subentry.data
                    for subentry in self._get_entry().get_subentries_of_type(
                        SUBENTRY_PROFILE
                    )
                }
            )
        }

    def _finish(self, data: dict[str, Any]) -> SubentryFlowResult:
        unique_id = person_unique_id(data[CONF_EXTENSION])
        if self.source == SOURCE_RECONFIGURE:
            return self.async_update_and_abort(
                self._get_entry(),
                self._get_reconfigure_subentry(),
                data=data,
                title=data[CONF_NAME],
                unique_id=unique_id,
            )
        return self.async_create_entry(
            title=data[CONF_NAME], data=data, unique_id=unique_id
        )


def devices_from(lines: list[str]) -> tuple[list[dict[str, str]], str | None]:
    """Read "name: number" lines; return the devices, and the first problem."""
    devices: list[dict[str, str]] = []
    for line in lines:
        if not line.strip():
            continue
        name, separator, number = line.rpartition(DEVICE_SEPARATOR)
        if not separator:
            return [], "device_without_number"
        if problem := name_problem(name) or number_problem(number):
            return [], f"device_{problem}"
        device_id = slugify(name)
        if any(device["id"] == device_id for device in devices):
            return [], "device_twice"
        devices.append(
            {"id": device_id, CONF_NAME: tidy(name), CONF_NUMBER: parse(number)}
        )
    return devices, None
