"""Profiles that are proposed for an occasion, where nobody chose one."""

from typing import Any, Final

from homeassistant.config_entries import ConfigEntry
from homeassistant.const import CONF_NAME

from ..const import CONF_OWNER, CONF_STATUS, SUBENTRY_PROFILE
from ..languages import LANGUAGES, texts_in
from ..presence.line import Status
from .person_fields import is_offered

TEAMS: Final = "teams"
"""The key of the profile for calls in Teams, among those that an office starts with."""


def busy_profile(entry: ConfigEntry[Any], person_id: str | None) -> str | None:
    """Return the first profile that says busy, which a meeting mostly is."""
    for subentry in entry.get_subentries_of_type(SUBENTRY_PROFILE):
        if subentry.data[CONF_STATUS] == Status.BUSY and is_offered(
            subentry.data, person_id
        ):
            return subentry.subentry_id
    return None


def teams_profile(entry: ConfigEntry[Any], person_id: str | None) -> str | None:
    """Return the office's profile for calls in Teams, known by its first name."""
    names = {
        texts_in(language)["default_profiles"][TEAMS].casefold()
        for language in LANGUAGES
    }
    return next(
        (
            profile.subentry_id
            for profile in entry.get_subentries_of_type(SUBENTRY_PROFILE)
            if profile.data[CONF_NAME].casefold() in names
            and profile.data.get(CONF_OWNER) is None
            and is_offered(profile.data, person_id)
        ),
        None,
    )
