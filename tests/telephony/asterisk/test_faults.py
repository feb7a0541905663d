"""The Asterisk driver while its Asterisk dies, freezes, forgets and locks it out."""

import asyncio
from collections.abc import AsyncIterator
import contextlib
from dataclasses import replace
from itertools import count, groupby, pairwise
import socket

import pytest

from custom_components.xpresence.presence.line import (
    AgentState,
    CallState,
    Destination,
    DestinationKind,
    ForwardingState,
)
from custom_components.xpresence.telephony.driver import (
    AuthenticationFailed,
    Capability,
    ConnectionChanged,
    DriverEvent,
    LineChanged,
    OutcomeUnknown,
    PermissionDenied,
    Unavailable,
)
from tests.pbx.asterisk import Asterisk, eventually

from ..conftest import QUICK, Patience, add_user, system_for
from ..faultproxy import Fault, FaultProxy

pytestmark = pytest.mark.asterisk

BOB = Destination(DestinationKind.NUMBER, "101")
CAROL = Destination(DestinationKind.NUMBER, "102")
TO_BOB = ForwardingState(unconditional=BOB)
TO_CAROL = ForwardingState(unconditional=CAROL)


class Watching:
    """A driver that watches an extension, and what it told."""

    def __init__(self, pbx: Asterisk, extension: str, **more: object) -> None:
        self.patience = Patience()
        self.system = system = system_for(pbx, deadlines=self.patience, **more)
        self.events: list[DriverEvent] = []
        system.subscribe(self.events.append)
        system.watch(extension)

    @property
    def connection(self) -> list[tuple[bool, str | None]]:
        """Return what was told of the connection: ready, and why not."""
        return [
            (event.ready, type(event.error).__name__ if event.error else None)
            for event in self.events
            if isinstance(event, ConnectionChanged)
        ]

    @property
    def calls(self) -> list[CallState | None]:
        """Return the telephone's states as they were told."""
        lines = [event.line for event in self.events if isinstance(event, LineChanged)]
        return [line.call for line in lines]

    @property
    def target(self) -> object:
        """Return the unconditional target that was told last, since it was ready."""
        told: object = "nothing"
        for event in self.events:
            if isinstance(event, ConnectionChanged):
                told = "nothing"
            else:
                told = event.line.forwarding.unconditional
        return told


@contextlib.asynccontextmanager
async def watching(
    pbx: Asterisk, extension: str = "100", **more: object
) -> AsyncIterator[Watching]:
    found = Watching(pbx, extension, **more)
    try:
        await found.system.start()
        await eventually(lambda: found.target != "nothing")
        yield found
    finally:
        await found.system.close()


# Dying


async def test_a_write_that_a_killed_asterisk_forgot_is_told_after_the_restart(
    frail_pbx: Asterisk,
) -> None:
    async with watching(frail_pbx) as seen:
        line = await seen.system.apply("100", TO_BOB)
        frail_pbx.kill()
        assert line.forwarding.unconditional == BOB
        frail_pbx.lose("CF", "100")
        await eventually(lambda: not seen.system.ready)
        with pytest.raises(Unavailable):
            await seen.system.read("100")
        with pytest.raises(Unavailable):
            await seen.system.apply("100", TO_CAROL)
        await asyncio.to_thread(frail_pbx.launch)
        await eventually(lambda: seen.target is None)
        assert seen.connection == [(True, None), (False, "Unavailable"), (True, None)]
        assert frail_pbx.database("CF", "100") is None


async def test_an_older_write_survives_a_kill_and_is_told_again(
    frail_pbx: Asterisk,
) -> None:
    async with watching(frail_pbx) as seen:
        await seen.system.apply("100", TO_BOB)
        await eventually(lambda: frail_pbx.on_disk("CF", "100") == "101")
        await asyncio.to_thread(frail_pbx.restart, killed=True)
        await eventually(lambda: len(seen.connection) == 3)
        await eventually(lambda: seen.target == BOB)


async def test_after_a_proper_restart_agents_and_calls_are_known_again(
    frail_pbx: Asterisk,
) -> None:
    async with watching(frail_pbx) as seen:
        await seen.system.set_agent("100", "400", AgentState.READY)
        await asyncio.to_thread(frail_pbx.restart)
        await eventually(lambda: len(seen.connection) == 3)
        line = await seen.system.read("100")
        assert line.agent == {"400": AgentState.READY}
        assert line.call is CallState.IDLE
        await seen.system.set_agent("100", "400", AgentState.LOGGED_OFF)


