"""What every driver has to keep to, whatever phone system it speaks to.

A driver's tests say by a :class:`Harness` how to build the driver, how to look into the
phone system without it, and how to break things; then they derive a class from
:class:`PhoneSystemConformance`. Each test holds for every condition that the driver
declares; what it does not declare has to be refused, with nothing written.
"""

from abc import ABC, abstractmethod
import asyncio
from collections.abc import AsyncIterator, Callable, Mapping
import contextlib
from contextlib import AbstractAsyncContextManager
from dataclasses import replace
from enum import StrEnum
import json
import logging
from pathlib import Path
import re
from types import MappingProxyType
from typing import Any, Final

from hypothesis import given, settings, strategies as st
import pytest

from custom_components.xpresence.presence.line import (
    UNKNOWN,
    Condition,
    Destination,
    DestinationKind,
    ForwardingState,
    Line,
)
from custom_components.xpresence.presence.redirect.parts import (
    Part,
    RedirectCapabilities,
    TargetChoice,
    known,
    only,
    value,
)
from custom_components.xpresence.telephony.description import PhoneSystemType
from custom_components.xpresence.telephony.driver import (
    MOST_DIRECTORY_ENTRIES,
    AuthenticationFailed,
    Capability,
    ConnectionChanged,
    DriverEvent,
    LicenceMissing,
    LineChanged,
    NotSupported,
    OutcomeUnknown,
    PermissionDenied,
    PhoneSystem,
    PhoneSystemError,
    Rejected,
    RetryLater,
    RuleMissing,
    SecondFactorRequired,
    Unavailable,
)

PACKAGE: Final = Path(__file__).parents[2] / "custom_components" / "xpresence"
LANGUAGES: Final = {
    path.stem: json.loads(path.read_text())
    for path in (PACKAGE / "translations").glob("*.json")
}
EVENTUALLY: Final = 30.0
"""Seconds that something may take on a busy machine."""


class Fault(StrEnum):
    """What can be wrong at a phone system, or on the way there."""

    AUTHENTICATION = "authentication"
    """It refuses the login."""
    PERMISSION = "permission"
    """The login lacks a right that reading or writing takes."""
    LICENCE = "licence"
    """The edition or licence does not include it."""
    SECOND_FACTOR = "second_factor"
    """Somebody has to confirm."""
    RATE_LIMIT = "rate_limit"
    """It asks to be left alone for a while."""
    RULE_MISSING = "rule_missing"
    """The rule that a redirect takes does not exist there."""
    DOWN = "down"
    """It cannot be reached."""
    ANSWER_LOST = "answer_lost"
    """Writes arrive, and their answers are lost."""


RAISES: Final[Mapping[Fault, type[PhoneSystemError]]] = {
    Fault.AUTHENTICATION: AuthenticationFailed,
    Fault.PERMISSION: PermissionDenied,
    Fault.LICENCE: LicenceMissing,
    Fault.SECOND_FACTOR: SecondFactorRequired,
    Fault.RATE_LIMIT: RetryLater,
    Fault.RULE_MISSING: RuleMissing,
    Fault.DOWN: Unavailable,
}
FORWARDS: Final = tuple(Condition)


class Harness(ABC):
    """One phone system in a test's hand.

    ``row``: the registry's. ``extension`` is watched and changed; ``colleague`` is
    another one, whom nothing may touch. ``absent``: faults that this phone system cannot
    have, each with the reason. ``private``: secrets, names and numbers that no log
    message may hold. ``parsers``: what reads bytes or text from outside; each may
    raise what ``refusals`` names, and nothing else.
    """

    row: PhoneSystemType
    extension: str = "100"
    colleague: str = "101"
    absent: Mapping[Fault, str] = MappingProxyType({})
    private: tuple[str, ...] = ()
    parsers: tuple[Callable[[bytes], object], ...] = ()
    refusals: tuple[type[Exception], ...] = (PhoneSystemError, ValueError)

    @abstractmethod
    def build(self) -> PhoneSystem:
        """Return a driver with the right settings, not started."""

    @abstractmethod
    def targets(self, condition: Condition) -> tuple[Destination, Destination]:
        """Return two targets that a condition can be forwarded to here."""

    @abstractmethod
    async def stored(self, extension: str) -> ForwardingState:
        """Return what the phone system holds, read past the driver."""

    @abstractmethod
    async def set_by_others(self, extension: str, state: ForwardingState) -> None:
        """Set the known parts of a state, as a desk phone or another program does."""

    @abstractmethod
    async def foreign(self) -> object:
        """Return all that no redirect of ``extension`` may change, to compare it."""

    @abstractmethod
    def writes(self) -> int:
        """Return how many writes have reached the phone system."""

    def logins(self) -> int | None:
        """Return how many logins were tried; ``None`` where there are none."""
        return None

    def fault(self, fault: Fault) -> AbstractAsyncContextManager[None]:
        """Break something for as long as the context lasts."""
        raise NotImplementedError(fault)

    async def quiet(self) -> None:
        """Return when the phone system has done everything that was asked of it."""
        await asyncio.sleep(0)


