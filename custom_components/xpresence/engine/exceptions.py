"""Translated errors for when the phone system does not follow."""

from homeassistant.exceptions import HomeAssistantError, ServiceValidationError

from ..const import DOMAIN
from ..presence.model import Office
from ..presence.redirect.targets import Refusal
from ..telephony.driver import PhoneSystemError


def not_set_error(error: PhoneSystemError) -> HomeAssistantError:
    """Return the translated error; the profile was kept in every case."""
    return HomeAssistantError(
        translation_domain=DOMAIN,
        translation_key=f"redirect_{error.key}",
        translation_placeholders=error.placeholders,
    )


def raise_refusals(office: Office, refusals: tuple[Refusal, ...]) -> None:
    """Raise for the first refused target, naming the people on the way.

    Raises:
        ServiceValidationError: there was one; the profile was kept.
    """
    for refusal in refusals:
        names = [
            office.people[person_id].name
            for person_id in refusal.people
            if person_id in office.people
        ]
        raise ServiceValidationError(
            translation_domain=DOMAIN,
            translation_key=f"refused_{refusal.reason.value}",
            translation_placeholders={"people": " → ".join(names)},
        )
