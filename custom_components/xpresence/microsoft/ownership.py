"""Whether the account that somebody signed in at Microsoft is the person's own.

A code can be entered by anybody, on any page: who began a sign-in learns here whose
account came of it, before anything is read or written with it.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from homeassistant.config_entries import ConfigEntry
from homeassistant.core import HomeAssistant, callback

from ..const import (
    CONF_ACCOUNT_ID,
    CONF_CALENDARS,
    CONF_MICROSOFT,
    CONF_PERSON,
    CONF_SETTINGS,
    DOMAIN,
    SUBENTRY_PERSON,
)
from ..groupware.microsoft.account import Identity

UNEXPECTED: Final = "account_unexpected"
"""Another account than the one that an administrator entered for the person."""
ADDRESSES: Final = ("address", "mailbox")
"""Where a calendar's settings hold the person's own mail address."""
OF_ANOTHER: Final = "account_of_another"
"""The account is connected for another person."""


@dataclass(frozen=True, slots=True)
class Ownership:
    """Whose account was signed in.

    ``doubt``: why only an administrator may connect it, as a translation key;
    ``None``: whoever may connect accounts may. ``expected``: the sign-in name that an
    administrator entered for the person; otherwise a mail address from their calendars,
    or nothing. ``fits``: whether it is that one; ``None``: none is known. ``known``:
    this very account was confirmed for the person before.
    """

    name: str
    expected: str
    fits: bool | None
    doubt: str | None
    known: bool


@callback
def ownership_of(
    hass: HomeAssistant,
    entry: ConfigEntry[Any],
    person_id: str,
    identity: Identity,
    entered: str = "",
) -> Ownership:
    """Compare who signed in with what is known about the person, and about others.

    ``entered``: the sign-in name that an administrator expects.
    """
    person = entry.subentries[person_id].data
    stored: Mapping[str, Any] = person.get(CONF_MICROSOFT, {})
    addresses = [entered.strip()] if entered.strip() else _addresses(person)
    name = identity.name.casefold()
    fits = name in map(str.casefold, addresses) if addresses else None
    doubt = None
    if entered.strip() and not fits:
        doubt = UNEXPECTED
    elif _is_of_another(hass, person_id, person, identity):
        doubt = OF_ANOTHER
    known = stored.get(CONF_ACCOUNT_ID) == identity.account_id and doubt is None
    expected = addresses[0] if addresses else ""
    return Ownership(identity.name, expected, fits, doubt, known)


def _addresses(person: Mapping[str, Any]) -> list[str]:
    """Return the mail addresses that a person's calendars are read with."""
    settings = (one.get(CONF_SETTINGS, {}) for one in person.get(CONF_CALENDARS, ()))
    found = (str(one.get(key) or "") for one in settings for key in ADDRESSES)
    return [address.strip() for address in found if address.strip()]


def _is_of_another(
    hass: HomeAssistant, person_id: str, person: Mapping[str, Any], identity: Identity
) -> bool:
    """Return whether somebody else has the account; one may be in several offices."""
    home = person.get(CONF_PERSON)
    return any(
        other.data.get(CONF_MICROSOFT, {}).get(CONF_ACCOUNT_ID) == identity.account_id
        for entry in hass.config_entries.async_entries(DOMAIN)
        for other in entry.get_subentries_of_type(SUBENTRY_PERSON)
        if other.subentry_id != person_id
        and (home is None or other.data.get(CONF_PERSON) != home)
    )
