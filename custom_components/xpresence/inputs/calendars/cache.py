"""What counts of a calendar, worked out once for all who follow it alike.

A calendar that a whole office follows is read once, and mostly by the same rules.
"""

from collections.abc import Hashable, Mapping
from weakref import WeakValueDictionary

from homeassistant.core import HomeAssistant
from homeassistant.util.hass_dict import HassKey

from ...presence.calendar.appointments import (
    Appointment,
    CalendarRules,
    Counted,
    counted,
    names_for,
    zone_of,
)
from ...presence.model import Person, Profile

type Known = WeakValueDictionary[Hashable, Counted]

KNOWN: HassKey[Known] = HassKey("xpresence_counted")
"""What somebody still uses, by what it was worked out from."""


class AppointmentCache:
    """One person's names and zone, by which their calendars are understood."""

    def __init__(
        self, hass: HomeAssistant, profiles: Mapping[str, Profile], person: Person
    ) -> None:
        """Take the names that the person may mean."""
        self._known = hass.data.setdefault(KNOWN, WeakValueDictionary())
        self._names = names_for(profiles, person)
        self._zone = zone_of(person)
        self._as_key = frozenset(self._names.items()), person.time_zone

    def count(
        self, appointments: tuple[Appointment, ...], rules: CalendarRules
    ) -> Counted:
        """Return what counts, worked out before if it can be."""
        # The value keeps the appointments, so no others can have their identity.
        key = id(appointments), _rules_as_key(rules), *self._as_key
        found = self._known.get(key)
        if found is None:
            found = counted(appointments, rules, self._names, self._zone)
            self._known[key] = found
        return found


def _rules_as_key(rules: CalendarRules) -> Hashable:
    return (
        rules.categories_only,
        rules.default_profile,
        frozenset(rules.show_as.items()),
        rules.invitations,
    )
