"""What is known of one person now, and what happened to them last."""

import asyncio
from collections.abc import Callable, ItemsView, Iterator, Mapping, ValuesView
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any, Final, Protocol, runtime_checkable

from homeassistant.config_entries import ConfigEntry
from homeassistant.core import CALLBACK_TYPE, Context, HomeAssistant, callback

from ..presence.decision.next_change import next_visible_change
from ..presence.line import Line, Status
from ..presence.model import Decision, Facts, Office, Person, RedirectRule
from ..presence.redirect.handover import EventKind
from ..presence.redirect.ledger import Ledger
from ..presence.redirect.numbers import NumberFormat
from ..presence.redirect.status import RedirectStatus
from ..presence.redirect.targets import Resolution
from ..telephony.driver import PhoneSystem
from .attribution import Origin
from .redirect_loop import RedirectLoop
from .redirect_view import RedirectView
from .store import OfficeStore

type PresenceEventListener = Callable[[PresenceEventType, dict[str, Any]], None]


class PresenceEventType(StrEnum):
    """What the event entity tells."""

    ACTIVATED = "activated"
    REDIRECTED = "redirected"
    REDIRECT_FAILED = "redirect_failed"
    CHANGED_AT_PHONE = "changed_at_phone"
    RECOVERED = "recovered"


EVENT_TYPES: Final = {
    EventKind.CHANGED_AT_PHONE: PresenceEventType.CHANGED_AT_PHONE,
    EventKind.OVERRULED: PresenceEventType.CHANGED_AT_PHONE,
    EventKind.FORGOTTEN: PresenceEventType.RECOVERED,
    EventKind.WRITE_LOST: PresenceEventType.RECOVERED,
}
"""What a plan finds out → what happened, as far as it is worth telling."""


class Input(Protocol):
    """Something outside that says something about one person."""

    @callback
    def start(self) -> None:
        """Read and follow what is outside; Home Assistant has started."""

    @callback
    def stop(self) -> None:
        """Stop observing; the facts that were set stay."""

    @callback
    def office_changed(self) -> None:
        """Take account of other profiles, people or options."""

    async def async_sync(self) -> None:
        """Read at once, because somebody asks for it.

        Raises:
            HomeAssistantError: it could not be read; what was learned stays.
        """


@runtime_checkable
class RestoresFacts(Protocol):
    """An input that knows something before anything outside has spoken."""

    @callback
    def restore_facts(self, facts: Facts) -> Facts:
        """Return the facts with what was stored before Home Assistant restarted."""


@runtime_checkable
class CleansUp(Protocol):
    """An input that has set something outside, to be taken back with its person."""

    async def async_clean_up(self) -> None:
        """Undo what was set outside, as far as possible."""


