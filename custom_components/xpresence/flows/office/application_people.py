"""The page that says who everybody is at Microsoft, for the office's application."""

from collections.abc import Mapping
import re
from typing import Any, Final

from homeassistant.config_entries import ConfigFlowResult, OptionsFlow
from homeassistant.const import CONF_NAME
from homeassistant.helpers.selector import BooleanSelector, TextSelector
import voluptuous as vol

from ...const import CONF_EXTENSION, CONF_USE_CALENDAR
from ...groupware.microsoft.directory import Directory, User
from ...groupware.source import SourceError
from ...microsoft.sign_in import code_of, reason_in_words, reason_of
from ...operations.microsoft_office import (
    Match,
    async_assign,
    async_directory,
    matches,
)
from ...presence.texts.markdown import escaped

CONF_ALIGN: Final = "align_teams"
A_PAGE: Final = 50
"""People on one page."""
USER_ID: Final = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)


class ApplicationPeoplePage(OptionsFlow):
    """Asks for everybody's address at Microsoft, page by page; stores them at once."""

    _directory: Directory = Directory(())
    _matches: tuple[Match, ...] = ()
    _said: dict[str, User | None]

    async def async_step_application_people(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Ask who everybody is at Microsoft, proposed as far as that was found."""
        errors: dict[str, str] = {}
        refused: SourceError | None = None
        if user_input is None:
            self._said = {}
            try:
                self._directory = await async_directory(self.hass, self.config_entry)
            except SourceError as error:
                refused = error
                errors["base"] = "application_refused"
                self._directory = Directory(())
            self._matches = matches(self.config_entry, self._directory)
        page = self._matches[len(self._said) : len(self._said) + A_PAGE]
        if user_input is not None:
            users = {one.person_id: self._user(one, user_input, errors) for one in page}
            if not errors:
                self._said |= users
                page = self._matches[len(self._said) : len(self._said) + A_PAGE]
                if not page:
                    return await self._assign(user_input)
                user_input = None
        return self._people_form(page, user_input, errors, refused)

    def _people_form(
        self,
        page: tuple[Match, ...],
        user_input: dict[str, Any] | None,
        errors: dict[str, str],
        refused: SourceError | None = None,
    ) -> ConfigFlowResult:
        by_name = [one.name for one in page if one.by == "name"]
        found = sum(one.user is not None for one in self._matches)
        return self.async_show_form(
            step_id="application_people",
            data_schema=self.add_suggested_values_to_schema(
                vol.Schema(
                    {
                        **{
                            vol.Optional(self._label(one)): TextSelector()
                            for one in page
                        },
                        vol.Required(
                            CONF_USE_CALENDAR, default=True
                        ): BooleanSelector(),
                        vol.Required(CONF_ALIGN, default=True): BooleanSelector(),
                    }
                ),
                user_input
                or {
                    self._label(one): one.user.address or one.user.id
                    for one in page
                    if one.user is not None
                },
            ),
            errors=errors,
            description_placeholders={
                "found": str(found),
                "people": str(len(self._matches)),
                "by_name": escaped(", ".join(by_name)) or "–",
                "reason": self.refusal_in_words(refused),
            },
        )

    def _label(self, match: Match) -> str:
        person = self.config_entry.subentries[match.person_id].data
        return f"{person[CONF_NAME]} ({person[CONF_EXTENSION]})"

    def _user(
        self, match: Match, said: Mapping[str, Any], errors: dict[str, str]
    ) -> User | None:
        typed = str(said.get(self._label(match)) or "").strip()
        if not typed:
            return None
        if match.user is not None and typed in (match.user.address, match.user.id):
            return match.user
        users = self._directory.users
        if USER_ID.fullmatch(typed):
            known = next((one for one in users if one.id == typed.lower()), None)
            return known or User(typed.lower(), match.name, ())
        if (user := self._directory.by_address().get(typed.casefold())) is None:
            errors[self._label(match)] = "microsoft_address_unknown"
        return user

    async def _assign(self, said: Mapping[str, Any]) -> ConfigFlowResult:
        ids = [user.id for user in self._said.values() if user is not None]
        if len(set(ids)) < len(ids):
            page = self._matches[:A_PAGE]
            self._said = {}
            return self._people_form(page, dict(said), {"base": "microsoft_user_twice"})
        user = await self.hass.auth.async_get_user(str(self.context.get("user_id")))
        await async_assign(
            self.config_entry.runtime_data,
            self._said,
            user.name if user and user.name else "",
            calendar=said[CONF_USE_CALENDAR],
            teams=said[CONF_ALIGN],
        )
        return self.async_create_entry(data=dict(self.config_entry.options))

    def refusal_in_words(self, refused: SourceError | None) -> str:
        """Return why Microsoft refused, as a sentence; empty: it did not."""
        if refused is None:
            return ""
        return reason_in_words(self.hass, reason_of(refused), code=code_of(refused))