@contextlib.asynccontextmanager
async def started(harness: Harness) -> AsyncIterator[PhoneSystem]:
    """Yield a driver that is connected."""
    system = harness.build()
    try:
        await system.start()
        yield system
    finally:
        await system.close()


async def eventually(check: Callable[[], bool]) -> None:
    """Wait until something is so.

    Raises:
        AssertionError: it did not come about in time.
    """
    end = asyncio.get_running_loop().time() + EVENTUALLY
    while not check():
        assert asyncio.get_running_loop().time() < end, "it did not come about"
        await asyncio.sleep(0.02)


def setting(condition: Condition, target: Destination | None) -> ForwardingState:
    """Return a state that says one condition."""
    return replace(ForwardingState(), **{condition.value: target})


def leads(found: object, target: Destination) -> bool:
    """Tell whether a reading says this target, as far as the phone system tells."""
    if isinstance(found, Destination) and found.kind is DestinationKind.UNKNOWN:
        return True
    return found == target


def can(capabilities: RedirectCapabilities, condition: Condition) -> bool:
    """Tell whether a condition can be set."""
    return Part(condition.value) in capabilities.writable


class PhoneSystemConformance:
    """The tests; a driver's own class provides the fixture ``harness``."""

    # Reading, setting, ending, putting back

    @pytest.mark.parametrize("which", [0, 1], ids=["first", "second"])
    @pytest.mark.parametrize("condition", FORWARDS)
    async def test_what_is_set_stands_and_is_read_back(
        self, harness: Harness, condition: Condition, which: int
    ) -> None:
        async with started(harness) as system:
            capabilities = system.redirect_capabilities(harness.extension)
            if not can(capabilities, condition):
                await self.is_refused(harness, system, condition)
                return
            target = harness.targets(condition)[which]
            line = await system.apply(harness.extension, setting(condition, target))
            await harness.quiet()
            stored = await harness.stored(harness.extension)
            assert leads(stored.forward(condition), target)
            again = await system.read(harness.extension)
        for told in (line, again):
            found = told.forwarding.forward(condition)
            if Part(condition.value) in capabilities.readable:
                assert leads(found, target)
            else:
                assert found is UNKNOWN or leads(found, target)

    async def is_refused(
        self, harness: Harness, system: PhoneSystem, condition: Condition
    ) -> None:
        """Check that what is not declared is refused before anything is written."""
        before, writes = await harness.stored(harness.extension), harness.writes()
        target = Destination(DestinationKind.NUMBER, harness.colleague)
        with pytest.raises((NotSupported, RuleMissing, Rejected)):
            await system.apply(harness.extension, setting(condition, target))
        await harness.quiet()
        assert await harness.stored(harness.extension) == before
        assert harness.writes() == writes

    @pytest.mark.parametrize("condition", FORWARDS)
    async def test_what_is_ended_is_off_and_told_as_off(
        self, harness: Harness, condition: Condition
    ) -> None:
        async with started(harness) as system:
            capabilities = system.redirect_capabilities(harness.extension)
            if not can(capabilities, condition):
                return
            target = harness.targets(condition)[0]
            await system.apply(harness.extension, setting(condition, target))
            line = await system.apply(harness.extension, setting(condition, None))
            await harness.quiet()
            stored = await harness.stored(harness.extension)
        assert stored.forward(condition) is None
        expected = {None}
        if Part(condition.value) not in capabilities.readable:
            expected.add(UNKNOWN)
        assert line.forwarding.forward(condition) in expected

    @pytest.mark.parametrize("condition", FORWARDS)
    async def test_what_others_had_set_is_put_back_exactly(
        self, harness: Harness, condition: Condition
    ) -> None:
        theirs, ours = harness.targets(condition)
        async with started(harness) as system:
            capabilities = system.redirect_capabilities(harness.extension)
            if (
                not can(capabilities, condition)
                or Part(condition.value) not in capabilities.readable
            ):
                return
            await harness.set_by_others(harness.extension, setting(condition, theirs))
            before = await harness.stored(harness.extension)
            foreign = await harness.foreign()
            found = (await system.read(harness.extension)).forwarding
            assert leads(found.forward(condition), theirs)
            await system.apply(harness.extension, setting(condition, ours))
            base = only(found, (Part(condition.value),))
            if not capabilities.can_set(
                Part(condition.value), value(found, Part(condition.value))
            ):
                # Nobody knows where it led: it can be ended, and that is all.
                base = setting(condition, None)
                before = replace(before, **{condition.value: None})
            await system.apply(harness.extension, base)
            await harness.quiet()
            assert await harness.stored(harness.extension) == before
            assert await harness.foreign() == foreign

    @pytest.mark.parametrize("part", [Part.DO_NOT_DISTURB, Part.FOLLOW_ME])
    async def test_not_disturbing_and_follow_me_go_on_and_off(
        self, harness: Harness, part: Part
    ) -> None:
        on: Any = True if part is Part.DO_NOT_DISTURB else "01715550100"
        off: Any = False if part is Part.DO_NOT_DISTURB else None
        async with started(harness) as system:
            capabilities = system.redirect_capabilities(harness.extension)
            desired = replace(ForwardingState(), **{part.value: on})
            if part not in capabilities.writable:
                with pytest.raises((NotSupported, Rejected)):
                    await system.apply(harness.extension, desired)
                return
            line = await system.apply(harness.extension, desired)
            await harness.quiet()
            assert value(await harness.stored(harness.extension), part) == on
            if part in capabilities.readable:
                assert value(line.forwarding, part) == on
            desired = replace(ForwardingState(), **{part.value: off})
            line = await system.apply(harness.extension, desired)
            await harness.quiet()
            assert value(await harness.stored(harness.extension), part) == off
            if part in capabilities.readable:
                assert value(line.forwarding, part) == off

    async def test_ring_seconds_are_set_where_they_can_be(
        self, harness: Harness
    ) -> None:
        async with started(harness) as system:
            capabilities = system.redirect_capabilities(harness.extension)
            assert (Part.RING_SECONDS in capabilities.writable) is (
                capabilities.ring_time.about is None
                and can(capabilities, Condition.NO_REPLY)
            )
            if Part.RING_SECONDS not in capabilities.writable:
                return
            seconds = capabilities.ring_time.nearest(20)
            target = harness.targets(Condition.NO_REPLY)[0]
            desired = ForwardingState(no_reply=target, ring_seconds=seconds)
            line = await system.apply(harness.extension, desired)
            await harness.quiet()
            stored = await harness.stored(harness.extension)
        assert stored.ring_seconds == seconds
        if Part.RING_SECONDS in capabilities.readable:
            assert line.forwarding.ring_seconds == seconds

    async def test_nothing_is_written_where_nothing_differs(
        self, harness: Harness
    ) -> None:
        async with started(harness) as system:
            desired, capabilities = self.everything(harness, system)
            line = await system.apply(harness.extension, desired)
            await harness.quiet()
            writes = harness.writes()
            again = await system.apply(harness.extension, desired)
            await harness.quiet()
        readable = capabilities.readable & {part for part, _ in known(desired)}
        if readable == {part for part, _ in known(desired)}:
            assert harness.writes() == writes
        assert only(again.forwarding, readable) == only(line.forwarding, readable)

    def everything(
        self, harness: Harness, system: PhoneSystem
    ) -> tuple[ForwardingState, RedirectCapabilities]:
        """Return a state with a target for the first condition that can be set."""
        capabilities = system.redirect_capabilities(harness.extension)
        condition = next(one for one in FORWARDS if can(capabilities, one))
        return setting(condition, harness.targets(condition)[0]), capabilities

    # What belongs to others

    @pytest.mark.parametrize("condition", FORWARDS)
    async def test_other_conditions_and_other_extensions_are_left_as_they_stand(
        self, harness: Harness, condition: Condition
    ) -> None:
        async with started(harness) as system:
            capabilities = system.redirect_capabilities(harness.extension)
            if not can(capabilities, condition):
                return
            other = next(
                (o for o in FORWARDS if o is not condition and can(capabilities, o)),
                None,
            )
            if other is not None:
                theirs = setting(other, harness.targets(other)[1])
                await harness.set_by_others(harness.extension, theirs)
            before = await harness.stored(harness.extension)
            colleague = await harness.stored(harness.colleague)
            foreign = await harness.foreign()
            target = harness.targets(condition)[0]
            await system.apply(harness.extension, setting(condition, target))
            await system.apply(harness.extension, setting(condition, None))
            await harness.quiet()
            after = await harness.stored(harness.extension)
            assert await harness.stored(harness.colleague) == colleague
            assert await harness.foreign() == foreign
        others = set(Part) - {Part(condition.value), Part.RING_SECONDS}
        assert only(after, others) == only(before, others)

    async def test_what_others_change_is_told(self, harness: Harness) -> None:
        async with started(harness) as system:
            desired, capabilities = self.everything(harness, system)
            ((part, target),) = known(desired)
            if part not in capabilities.readable:
                return
            told: list[DriverEvent] = []
            system.subscribe(told.append)
            unwatch = system.watch(harness.extension)
            await system.read(harness.extension)
            await harness.set_by_others(harness.extension, desired)
            assert isinstance(target, Destination)
            await eventually(lambda: leads(self.last(told, part), target))
            unwatch()

    @staticmethod
    def last(told: list[DriverEvent], part: Part) -> object:
        """Return what was told of a part last."""
        lines = [event.line for event in told if isinstance(event, LineChanged)]
        return value(lines[-1].forwarding, part) if lines else UNKNOWN

    async def test_two_writers_at_once_leave_what_one_of_them_wrote(
        self, harness: Harness
    ) -> None:
        async with started(harness) as system:
            desired, _ = self.everything(harness, system)
            ((part, _),) = known(desired)
            condition = Condition(part.value)
            first, second = harness.targets(condition)
            foreign = await harness.foreign()
            done = await asyncio.gather(
                system.apply(harness.extension, setting(condition, first)),
                system.apply(harness.extension, setting(condition, second)),
                return_exceptions=True,
            )
            assert any(isinstance(one, Line) for one in done)
            for one in done:
                assert isinstance(one, Line | PhoneSystemError)
            await harness.quiet()
            stored = (await harness.stored(harness.extension)).forward(condition)
            assert isinstance(stored, Destination)
            assert leads(stored, first) or leads(stored, second)
            assert await harness.foreign() == foreign

    # Faults

    async def test_every_fault_is_had_or_explained(self, harness: Harness) -> None:
        for fault in Fault:
            if fault in harness.absent:
                assert len(harness.absent[fault]) > 10, fault
            else:
                async with harness.fault(fault):
                    pass

    @pytest.mark.parametrize(
        "fault", [one for one in RAISES if one is not Fault.AUTHENTICATION]
    )
    async def test_what_goes_wrong_is_told_as_what_it_is_and_nothing_is_written(
        self, harness: Harness, fault: Fault
    ) -> None:
        if fault in harness.absent:
            return
        before = await harness.stored(harness.extension)
        with pytest.raises(RAISES[fault]) as raised:
            await self.write_during(harness, fault)
        await harness.quiet()
        assert await harness.stored(harness.extension) == before
        self.assert_worded(raised.value)
        for private in harness.private:
            assert private not in str(raised.value) + repr(raised.value)
        if isinstance(raised.value, RetryLater):
            assert raised.value.retry_after > 0
        # It heals by itself once the fault is over.
        async with started(harness) as system:
            desired, _ = self.everything(harness, system)
            await system.apply(harness.extension, desired)

    async def write_during(self, harness: Harness, fault: Fault) -> None:
        """Write while something is broken from the start, or since a moment ago."""
        async with contextlib.AsyncExitStack() as stack:
            if fault in (Fault.PERMISSION, Fault.LICENCE):
                await stack.enter_async_context(harness.fault(fault))
            system = await stack.enter_async_context(started(harness))
            desired, _ = self.everything(harness, system)
            if fault not in (Fault.PERMISSION, Fault.LICENCE):
                await stack.enter_async_context(harness.fault(fault))
            await system.apply(harness.extension, desired)

    async def test_a_refused_login_is_tried_once(self, harness: Harness) -> None:
        if Fault.AUTHENTICATION in harness.absent:
            return
        async with harness.fault(Fault.AUTHENTICATION):
            system = harness.build()
            before = harness.logins()
            with pytest.raises(AuthenticationFailed) as raised:
                await self.start_and_read(harness, system)
            tried = harness.logins()
            await asyncio.sleep(0.3)
            await system.close()
            if before is not None and tried is not None:
                assert tried == before + 1
                assert harness.logins() == tried
        self.assert_worded(raised.value)

    @staticmethod
    async def start_and_read(harness: Harness, system: PhoneSystem) -> None:
        """Reach the point at which a login is needed: of all, or of the extension."""
        await system.start()
        await system.read(harness.extension)

    @staticmethod
    def assert_worded(error: PhoneSystemError) -> None:
        """Check that an error has its words at every door, in every language."""
        for name, words in LANGUAGES.items():
            said = words["exceptions"].get(f"redirect_{error.key}", {}).get("message")
            assert said, (name, error.key)
            said.format(**error.placeholders)
            assert f"redirect_failing_{error.key}" in words["issues"], (name, error.key)

    async def test_a_write_without_an_answer_is_told_as_unknown_and_sent_once(
        self, harness: Harness
    ) -> None:
        if Fault.ANSWER_LOST in harness.absent:
            return
        async with started(harness) as system:
            desired, _ = self.everything(harness, system)
            await system.read(harness.extension)
            before = harness.writes()
            async with harness.fault(Fault.ANSWER_LOST):
                with pytest.raises(OutcomeUnknown):
                    await system.apply(harness.extension, desired)
                await harness.quiet()
                sent = harness.writes() - before
            assert sent <= self.writes_of_one(harness)
        async with started(harness) as system:
            # Afterwards a reading says what became of it.
            line = await system.read(harness.extension)
            stored = await harness.stored(harness.extension)
            for part, found in known(line.forwarding):
                told = value(stored, part)
                assert found == told or (
                    isinstance(told, Destination) and leads(found, told)
                )

    @staticmethod
    def writes_of_one(harness: Harness) -> int:
        """Return how many writes one change takes at most."""
        return 1

    # The end

    async def test_closing_is_final(self, harness: Harness) -> None:
        before = asyncio.all_tasks()
        system = harness.build()
        told: list[DriverEvent] = []
        system.subscribe(told.append)
        await system.start()
        assert system.ready
        system.watch(harness.extension)
        await system.close()
        await system.close()
        assert not system.ready
        count = len(told)
        desired, _ = setting(Condition.UNCONDITIONAL, None), None
        for use in (
            system.start,
            lambda: system.read(harness.extension),
            lambda: system.apply(harness.extension, desired),
        ):
            with pytest.raises(Unavailable):
                await use()
        await harness.set_by_others(
            harness.extension, ForwardingState(unconditional=None)
        )
        await asyncio.sleep(0.1)
        assert len(told) == count
        await eventually(lambda: not asyncio.all_tasks() - before)

    async def test_a_listener_that_fails_keeps_nobody_else_from_hearing(
        self, harness: Harness
    ) -> None:
        system = harness.build()
        told: list[DriverEvent] = []

        def fails(_event: DriverEvent) -> None:
            raise ValueError

        system.subscribe(fails)
        unsubscribe = system.subscribe(told.append)
        await system.start()
        assert ConnectionChanged(ready=True) in told
        unsubscribe()
        unsubscribe()
        await system.close()

    async def test_what_was_set_stands_after_a_restart(self, harness: Harness) -> None:
        async with started(harness) as system:
            desired, _ = self.everything(harness, system)
            await system.apply(harness.extension, desired)
        await harness.quiet()
        before = await harness.stored(harness.extension)
        async with started(harness) as system:
            await system.read(harness.extension)
            assert await harness.stored(harness.extension) == before

    # What is told to nobody, and what is taken from nobody

    async def test_nothing_that_belongs_to_a_person_is_logged(
        self, harness: Harness, caplog: pytest.LogCaptureFixture
    ) -> None:
        caplog.set_level(logging.DEBUG)
        async with started(harness) as system:
            desired, _ = self.everything(harness, system)
            system.watch(harness.extension)
            await system.apply(harness.extension, desired)
            with contextlib.suppress(PhoneSystemError):
                await system.directory()
        for fault in Fault:
            if fault in harness.absent:
                continue
            with contextlib.suppress(PhoneSystemError):
                await self.write_during(harness, fault)
        logged = "\n".join(
            record.getMessage() + str(record.exc_info or "")
            for record in caplog.records
            if record.name.startswith("custom_components.xpresence")
        )
        for private in (*harness.private, *self.numbers(harness)):
            assert not re.search(rf"(?<!\d){re.escape(private)}(?!\d)", logged)

    @staticmethod
    def numbers(harness: Harness) -> set[str]:
        """Return the numbers of the targets that lead out of the office."""
        return {
            target.number
            for condition in FORWARDS
            for target in harness.targets(condition)
            if len(target.number) > 4
        }

    @pytest.mark.parametrize(
        "number", ["", "bob", "101 ", "101\r\nX: y", "10\x001", "${X}", "1" * 200, "٣"]
    )
    async def test_what_no_telephone_can_dial_is_refused_with_nothing_written(
        self, harness: Harness, number: str
    ) -> None:
        async with started(harness) as system:
            desired, _ = self.everything(harness, system)
            ((part, _),) = known(desired)
            before, writes = await harness.stored(harness.extension), harness.writes()
            wrong = Destination(DestinationKind.NUMBER, number)
            with pytest.raises((Rejected, RuleMissing, NotSupported)):
                await system.apply(
                    harness.extension, setting(Condition(part.value), wrong)
                )
            await harness.quiet()
            assert await harness.stored(harness.extension) == before
            assert harness.writes() == writes

    @pytest.mark.parametrize("name", ["101", "No such status"])
    async def test_a_status_that_the_phone_system_has_not_is_refused_with_nothing_written(
        self, harness: Harness, name: str
    ) -> None:
        wrong = Destination(DestinationKind.STATUS, name)
        async with started(harness) as system:
            capabilities = system.redirect_capabilities(harness.extension)
            before, writes = await harness.stored(harness.extension), harness.writes()
            for condition in FORWARDS:
                part = Part(condition.value)
                assert not capabilities.can_set(part, wrong)
                with pytest.raises((Rejected, RuleMissing, NotSupported)):
                    await system.apply(harness.extension, setting(condition, wrong))
            await harness.quiet()
            assert await harness.stored(harness.extension) == before
            assert harness.writes() == writes

    @settings(max_examples=100)
    @given(data=st.binary(max_size=400) | st.text(max_size=200).map(str.encode))
    def test_whatever_comes_from_outside_is_read_or_refused(
        self, harness: Harness, data: bytes
    ) -> None:
        for parse in harness.parsers:
            with contextlib.suppress(*harness.refusals):
                parse(data)

    async def test_no_more_of_the_directory_is_read_than_may_be(
        self, harness: Harness
    ) -> None:
        async with started(harness) as system:
            if Capability.DIRECTORY not in system.capabilities:
                with pytest.raises(NotSupported):
                    await system.directory()
                return
            found = await system.directory()
        assert len(found) <= MOST_DIRECTORY_ENTRIES
        assert len({entry.extension for entry in found}) == len(found)
        assert {harness.extension, harness.colleague} <= {
            entry.extension for entry in found
        }

    # What is declared

    async def test_no_more_is_declared_than_the_registry_says(
        self, harness: Harness
    ) -> None:
        most = harness.row.redirect
        async with started(harness) as system:
            found = system.redirect_capabilities(harness.extension)
            assert found.writable <= most.writable
            assert found.readable <= most.readable
            assert system.capabilities & ~harness.row.capabilities == Capability(0)
            for condition in FORWARDS:
                targets = found.targets_of(condition)
                assert not targets.voicemail or most.targets_of(condition).voicemail
                if targets.choice in (TargetChoice.LIST, TargetChoice.STATUS):
                    assert len(targets.listed) == len(set(targets.listed))
            if system.freshness.poll_every is not None:
                assert system.freshness.oldest is not None
                assert system.freshness.oldest > system.freshness.poll_every
