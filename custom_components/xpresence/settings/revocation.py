"""Dropping what people chose under a permission that is taken back.

Once an administrator forbids something and later allows it again, the administrator's
value holds until the person chooses anew. So a ban drops the values that were chosen
under it when it is saved, and nothing is left that could come back.
"""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from homeassistant.config_entries import ConfigEntry, ConfigEntryState
from homeassistant.core import HomeAssistant, callback

from ..const import (
    CONF_ADJUSTED,
    CONF_NARROWED,
    CONF_OWN_INFO_TIER,
    CONF_OWN_TIER,
    CONF_OWNER,
    CONF_REVOKED,
    CONF_SHARING,
    SUBENTRY_PERSON,
    SUBENTRY_PROFILE,
)
from .permissions import granted_by_office, granted_by_profile, names_from, policy_from

type Stored = Mapping[str, Any]
type Grants = Mapping[str | None, frozenset[str]]
"""Permissions that the office (``None``) and each of its profiles (by id) grant."""
type IsDropped = Callable[[Stored, str | None], bool]
"""Predicate: whether an override is to be dropped; of a profile (by id) or of none."""


def grants_of(entry: ConfigEntry[Any], options: Stored | None = None) -> Grants:
    """Return what an office grants its people.

    ``options``: those that are about to be saved; without, the stored ones.
    """
    policy = policy_from(entry.options if options is None else options)
    return {
        None: granted_by_office(policy),
        **{
            profile.subentry_id: granted_by_profile(profile.data)
            for profile in entry.get_subentries_of_type(SUBENTRY_PROFILE)
        },
    }


@callback
def drop_revoked(
    hass: HomeAssistant, entry: ConfigEntry[Any], before: Grants, after: Grants
) -> None:
    """Drop the overrides that people chose under permissions no longer granted."""
    taken = {key: names - after.get(key, names) for key, names in before.items()}
    if not any(taken.values()):
        return

    def is_dropped(stored: Stored, profile_id: str | None) -> bool:
        names = names_from(stored)
        return bool(names & (taken[None] | taken.get(profile_id, frozenset())))

    for subentry_id, data in tuple(stored_without(entry, is_dropped)):
        hass.config_entries.async_update_subentry(
            entry, entry.subentries[subentry_id], data=data
        )


@callback
def drop_before_saving(
    hass: HomeAssistant, entry: ConfigEntry[Any], after: Grants
) -> None:
    """Drop what a change of options or profiles revokes, in an office that is not set up.

    One that is does it when it reads the change (:class:`~..coordinator`), and tells
    the administrator whose values they were.
    """
    if entry.state is not ConfigEntryState.LOADED:
        drop_revoked(hass, entry, grants_of(entry), after)


def stored_without(
    entry: ConfigEntry[Any], is_dropped: IsDropped
) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield the subentries in which something is dropped: id, and the new data.

    An own profile is kept, and not offered until its person saves it again.
    """
    for person in entry.get_subentries_of_type(SUBENTRY_PERSON):
        data = person_without(person.data, is_dropped)
        if data != person.data:
            yield person.subentry_id, data
    for profile in entry.get_subentries_of_type(SUBENTRY_PROFILE):
        if profile.data.get(CONF_OWNER) and is_dropped(profile.data, None):
            yield profile.subentry_id, {**profile.data, CONF_REVOKED: True}


def person_without(person: Stored, is_dropped: IsDropped) -> dict[str, Any]:
    """Return a person's data without the overrides that are dropped."""
    data = dict(person)
    if CONF_SHARING in data:
        overrides = (CONF_NARROWED, CONF_OWN_TIER, CONF_OWN_INFO_TIER)
        data[CONF_SHARING] = {
            key: value
            for key, value in data[CONF_SHARING].items()
            if key not in overrides or not is_dropped(value, None)
        }
    if CONF_ADJUSTED in data:
        adjusted = {
            profile_id: {
                field: stored
                for field, stored in fields.items()
                if not is_dropped(stored, profile_id)
            }
            for profile_id, fields in data[CONF_ADJUSTED].items()
        }
        data[CONF_ADJUSTED] = {key: kept for key, kept in adjusted.items() if kept}
    return data