async def test_before_it_has_booted_nothing_is_believed(frail_pbx: Asterisk) -> None:
    frail_pbx.boot_slowly()
    async with watching(frail_pbx) as seen:
        await seen.system.apply("100", TO_BOB)
        await eventually(lambda: frail_pbx.on_disk("CF", "100") == "101")
        await asyncio.to_thread(frail_pbx.restart, killed=True)
        await eventually(lambda: len(seen.connection) == 3)
        await eventually(lambda: seen.target == BOB)
        assert Capability.AGENT in seen.system.capabilities
        lines = [e.line.forwarding for e in seen.events if isinstance(e, LineChanged)]
        told = [forwarding.unconditional for forwarding in lines]
        assert [target for target, _ in groupby(told)] == [None, BOB]


# Freezing


async def test_a_write_to_a_frozen_asterisk_is_of_unknown_outcome_and_lands(
    frail_pbx: Asterisk,
) -> None:
    async with watching(frail_pbx) as seen:
        frail_pbx.freeze()
        with seen.patience.lost():
            with pytest.raises(OutcomeUnknown):
                await seen.system.apply("100", TO_BOB)
            await eventually(lambda: not seen.system.ready)
        frail_pbx.thaw()
        await eventually(lambda: seen.target == BOB)


async def test_a_frozen_asterisk_is_unavailable_to_a_new_login(
    frail_pbx: Asterisk,
) -> None:
    frail_pbx.freeze()
    with pytest.raises(Unavailable):
        await system_for(frail_pbx, deadlines=QUICK).start()


# Networks


async def test_a_start_whose_answers_are_lost_is_unavailable_and_may_be_repeated(
    frail_pbx: Asterisk, proxy: FaultProxy
) -> None:
    patience = Patience()
    system = system_for(frail_pbx, port=proxy.port, deadlines=patience)
    proxy.fault = Fault.SWALLOW_ANSWERS
    with patience.lost(), pytest.raises(Unavailable):
        await system.start()
    assert not system.ready
    proxy.fault = Fault.NONE
    await system.start()
    assert system.ready
    await system.close()


@pytest.mark.parametrize("cut", [False, True], ids=["swallowed", "cut"])
async def test_wherever_a_start_is_broken_off_it_is_unavailable_and_leaves_nothing(
    frail_pbx: Asterisk, proxy: FaultProxy, cut: bool
) -> None:
    def breaks() -> None:
        if cut:
            proxy.cut()
        else:
            proxy.fault = Fault.SWALLOW_ANSWERS

    hurried = replace(QUICK, banner=0.2, login=0.3, action=0.2, told=0.1)
    system = system_for(frail_pbx, port=proxy.port)
    await system.start()
    await system.close()
    whole = proxy.answered
    before = asyncio.all_tasks()
    proxy.then = breaks
    for part in range(1, 23):
        proxy.answers_left, proxy.fault = part * whole // 26, Fault.NONE
        system = system_for(frail_pbx, port=proxy.port, deadlines=hurried)
        with pytest.raises(Unavailable):
            await system.start()
        assert not system.ready
    await eventually(lambda: len(asyncio.all_tasks()) <= len(before) + 1)


async def test_a_lost_answer_is_of_unknown_outcome_and_the_truth_is_told(
    frail_pbx: Asterisk, proxy: FaultProxy
) -> None:
    async with watching(frail_pbx, port=proxy.port) as seen:
        proxy.fault = Fault.SWALLOW_ANSWERS
        with seen.patience.lost(), pytest.raises(OutcomeUnknown):
            await seen.system.apply("100", TO_BOB)
        proxy.fault = Fault.NONE
        await eventually(lambda: seen.connection[-1] == (True, None))
        await eventually(lambda: seen.target == BOB)


async def test_a_write_that_lands_after_the_reconnect_is_found(
    frail_pbx: Asterisk, proxy: FaultProxy
) -> None:
    async with watching(frail_pbx, port=proxy.port, poll_every=0.3) as seen:
        proxy.fault = Fault.HOLD_REQUESTS
        with seen.patience.lost(), pytest.raises(OutcomeUnknown):
            await seen.system.apply("100", TO_BOB)
        # Only the old connection is held up.
        proxy.fault = Fault.NONE
        await eventually(lambda: seen.target is None and seen.system.ready)
        assert (await seen.system.read("100")).forwarding.unconditional is None
        proxy.release()
        await eventually(lambda: seen.target == BOB)


