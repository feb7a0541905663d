"""What an input reads of its person, and how it updates their facts."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from homeassistant.config_entries import ConfigEntry
from homeassistant.core import CALLBACK_TYPE, Context, HomeAssistant, callback

from ..presence.model import Facts, Office, Person
from .person import PersonState, Runtime
from .store import OfficeStore


@dataclass(frozen=True, slots=True)
class InputContext:
    """One person as an input sees them.

    Properties are read at each use, because the office may change; an input is
    replaced when the person's own settings change.
    """

    runtime: Runtime
    state: PersonState
    """What is known of the person: facts, decision, line."""

    @property
    def hass(self) -> HomeAssistant:
        """Return Home Assistant."""
        return self.runtime.hass

    @property
    def entry(self) -> ConfigEntry[Any]:
        """Return the phone system's config entry."""
        return self.runtime.entry

    @property
    def store(self) -> OfficeStore:
        """Return where the phone system's records are stored."""
        return self.runtime.store

    @property
    def person_id(self) -> str:
        """Return the id of the person's subentry."""
        return self.state.person.id

    @property
    def office(self) -> Office:
        """Return the office as it is now."""
        return self.runtime.office

    @property
    def person(self) -> Person:
        """Return the person as the rules know them."""
        return self.office.people[self.person_id]

    @property
    def settings(self) -> Mapping[str, Any]:
        """Return the person's settings as they are stored."""
        subentry = self.entry.subentries.get(self.person_id)
        # Somebody who was deleted a moment ago has the last ones.
        return self.state.settings if subentry is None else subentry.data

    @callback
    def learn(
        self, change: Callable[[Facts], Facts], seen: Context | None = None
    ) -> None:
        """Update the facts, then decisions and redirects.

        ``seen`` is the context of the observed change, which the logbook shows.
        """
        self.runtime.update_facts(self.state, change, seen)

    @callback
    def listen(self, listener: CALLBACK_TYPE) -> CALLBACK_TYPE:
        """Call back when the person's decision, redirect or telephone changes."""
        listeners = self.state.listeners
        listeners.append(listener)
        return lambda: listeners.remove(listener)

    @callback
    def show(self) -> None:
        """Write the person's entities: what an input knows itself has changed."""
        self.runtime.show(self.state)

    def remembered(self, name: str) -> dict[str, Any]:
        """Return what an input stored of this person; empty if nothing."""
        return self.store.get(f"{self.person_id}.{name}")

    def remembered_each(self, name: str) -> dict[str, dict[str, Any]]:
        """Return the records of one kind that are stored one by one, by their ids."""
        return self.store.group(f"{self.person_id}.{name}")

    async def async_remember_each(
        self, name: str, records: Mapping[str, dict[str, Any] | None]
    ) -> None:
        """Store records of one kind, each by itself; ``None`` forgets one.

        Raises:
            OSError: nothing was changed.
        """
        prefix = f"{self.person_id}.{name}."
        await self.store.async_put({prefix + key: r for key, r in records.items()})

    async def async_remember(self, name: str, record: dict[str, Any] | None) -> None:
        """Store something that must survive a restart; ``None`` forgets it.

        Raises:
            OSError: it is not stored.
        """
        await self.store.async_put({f"{self.person_id}.{name}": record})
