"""All open team boards: each person's view is computed once for all of them.

A person looks the same to all who may see the same of them. So each look
(:class:`Look`) is worked out and encoded once a change, however many boards show it;
a board only remembers what it was sent, and is sent what is new. What is permitted is
worked out once a user, and anew where options, settings, users, person entities or
entity ids change. Many changes within :data:`COALESCE` seconds make one message.
"""

import asyncio
from collections.abc import Iterable
from functools import partial
from typing import Any, Final, NamedTuple

from homeassistant.auth import EVENT_USER_UPDATED
from homeassistant.auth.models import User
from homeassistant.components.select import DOMAIN as SELECT
from homeassistant.components.websocket_api import ActiveConnection
from homeassistant.components.websocket_api.messages import construct_event_message
from homeassistant.config_entries import (
    SIGNAL_CONFIG_ENTRY_CHANGED,
    ConfigEntry,
    ConfigEntryChange,
)
from homeassistant.const import EVENT_STATE_CHANGED
from homeassistant.core import (
    CALLBACK_TYPE,
    Event,
    EventStateChangedData,
    HomeAssistant,
    callback,
)
from homeassistant.helpers import entity_registry as er
from homeassistant.helpers.dispatcher import async_dispatcher_connect
from homeassistant.helpers.json import json_bytes
from homeassistant.util.hass_dict import HassKey

from ..const import DOMAIN
from ..coordinator import OfficeCoordinator
from ..operations.authorization import (
    ATTR_USER_ID,
    PersonLimits,
    person_entity_of_user,
)
from ..presence.permission.policy import SEEING, Permission
from ..services.service import coordinators
from ..telephony.driver import Capability
from .send_queue import Work, send_queue
from .viewer import people_of
from .views import person_view

COALESCE: Final = 0.05
"""Seconds in which changes are gathered into one message."""
AT_A_TIME: Final = 50
"""People per slice of a long message; between slices the event loop goes on."""
GONE: Final = b"null"


class Look(NamedTuple):
    """How much of a person is shown."""

    permissions: frozenset[Permission]
    is_self: bool


class Board:
    """One subscription: its user, its phone system, and what was sent."""

    def __init__(
        self, connection: ActiveConnection, message_id: int, entry_id: str | None
    ) -> None:
        """Belong to a command of a connection; without ``entry_id`` show all."""
        self._connection = connection
        self._message_id = message_id
        self.entry_id = entry_id
        self.sent: dict[str, bytes] | None = None
        """What was sent of each person, as JSON; ``None`` before the first message."""

    @property
    def user(self) -> User:
        """Return the user of the subscription."""
        return self._connection.user

    @callback
    def send(self, news: dict[str, bytes], *, complete: bool) -> None:
        """Send people's present views, each as JSON."""
        head = b'{"complete":true,"people":{' if complete else b'{"people":{'
        people = b",".join(b'"%b":%b' % (key.encode(), news[key]) for key in news)
        self._connection.send_message(
            construct_event_message(self._message_id, head + people + b"}}")
        )


