"""The people around an office, as Home Assistant's own users and persons."""

from collections.abc import Sequence
from dataclasses import dataclass

from homeassistant.auth.models import User
from homeassistant.config_entries import ConfigSubentryData
from homeassistant.core import Context, HomeAssistant
from pytest_homeassistant_custom_component.common import MockConfigEntry

from tests.conftest import set_up
from tests.office import ANNA, BOB, OFFICE, person

ADMINS, USERS, READERS = "system-admin", "system-users", "system-read-only"


@dataclass(frozen=True, slots=True)
class Team:
    """An office and whoever may knock at its doors.

    Anna is the person that everything is tried on. Dora acts for her, Rita reads her
    subjects, Bob is a colleague of hers with an extension, Rosa may only look (a
    group of Home Assistant's own), Sven is in no
    group and sees nothing.
    """

    entry: MockConfigEntry
    users: dict[str, User]

    def context(self, name: str) -> Context:
        """Return the context of something that this user does."""
        return Context(user_id=self.users[name].id)


async def set_up_team(
    hass: HomeAssistant,
    *,
    sharing: dict[str, object] | None = None,
    anna: dict[str, object] | None = None,
    bob: dict[str, object] | None = None,
    more_profiles: Sequence[ConfigSubentryData] = (),
    **more: object,
) -> Team:
    """Set up the office with its users; Anna's and Bob's telephones are 100 and 101.

    ``anna`` and ``bob`` are further settings of theirs.
    """
    users = {}
    for name, group in (
        ("admin", ADMINS),
        ("anna", USERS),
        ("dora", USERS),
        ("rita", USERS),
        ("bob", USERS),
        ("rosa", READERS),
        ("sven", USERS),
    ):
        user = await hass.auth.async_create_user(name.title(), group_ids=[group])
        users[name] = user
        hass.states.async_set(
            f"person.{name}", "home", {"user_id": user.id, "friendly_name": user.name}
        )
    shared = {"acting": ["person.dora"], "subjects": ["person.rita"]} | (sharing or {})
    people = [
        person(
            ANNA, "Anna", "100", person="person.anna", sharing=shared, **(anna or {})
        ),
        person(BOB, "Bob", "101", person="person.bob", **(bob or {})),
    ]
    subentries = more.pop("subentries_data", [*OFFICE[:-2], *more_profiles, *people])
    entry = await set_up(hass, subentries_data=subentries, **more)
    # In no group at all: Home Assistant shows them nothing.
    users["sven"].groups.clear()
    users["sven"].invalidate_cache()
    return Team(entry, users)
