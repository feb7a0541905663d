"""What an input gets of its person, and where it tells what it learned."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from homeassistant.config_entries import ConfigEntry
from homeassistant.core import CALLBACK_TYPE, Context, HomeAssistant, callback

from ..presence.model import Facts, Office, Person
from .person import PersonState
from .store import OfficeStore


@dataclass(frozen=True, slots=True)
class InputContext:
    """One person as an input sees them.

    Everything is read through it anew, for the office may change; an input is made
    anew when the person's own settings change.
    """

    hass: HomeAssistant
    entry: ConfigEntry[Any]
    store: OfficeStore
    person_id: str
    get_office: Callable[[], Office]
    get_state: Callable[[], PersonState]
    take: Callable[[Callable[[Facts], Facts], Context | None], None]
    follow: Callable[[CALLBACK_TYPE], CALLBACK_TYPE]
    show: CALLBACK_TYPE
    """Show what an input itself knows, though nothing was learned."""

    @property
    def office(self) -> Office:
        """Return the office as it is now."""
        return self.get_office()

    @property
    def person(self) -> Person:
        """Return the person as the rules know them."""
        return self.office.people[self.person_id]

    @property
    def settings(self) -> Mapping[str, Any]:
        """Return the person's settings as they are stored."""
        return self.entry.subentries[self.person_id].data

    @property
    def state(self) -> PersonState:
        """Return what is known of the person: facts, decision, line."""
        return self.get_state()

    @callback
    def learn(
        self, change: Callable[[Facts], Facts], seen: Context | None = None
    ) -> None:
        """Change the facts; whatever follows from that follows.

        ``seen`` is the context of what was seen, so that the logbook can name it.
        """
        self.take(change, seen)

    @callback
    def listen(self, listener: CALLBACK_TYPE) -> CALLBACK_TYPE:
        """Be told when the person's decision, redirect or telephone changes."""
        return self.follow(listener)

    def remembered(self, name: str) -> dict[str, Any]:
        """Return what an input stored of this person; empty if nothing."""
        return self.store.get(f"{self.person_id}.{name}")

    async def async_remember(self, name: str, record: dict[str, Any] | None) -> None:
        """Store something that must survive a restart; ``None`` forgets it.

        Raises:
            OSError: it is not stored.
        """
        await self.store.async_put({f"{self.person_id}.{name}": record})