async def test_a_half_open_connection_is_given_up(
    frail_pbx: Asterisk, proxy: FaultProxy
) -> None:
    async with watching(frail_pbx, port=proxy.port) as seen:
        proxy.fault = Fault.BLACK_HOLE
        lost = (False, "OutcomeUnknown")
        with seen.patience.lost():
            await eventually(lambda: seen.connection[-1] == lost)
        assert not seen.system.ready
        frail_pbx.put("CF", "100", "102")
        proxy.fault = Fault.NONE
        await eventually(lambda: seen.target == CAROL)


async def test_byte_by_byte_the_driver_works(
    frail_pbx: Asterisk, proxy: FaultProxy
) -> None:
    proxy.fault = Fault.BYTEWISE
    async with watching(frail_pbx, port=proxy.port) as seen:
        line = await seen.system.apply("100", TO_BOB)
        assert line.forwarding.unconditional == BOB


async def test_a_connection_that_breaks_again_and_again_ends_up_true(
    frail_pbx: Asterisk, proxy: FaultProxy
) -> None:
    async with watching(frail_pbx, port=proxy.port) as seen:
        for number in range(6):
            proxy.cut()
            await asyncio.sleep(0.05 * number)
        frail_pbx.put("CF", "100", "102")
        await eventually(lambda: seen.system.ready)
        await eventually(lambda: seen.target == CAROL)
        told = [ready for ready, _ in seen.connection]
        assert all(a is not b for a, b in pairwise(told))


async def test_over_tls_a_restart_is_survived_too(frail_pbx: Asterisk) -> None:
    tls = {"host": "localhost", "port": frail_pbx.tls_port, "ca": frail_pbx.ca}
    async with watching(frail_pbx, tls=True, **tls) as seen:
        await asyncio.to_thread(frail_pbx.restart, killed=True)
        await eventually(lambda: len(seen.connection) == 3)
        line = await seen.system.apply("100", TO_BOB)
        assert line.forwarding.unconditional == BOB


# Locking out


async def test_a_changed_secret_is_told_and_not_tried_again(
    frail_pbx: Asterisk,
) -> None:
    async with watching(frail_pbx) as seen:
        file = frail_pbx.folder / "manager.conf"
        file.write_text(file.read_text().replace(frail_pbx.secret, "other"))
        await asyncio.to_thread(frail_pbx.restart)
        await eventually(lambda: seen.connection[-1] == (False, "AuthenticationFailed"))
        await eventually(lambda: "failed to authenticate" in frail_pbx.log())
        tries = frail_pbx.log().count("failed to authenticate")
        await asyncio.sleep(QUICK.retry_most * 2)
        assert frail_pbx.log().count("failed to authenticate") == tries
        assert not seen.system.ready


async def test_a_right_that_is_taken_away_is_named_until_it_is_given_back(
    frail_pbx: Asterisk,
) -> None:
    every = "system,call,agent,reporting"
    add_user(frail_pbx, "guest", "system,call,agent,user", every)
    file = frail_pbx.folder / "manager.conf"
    allowed, forbidden = (f"write = {right}\n" for right in (every, "call,agent"))
    head, tail = file.read_text().rsplit(allowed, 1)
    async with watching(frail_pbx, username="guest") as seen:
        file.write_text(head + forbidden + tail)
        await asyncio.to_thread(frail_pbx.restart)
        await eventually(lambda: seen.connection[-1] == (False, "PermissionDenied"))
        error = next(
            event.error
            for event in reversed(seen.events)
            if isinstance(event, ConnectionChanged)
        )
        assert isinstance(error, PermissionDenied)
        assert error.permission == "system"
        await asyncio.sleep(QUICK.retry_most * 3)
        assert seen.connection.count((False, "PermissionDenied")) == 1
        file.write_text(head + allowed + tail)
        await asyncio.to_thread(frail_pbx.cli, "manager reload")
        await eventually(lambda: seen.connection[-1] == (True, None))
        line = await seen.system.apply("100", TO_BOB)
        assert line.forwarding.unconditional == BOB


async def test_a_wrong_secret_at_the_start_keeps_nothing_running(
    frail_pbx: Asterisk,
) -> None:
    before = asyncio.all_tasks()
    system = system_for(frail_pbx, password="wrong")
    with pytest.raises(AuthenticationFailed):
        await system.start()
    assert asyncio.all_tasks() == before


# What the configuration does


