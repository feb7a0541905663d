"""The profiles that a person may choose from."""

from homeassistant.exceptions import ServiceValidationError

from ..const import DOMAIN
from ..engine.person import PersonState
from ..presence.model import Office, Profile


def offered(office: Office, person_id: str) -> list[Profile]:
    """Return the enabled profiles of the office and of the person."""
    return [
        profile
        for profile in office.profiles.values()
        if profile.enabled and profile.owner in (None, person_id)
    ]


def names_offered(office: Office, state: PersonState) -> list[str]:
    """Return the names of the available profiles and of the active one."""
    names = [profile.name for profile in offered(office, state.person.id)]
    current = state.decision.profile.name
    return names if current in names else [*names, current]


def profile_named(office: Office, state: PersonState, name: str) -> Profile:
    """Return an offered profile by its name, whatever its case.

    Raises:
        ServiceValidationError: none is called so. The message names all there are, and not
            what was said: errors are logged.
    """
    choices = offered(office, state.person.id)
    for profile in choices:
        if profile.name.casefold() == name.strip().casefold():
            return profile
    raise ServiceValidationError(
        translation_domain=DOMAIN,
        translation_key="unknown_profile",
        translation_placeholders={
            "person": state.person.name,
            "offered": ", ".join(profile.name for profile in choices),
        },
    )
