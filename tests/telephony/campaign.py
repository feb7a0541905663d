"""What a phone system in the cloud goes through, in random order.

Foreign changes, throttling, tokens that others end, half and lost answers, rights that come
and go, outages and restarts. After each nothing else has changed, and what was asked for
stands as soon as it can.
"""

import contextlib
from dataclasses import replace
import random
from typing import Any, Final

import pytest

from custom_components.xpresence.presence.line import (
    Condition,
    Destination,
    DestinationKind,
    ForwardingState,
)
from custom_components.xpresence.telephony.driver import PhoneSystem, PhoneSystemError

from .conformance import Fault, can, leads, setting, started
from .http_harness import Clock, HttpHarness, while_set
from .web_double import WebDouble

STEPS: Final = 30
USERS_LIMIT: Final = 1800
"""Requests an hour and user that are allowed by those that publish a limit. None of the
vendors here does."""
CLIENTS_LIMIT: Final = 2700
"""The same for a client that reads everybody."""
LONGER_THAN_ASKED: Final = 30.0
"""Seconds; the doubles ask to wait for seven."""

type AnyHarness = HttpHarness[Any]


def own(target: Destination | None, person: str) -> Destination | None:
    """Return a target as it is for a person: their own voicemail."""
    if target is not None and target.kind is DestinationKind.VOICEMAIL:
        return replace(target, number=person)
    return target


class Campaign:
    """One history of a driver and its double."""

    def __init__(self, harness: AnyHarness, seed: int, clock: Clock) -> None:
        self.harness = harness
        self.chance = random.Random(seed)
        self.clock = clock
        self.people = (harness.extension, harness.colleague)
        self.running = contextlib.AsyncExitStack()
        self.system: PhoneSystem
        self.conditions: list[Condition] = []

    async def restart(self) -> None:
        """Start Home Assistant again."""
        await self.running.aclose()
        self.running = contextlib.AsyncExitStack()
        self.system = await self.running.enter_async_context(started(self.harness))
        capabilities = self.system.redirect_capabilities(self.people[0])
        self.conditions = [one for one in Condition if can(capabilities, one)]

    def a_target(self, person: str, condition: Condition) -> Destination | None:
        """Return somewhere to forward to, or nowhere."""
        targets = (*self.harness.targets(condition), None)
        return own(self.chance.choice(targets), person)

    async def foreign_change(self) -> None:
        """Let somebody change something in the phone system's own program."""
        person = self.chance.choice(self.people)
        condition = self.chance.choice(self.conditions)
        target = self.a_target(person, condition)
        await self.harness.set_by_others(person, setting(condition, target))

    def trouble(self) -> contextlib.AbstractAsyncContextManager[Any]:
        """Return what goes wrong during one write; mostly nothing does."""
        faults = [
            fault
            for fault in (Fault.RATE_LIMIT, Fault.ANSWER_LOST, Fault.PERMISSION)
            if fault not in self.harness.absent
        ]
        match self.chance.randrange(10):
            case 0:
                return self.harness.fault(self.chance.choice(faults))
            case 1:
                return self.harness.fault(Fault.ANSWER_LOST)
            case 2:
                return _half(self.harness.double)
            case 3 if self.chance.random() < 0.3:
                return self.harness.fault(Fault.DOWN)
        return contextlib.nullcontext()

    async def step(self, most_writes: int) -> None:
        """Let something happen, then ask for something, once and again."""
        match self.chance.randrange(6):
            case 0:
                await self.foreign_change()
            case 1:
                self.harness.end_logins()
            case 2:
                await self.restart()
            case 3:
                self.clock.now += self.chance.choice((5, 100, 4000))
        person = self.chance.choice(self.people)
        condition = self.chance.choice(self.conditions)
        target = self.a_target(person, condition)
        desired = setting(condition, target)
        before = {one: await self.harness.stored(one) for one in self.people}
        foreign = await self.harness.foreign()
        writes = self.harness.writes()
        async with self.trouble():
            with contextlib.suppress(PhoneSystemError):
                await self.system.apply(person, desired)
        assert self.harness.writes() - writes <= most_writes
        stands = (await self.harness.stored(person)).forward(condition)
        assert stands in (target, before[person].forward(condition)) or (
            # A write of several parts that was broken off: told as unknown.
            isinstance(stands, Destination) and stands.kind is DestinationKind.UNKNOWN
        )
        self.clock.now += LONGER_THAN_ASKED
        line = await self.system.apply(person, desired)
        self.check(line.forwarding.forward(condition), target)
        after = {one: await self.harness.stored(one) for one in self.people}
        self.check(after[person].forward(condition), target)
        for one in self.people:
            for other in Condition:
                if (one, other) != (person, condition):
                    assert after[one].forward(other) == before[one].forward(other)
        if person == self.people[0]:
            assert await self.harness.foreign() == foreign

    @staticmethod
    def check(found: object, target: Destination | None) -> None:
        """Check that something leads where it was asked to."""
        assert found == target or (target is not None and leads(found, target))


@contextlib.asynccontextmanager
async def _half(double: WebDouble) -> Any:
    with while_set(double, "half", True):
        yield


class CloudCampaign:
    """The tests; a driver's own class provides the fixture ``harness``."""

    most_writes = 1
    """That one change of one condition takes."""
    requests_an_hour = USERS_LIMIT / 10 * 2
    """At rest, for two people."""

    @pytest.mark.parametrize("seed", range(12))
    async def test_whatever_happens_what_is_asked_for_stands_and_nothing_else_changes(
        self, harness: AnyHarness, seed: int, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        campaign = Campaign(harness, seed, Clock(monkeypatch))
        await campaign.restart()
        try:
            for _ in range(STEPS):
                await campaign.step(self.most_writes)
        finally:
            await campaign.running.aclose()

    async def test_at_rest_a_tenth_of_a_usual_limit_is_not_reached(
        self, harness: AnyHarness, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        clock = Clock(monkeypatch)
        async with started(harness) as system:
            for person in (harness.extension, harness.colleague):
                system.watch(person)
            every = harness.row.freshness.poll_every
            assert every is not None
            before = harness.double.requests
            for _ in range(int(3600 / every)):
                clock.now += every
                await system.poll()  # type: ignore[attr-defined]
            counted = harness.double.requests - before
        assert 0 < counted <= self.requests_an_hour

    async def test_what_two_people_do_in_turn_ends_as_it_began(
        self, harness: AnyHarness
    ) -> None:
        people = (harness.extension, harness.colleague)
        before = [await harness.stored(one) for one in people]
        async with started(harness) as system:
            for which in (0, 1):
                for person in people:
                    (condition, *_) = [
                        one
                        for one in Condition
                        if can(system.redirect_capabilities(person), one)
                    ]
                    target = own(harness.targets(condition)[which], person)
                    await system.apply(person, setting(condition, target))
            for person in people:
                await system.apply(person, ForwardingState(unconditional=None))
        assert [await harness.stored(one) for one in people] == before