class Boards:
    """The open boards; it listens only while there is one."""

    def __init__(self, hass: HomeAssistant) -> None:
        """Prepare; nothing is followed yet."""
        self._hass = hass
        self._boards: set[Board] = set()
        self._people: dict[str, OfficeCoordinator] = {}
        self._person_stops: list[CALLBACK_TYPE] = []
        self._stops: list[CALLBACK_TYPE] = []
        self._timer: asyncio.TimerHandle | None = None
        self._changed: set[str] = set()
        self._everything = False
        """Who there is, what is permitted or how all are shown may have changed."""
        self._views: dict[str, dict[Look, bytes]] = {}
        self._limits: dict[str, PersonLimits] = {}
        self._homes: dict[str, str | None] = {}
        """Users' person entities."""
        self._looks: dict[str, dict[str, Look | None]] = {}
        """By user and person; ``None``: they do not see the person at all."""

    @callback
    def open(self, board: Board) -> CALLBACK_TYPE:
        """Send everybody, then every change; return a callback that closes the board."""
        if not self._boards:
            self._start()
        self._boards.add(board)
        send_queue(self._hass).add(self._send(board, None))

        @callback
        def close() -> None:
            self._boards.discard(board)
            if not self._boards:
                self._stop()

        return close

    # What may change something

    def _start(self) -> None:
        hass = self._hass
        listen = hass.bus.async_listen
        self._stops += (
            async_dispatcher_connect(hass, SIGNAL_CONFIG_ENTRY_CHANGED, self._on_entry),
            listen(EVENT_USER_UPDATED, self._on_other_permissions),
            listen(EVENT_STATE_CHANGED, self._on_other_permissions, _is_other_user),
            listen(
                er.EVENT_ENTITY_REGISTRY_UPDATED,
                self._on_other_permissions,
                _is_of_select,
            ),
        )
        self._follow()

    def _stop(self) -> None:
        for stop in (*self._stops, *self._person_stops):
            stop()
        self._stops, self._person_stops = [], []
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        self._changed, self._everything = set(), False
        self._people = {}
        self._forget()

    def _follow(self) -> None:
        for stop in self._person_stops:
            stop()
        self._person_stops = []
        self._people = {}
        for coordinator in coordinators(self._hass):
            self._person_stops.append(
                coordinator.async_listen(None, self._on_everything)
            )
            for person_id in people_of(coordinator):
                self._people[person_id] = coordinator
                self._person_stops.append(
                    coordinator.async_listen(
                        person_id, partial(self._on_person, person_id)
                    )
                )

    def _forget(self) -> None:
        self._views, self._limits, self._homes, self._looks = {}, {}, {}, {}

    @callback
    def _on_person(self, person_id: str) -> None:
        self._changed.add(person_id)
        self._soon()

    @callback
    def _on_everything(self) -> None:
        self._everything = True
        self._soon()

    @callback
    def _on_entry(self, _change: ConfigEntryChange, entry: ConfigEntry[Any]) -> None:
        if entry.domain == DOMAIN:
            self._on_everything()

    @callback
    def _on_other_permissions(self, _event: Event[Any]) -> None:
        self._on_everything()

    # Sending

    def _soon(self) -> None:
        if self._timer is None:
            self._timer = self._hass.loop.call_later(COALESCE, self._on_time)

    @callback
    def _on_time(self) -> None:
        self._timer = None
        changed, self._changed = self._changed, set()
        if self._everything:
            self._everything = False
            self._forget()
            before = set(self._people)
            self._follow()
            changed = before | set(self._people)
        for person_id in changed:
            self._views.pop(person_id, None)
        queue = send_queue(self._hass)
        for board in self._boards:
            queue.add(self._send(board, changed))

    def _send(self, board: Board, changed: Iterable[str] | None) -> Work:
        """Send a board the changed views of some people; ``None``: of everybody."""
        first = changed is None
        news: dict[str, bytes] = {}
        sent = {} if first or board.sent is None else board.sent
        people = tuple(self._people) if changed is None else tuple(changed)
        for number, person_id in enumerate(people, 1):
            now = self._shown(board, person_id)
            if now != sent.get(person_id, GONE):
                news[person_id] = now
            if not number % AT_A_TIME:
                yield
        if board not in self._boards or (not first and board.sent is None):
            return
        if news or first:
            board.send(news, complete=first)
            board.sent = {
                person_id: view
                for person_id, view in (sent | news).items()
                if view is not GONE
            }

    def _shown(self, board: Board, person_id: str) -> bytes:
        """Return a person as this board shows them, as JSON."""
        coordinator = self._people.get(person_id)
        if (
            coordinator is None
            or person_id not in coordinator.people
            or board.entry_id not in (None, coordinator.entry.entry_id)
        ):
            return GONE
        looks = self._looks.setdefault(board.user.id, {})
        if person_id in looks:
            look = looks[person_id]
        else:
            look = looks[person_id] = self._look(board.user, coordinator, person_id)
        if look is None:
            return GONE
        views = self._views.setdefault(person_id, {})
        if look not in views:
            views[look] = self._view(coordinator, person_id, look)
        return views[look]

    def _look(
        self, user: User, coordinator: OfficeCoordinator, person_id: str
    ) -> Look | None:
        if (limits := self._limits.get(person_id)) is None:
            limits = PersonLimits.of(coordinator, person_id)
            self._limits[person_id] = limits
        if user.id not in self._homes:
            self._homes[user.id] = person_entity_of_user(coordinator, user.id)
        home = self._homes[user.id]
        is_self = home is not None and home == limits.home
        among = SEEING | {Permission.CALL} if is_self else SEEING
        permissions = limits.permissions(user, home, among)
        if Permission.SEE_PRESENCE not in permissions:
            return None
        return Look(permissions, is_self=is_self)

    def _view(
        self, coordinator: OfficeCoordinator, person_id: str, look: Look
    ) -> bytes:
        entity_id = coordinator.entity_of(person_id)
        entity = er.async_get(self._hass).async_get(entity_id) if entity_id else None
        enabled = entity is not None and entity.disabled_by is None
        view = person_view(coordinator, person_id, look.permissions)
        return json_bytes(
            view
            | {
                "office": coordinator.entry.title,
                "is_self": look.is_self,
                "places_calls": Permission.CALL in look.permissions
                and Capability.DIAL in coordinator.system.capabilities,
                "entity": entity_id if enabled else None,
            }
        )


@callback
def _is_other_user(data: EventStateChangedData) -> bool:
    """Return whether a person entity belongs to another user than before."""
    if not data["entity_id"].startswith("person."):
        return False
    before, after = data["old_state"], data["new_state"]
    user_before = before.attributes.get(ATTR_USER_ID) if before else None
    return user_before != (after.attributes.get(ATTR_USER_ID) if after else None)


@callback
def _is_of_select(data: er.EventEntityRegistryUpdatedData) -> bool:
    return data["entity_id"].startswith(f"{SELECT}.")


_BOARDS: HassKey[Boards] = HassKey(f"{DOMAIN}_boards")


@callback
def boards(hass: HomeAssistant) -> Boards:
    """Return the boards that are open."""
    if _BOARDS not in hass.data:
        hass.data[_BOARDS] = Boards(hass)
    return hass.data[_BOARDS]