async def test_an_agent_whom_the_configuration_keeps_in_a_queue_is_paused_instead(
    frail_pbx: Asterisk,
) -> None:
    file = frail_pbx.folder / "queues.conf"
    file.write_text(file.read_text() + "member => Local/100@from-queue/n\n")
    frail_pbx.cli("queue reload all")
    async with watching(frail_pbx) as seen:
        for state in (
            AgentState.LOGGED_OFF,
            AgentState.LOGGED_OFF,
            AgentState.FOLLOW_UP,
            AgentState.READY,
            AgentState.LOGGED_OFF,
        ):
            await seen.system.set_agent("100", "400", state)
            assert (await seen.system.read("100")).agent == {"400": state}
        shown = frail_pbx.cli("queue show 400")
        assert shown.count("Local/100") == 1
        assert "paused:Logged off" in shown


async def test_a_hint_that_a_reload_changes_is_followed(frail_pbx: Asterisk) -> None:
    async with watching(frail_pbx, flapping=0.1) as seen:
        assert (await seen.system.read("100")).call is CallState.IDLE
        file = frail_pbx.folder / "extensions.conf"
        before, after = (f"exten => 100,hint,PJSIP/{name}&" for name in ("100", "x"))
        assert before in file.read_text()
        file.write_text(file.read_text().replace(before, after))
        await asyncio.to_thread(frail_pbx.cli, "module reload pbx_config.so")
        await eventually(
            lambda: (
                [
                    event.line.call
                    for event in seen.events
                    if isinstance(event, LineChanged)
                ][-1]
                is not CallState.IDLE
            )
        )


@pytest.fixture
def registrar(frail_pbx: Asterisk) -> Asterisk:
    """Return the frail Asterisk, on which 106 registers itself and has done so."""
    file = frail_pbx.folder / "pjsip.conf"
    lines = ["[106]", "type=aor", "max_contacts=1", "remove_existing=yes"]
    lines += ["[106]", "type=endpoint", "context=from-internal", "aors=106"]
    file.write_text("\n".join([file.read_text(), *lines, ""]))
    frail_pbx.restart()
    register(frail_pbx, "106", expires=60)
    return frail_pbx


async def registered(pbx: Asterisk, *, there: bool) -> None:
    """Wait until the PBX itself has noticed."""
    said = "Not in use" if there else "Unavailable"
    await eventually(lambda: said in pbx.cli("pjsip show endpoint 106"))


async def test_a_registration_that_flaps_is_no_news(registrar: Asterisk) -> None:
    await registered(registrar, there=True)
    # Longer than the test may take: a gap that is closed again is never told.
    async with watching(registrar, "106", flapping=600) as seen:
        await eventually(lambda: seen.calls == [CallState.IDLE])
        register(registrar, "106", expires=0)
        await registered(registrar, there=False)
        register(registrar, "106", expires=60)
        await registered(registrar, there=True)
        # Told after all that came before it.
        registrar.put("CF", "106", "101")
        registrar.cli("devstate change Custom:CF106 BUSY")
        await eventually(lambda: seen.target == BOB)
        assert set(seen.calls) == {CallState.IDLE}


async def test_a_registration_that_is_gone_is_told(registrar: Asterisk) -> None:
    await registered(registrar, there=True)
    async with watching(registrar, "106", flapping=0.1) as seen:
        await eventually(lambda: seen.calls == [CallState.IDLE])
        register(registrar, "106", expires=0)
        await eventually(lambda: seen.calls[-1] is CallState.UNAVAILABLE)
        register(registrar, "106", expires=60)
        await eventually(lambda: seen.calls[-1] is CallState.IDLE)


CALL_IDS = count()


def register(pbx: Asterisk, extension: str, *, expires: int) -> None:
    """Be a telephone that registers, or with 0 says good-bye."""
    call_id = next(CALL_IDS)
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as phone:
        phone.bind(("127.0.0.1", 0))
        phone.settimeout(60)
        here = f"127.0.0.1:{phone.getsockname()[1]}"
        contact = "*" if not expires else f"<sip:{extension}@{here}>"
        lines = [
            f"REGISTER sip:127.0.0.1:{pbx.sip_port} SIP/2.0",
            f"Via: SIP/2.0/UDP {here};branch=z9hG4bK{call_id}",
            f"From: <sip:{extension}@127.0.0.1>;tag=1",
            f"To: <sip:{extension}@127.0.0.1>",
            f"Call-ID: {extension}-{call_id}",
            "CSeq: 1 REGISTER",
            f"Contact: {contact}",
            f"Expires: {expires}",
            "Max-Forwards: 70",
            "Content-Length: 0",
        ]
        text = "\r\n".join([*lines, "", ""])
        phone.sendto(text.encode(), ("127.0.0.1", pbx.sip_port))
        assert b" 200 " in phone.recv(4096).splitlines()[0]
