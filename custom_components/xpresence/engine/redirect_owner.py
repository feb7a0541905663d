"""What a redirect loop asks and tells of the person whose redirect it is."""

from typing import override

from ..presence.line import Destination
from ..presence.redirect.handover import Event, EventKind
from ..presence.redirect.labels import label, public_label
from ..presence.redirect.ledger import Ledger
from .attribution import origin_at_phone
from .events import fire_event
from .issues import create_forgotten_issue, set_person_issue
from .person import EVENT_TYPES, PresenceEventType, Runtime
from .redirect_reconciler import RedirectOwner


class PersonRedirectOwner(RedirectOwner):
    """A person as their redirect loop sees them: by id, for the state may be new."""

    def __init__(self, people: Runtime, person_id: str) -> None:
        """Keep where the person is looked up."""
        self._people = people
        self._id = person_id

    @override
    async def save(self, ledger: Ledger) -> None:
        if (state := self._people.get(self._id)) is not None:
            await self._people.async_save(state, ledger)

    @override
    def changed(self) -> None:
        if (state := self._people.get(self._id)) is not None:
            self._people.show(state)

    @override
    def settled(self) -> None:
        if (state := self._people.get(self._id)) is not None:
            state.redirect_origin = None

    @override
    def found(self, event: Event) -> None:
        if event.kind is EventKind.FORGOTTEN:
            create_forgotten_issue(self._people.hass, self._people.entry)
        event_type = EVENT_TYPES.get(event.kind)
        state = self._people.get(self._id)
        if state is not None and event.kind is EventKind.NOT_RESTORED:
            set_person_issue(
                self._people.hass,
                "redirect_not_restored",
                state.person.id,
                state.person.name,
                there=True,
            )
        if event_type is None or state is None:
            return
        at_phone = event_type is PresenceEventType.CHANGED_AT_PHONE
        fire_event(
            self._people.hass,
            state,
            event_type,
            {"parts": sorted(part.value for part in event.parts)},
            origin_at_phone() if at_phone else None,
        )

    @override
    def label(self, destination: Destination) -> str:
        people = self._people
        return label(people.office, self._id, destination, people.number_format)

    @override
    def public_label(self, destination: Destination) -> str:
        people = self._people
        return public_label(people.office, self._id, destination, people.number_format)
