"""Taking people in from Microsoft: names, addresses, and extensions from numbers."""

import re
from typing import Final

from homeassistant.const import CONF_NAME
from homeassistant.core import callback
from homeassistant.exceptions import HomeAssistantError

from ..const import (
    CONF_EXPECTED_ACCOUNT,
    CONF_EXTENSION,
    CONF_USER_ID,
    DOMAIN,
)
from ..coordinator import OfficeCoordinator
from ..groupware.microsoft.directory import Directory, User
from ..groupware.source import SourceError
from ..microsoft.sign_in import code_of, reason_in_words, reason_of
from .microsoft_office import async_directory, is_extension_of, matches
from .people_changes import people_in
from .people_import import Candidate, async_from_phone_system

SEPARATED: Final = re.compile(r"(?:-|/|\bx|\bext\.?\s*)(\d{2,5})\s*$", re.IGNORECASE)
"""A number's end that is an extension: +49 30 1234-21, (030) 1234/21, 5551234 x21."""


async def async_from_microsoft(
    coordinator: OfficeCoordinator,
) -> tuple[Candidate, ...]:
    """Read who there is at Microsoft; who has no number lacks an extension.

    Raises:
        HomeAssistantError: it cannot be read; says why.
    """
    try:
        directory = await async_directory(coordinator.hass, coordinator.entry)
    except SourceError as error:
        raise HomeAssistantError(
            translation_domain=DOMAIN,
            translation_key="microsoft_directory",
            translation_placeholders={
                "reason": reason_in_words(
                    coordinator.hass,
                    reason_of(error),
                    getattr(error, "permission", ""),
                    code_of(error),
                )
            },
        ) from error
    try:
        lines = await async_from_phone_system(coordinator)
    except HomeAssistantError:
        # Only to recognise extensions: without it their separator has to do.
        lines = ()
    known = {str(one.values[CONF_EXTENSION]) for one in lines}
    return candidates_of(coordinator, directory, known)


@callback
def candidates_of(
    coordinator: OfficeCoordinator, directory: Directory, extensions: set[str]
) -> tuple[Candidate, ...]:
    """Return everybody in the directory; ``extensions``: those of the phone system.

    Whoever is recognised as somebody here keeps their extension.
    """
    people = people_in(coordinator)
    here = {
        one.user.id: people[one.person_id].data
        for one in matches(coordinator.entry, directory)
        if one.user is not None
    }
    own = {str(person.data[CONF_EXTENSION]) for person in people.values()}
    found = []
    for user in directory.users:
        values = {CONF_NAME: user.name}
        if (data := here.get(user.id)) is not None:
            values = {CONF_NAME: data[CONF_NAME], CONF_EXTENSION: data[CONF_EXTENSION]}
        elif extension := _extension(user, extensions | own):
            values[CONF_EXTENSION] = extension
        found.append(
            Candidate(
                values,
                microsoft={
                    CONF_USER_ID: user.id,
                    CONF_EXPECTED_ACCOUNT: user.sign_in_name,
                },
            )
        )
    return tuple(found)


def _extension(user: User, known: set[str]) -> str | None:
    for number in user.numbers:
        for extension in known:
            if is_extension_of(extension, number):
                return extension
    for number in user.numbers:
        if separated := SEPARATED.search(number):
            return separated[1]
    return None