@dataclass(slots=True)
class PersonState:
    """What is known of one person now. Only the coordinator changes it."""

    person: Person
    facts: Facts
    decision: Decision
    loop: RedirectLoop
    resolution: Resolution = field(default_factory=Resolution)
    """What the decision's redirect rule leads to now, deputies narrowed down."""
    passed_over: Mapping[str, str] = field(default_factory=dict)
    """The deputies, by name, whom calls do not go to now, and why."""
    settings: Mapping[str, Any] = field(default_factory=dict)
    """The person's settings that the inputs were made of."""
    inputs: tuple[Input, ...] = ()
    plan_turn: asyncio.Lock = field(default_factory=asyncio.Lock)
    """Held while the plan changes; it outlives the inputs, which are replaced."""
    listeners: list[CALLBACK_TYPE] = field(default_factory=list)
    event_listeners: list[PresenceEventListener] = field(default_factory=list)
    context_setters: list[Callable[[Context], None]] = field(default_factory=list)
    """Entities that change in the context of whatever made the change."""
    origin: Origin | None = None
    """Who or what made the decision that holds."""
    redirect_origin: Origin | None = None
    """Who or what caused the desired redirect, until its change is reported."""
    activated: str | None = None
    """The claim whose TeamDesk status was applied last; applied once, then left."""
    published: tuple[Status, str] | None = None
    """What the telephones were last told to show."""
    reported_profile: str | None = None
    """The profile that was last told as activated."""
    shown_redirect: tuple[RedirectStatus, str | None] | None = None
    """The redirect as it was shown last: status and main target."""
    reported_target: str | None = None
    """Where calls went by what was reported last, as everybody reads it."""
    undo: tuple[float, Facts] | None = None
    """When something was last chosen, in seconds of the event loop, and the facts
    before; it is not stored."""
    rings: tuple[float, ...] = ()
    """When the redirect was tried by a call, in seconds of the event loop."""
    paused: frozenset[str] = frozenset()
    """The queues in which the hotline guard has paused the person."""
    redirect_since: datetime | None = None
    """Since when calls go where they go now."""
    wrap_up_since: datetime | None = None
    """Since when the person is in follow-up, where the office limits it."""
    guard_turn: asyncio.Lock = field(default_factory=asyncio.Lock)
    guard_timer: CALLBACK_TYPE | None = None
    """Wakes the guards when a redirect or follow-up will have lasted too long."""
    reported: str | None = None
    """The reason in the repair issue that the redirect cannot be set; ``None``: no issue."""
    _next_change: tuple[Office, Facts, Decision, datetime | None] | None = None

    @property
    def line(self) -> Line | None:
        """Return the extension as it was read last."""
        return self.loop.line

    @property
    def redirect(self) -> RedirectView:
        """Return the redirect as it is to be shown."""
        return self.loop.view

    def narrowed(self, rule: RedirectRule) -> RedirectRule:
        """Return a rule with what its deputy lists come to now, if it decides now."""
        if rule != self.decision.redirect:
            return rule
        return self.resolution.narrowed(rule)

    @property
    def redirect_profile(self) -> str | None:
        """Return the name of the profile that decides where calls go, if one does."""
        return self.decision.redirect_profile

    def next_change(self, office: Office) -> datetime | None:
        """Return when something changes that people see; worked out once a decision."""
        asked = (office, self.facts, self.decision)
        known = self._next_change
        if known is None or any(a is not b for a, b in zip(asked, known, strict=False)):
            known = self._next_change = (*asked, next_visible_change(*asked))
        return known[3]

    def stop(self) -> None:
        """End what runs for this person; what is set stays set."""
        self.loop.stop()
        for one in self.inputs:
            one.stop()
        if self.guard_timer is not None:
            self.guard_timer()
            self.guard_timer = None


class Runtime(Protocol):
    """The office as decisions, side effects and inputs see it while it runs."""

    hass: HomeAssistant
    entry: ConfigEntry[Any]
    store: OfficeStore
    office: Office
    system: PhoneSystem

    @property
    def number_format(self) -> NumberFormat:
        """Return how this phone system writes numbers."""

    def __getitem__(self, person_id: str) -> PersonState:
        """Return the state of one person."""

    def __iter__(self) -> Iterator[str]:
        """Yield the ids of all people."""

    def __len__(self) -> int:
        """Return how many people there are."""

    def get(self, person_id: str) -> PersonState | None:
        """Return the state of one person, if they are here."""

    def values(self) -> ValuesView[PersonState]:
        """Return the states of all people."""

    def items(self) -> ItemsView[str, PersonState]:
        """Return all people by id."""

    def has(self, state: PersonState) -> bool:
        """Return whether this person has not been removed meanwhile."""

    @callback
    def reconcile(self, state: PersonState) -> None:
        """Set a person's redirect as desired, in the background."""

    @callback
    def apply_side_effects(self, state: PersonState) -> None:
        """Bring hotline and telephones up to date, in the background."""

    @callback
    def show(self, state: PersonState) -> None:
        """Write the person's entities, and fire what has happened."""

    @callback
    def update_facts(
        self,
        state: PersonState,
        change: Callable[[Facts], Facts],
        seen: Context | None = None,
    ) -> None:
        """Take what an input observed."""

    async def async_save(self, state: PersonState, ledger: Ledger) -> None:
        """Store what a person's redirect depends on.

        Raises:
            OSError: it is not stored.
        """
