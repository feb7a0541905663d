"""The manager interface's client on a real Asterisk, and on what is none."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
import contextlib
from dataclasses import replace
import logging
import ssl
import time
from typing import cast

import pytest

from custom_components.xpresence.telephony.asterisk.ami import (
    ActionFailed,
    AmiClient,
    AmiError,
    Deadlines,
    Denied,
    LoginRefused,
    Message,
    NoAnswer,
    NotConnected,
    Refused,
    Request,
    Settings,
)
from tests.pbx.asterisk import EVENTUALLY, Asterisk, eventually

from ..conftest import PATIENT, QUICK, Patience, add_user
from ..faultproxy import Fault, FaultProxy

pytestmark = pytest.mark.asterisk


class Heard:
    """A client, and what it told."""

    def __init__(self, settings: Settings) -> None:
        self.patience = Patience()
        if settings.deadlines is PATIENT:
            settings = replace(settings, deadlines=cast("Deadlines", self.patience))
        self.events: list[Message] = []
        self.connection: list[tuple[bool, type[AmiError] | None]] = []
        self.client = AmiClient(settings, self.events.append, self._on_connection)

    def _on_connection(self, connected: bool, error: AmiError | None) -> None:
        self.connection.append((connected, type(error) if error else None))


@contextlib.asynccontextmanager
async def client_of(
    pbx: Asterisk, port: int | None = None, **more: object
) -> AsyncIterator[Heard]:
    heard = Heard(settings_for(pbx, port, **more))
    try:
        await heard.client.start()
        yield heard
    finally:
        await heard.client.close()


def settings_for(pbx: Asterisk, port: int | None = None, **more: object) -> Settings:
    settings = Settings(
        "127.0.0.1",
        port or pbx.ami_port,
        pbx.username,
        pbx.secret,
        deadlines=PATIENT,
        jitter=lambda: 1,
    )
    return replace(settings, **more)  # type: ignore[arg-type]


PUT = (("Family", "CF"), ("Key", "100"), ("Val", "101"))


# Asking


async def test_an_empty_list_is_a_list_and_no_error(pbx: Asterisk) -> None:
    async with client_of(pbx) as heard:
        assert await heard.client.collect("DBGetTree", ("Family", "CF")) == []


@pytest.mark.parametrize("size", [10, 700])
async def test_over_tls_every_request_of_a_batch_is_answered(
    pbx: Asterisk, size: int
) -> None:
    # No ping within that time, which would push on what Asterisk has not read.
    tls = ssl.create_default_context(cadata=pbx.ca)
    where = {
        "host": "localhost",
        "tls": tls,
        "deadlines": Deadlines(action=20, ping_every=60),
    }
    async with client_of(pbx, pbx.tls_port, **where) as heard:
        put = [
            Request(
                "DBPut", (("Family", "batch"), ("Key", str(n)), ("Val", "x" * size))
            )
            for n in range(40)
        ]
        answers = await heard.client.batch(put)
        assert [one for one in answers if isinstance(one, AmiError)] == []
    kept = pbx.cli("database show batch")
    pbx.cli("database deltree batch")
    assert "40 results found" in kept


async def test_lists_asked_for_at_once_are_not_mixed_up(pbx: Asterisk) -> None:
    pbx.put("CF", "100", "101")
    pbx.put("CFB", "100", "102")
    async with client_of(pbx) as heard:
        lists = await asyncio.gather(
            *(
                heard.client.collect("DBGetTree", ("Family", family))
                for family in ("CF", "CFB", "CFU") * 20
            )
        )
    values = [[item.get("Val") for item in found] for found in lists]
    assert values == [["101"], ["102"], []] * 20


async def test_items_of_a_list_are_no_events(pbx: Asterisk) -> None:
    async with client_of(pbx, events=("DeviceStateChange",)) as heard:
        assert await heard.client.collect("DeviceStateList")
        assert heard.events == []


async def test_both_messages_of_an_answer_are_there(pbx: Asterisk) -> None:
    async with client_of(pbx) as heard:
        name = "PRESENCE_STATE(CustomPresence:100)"
        await heard.client.action(
            "Setvar", ("Variable", name), ("Value", "dnd,Meeting,Until three")
        )
        answer = await heard.client.action(
            "PresenceState", ("Provider", "CustomPresence:100")
        )
    assert answer.all("Message") == ["Presence State", "Until three"]


async def test_the_servers_words_are_in_no_exceptions_text(pbx: Asterisk) -> None:
    async with client_of(pbx) as heard:
        with pytest.raises(ActionFailed) as caught:
            await heard.client.action("X0301234")
    assert "0301234" in caught.value.message
    assert "0301234" not in str(caught.value)


async def test_a_second_action_in_a_value_is_refused_before_anything_is_sent(
    pbx: Asterisk,
) -> None:
    async with client_of(pbx) as heard:
        evil = "101\r\n\r\nAction: DBPut\r\nFamily: CFB\r\nKey: 100\r\nVal: 666"
        with pytest.raises(Refused):
            await heard.client.action("DBPut", *PUT[:2], ("Val", evil))
        await heard.client.action("Ping")
    assert pbx.database("CF", "100") is None
    assert pbx.database("CFB", "100") is None


async def test_the_longest_line_that_is_sent_is_understood(pbx: Asterisk) -> None:
    value = "1" * (1000 - len("Val: "))
    async with client_of(pbx) as heard:
        await heard.client.action("DBPut", *PUT[:2], ("Val", value))
        found = await heard.client.collect("DBGetTree", ("Family", "CF"))
    assert [item.get("Val") for item in found] == [value]


@pytest.mark.parametrize("ending", ["Complete", "Cancelled", "cancelled"])
async def test_a_list_that_is_broken_off_is_no_shorter_list(ending: str) -> None:
    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await a_whole_login(reader, writer)
        mark = await asked(reader)
        head = f"Response: Success\r\nActionID: {mark}\r\nEventList: start\r\n\r\n"
        item = f"Event: Item\r\nActionID: {mark}\r\n\r\n"
        end = f"Event: End\r\nActionID: {mark}\r\nEventList: {ending}\r\n\r\n"
        writer.write((head + item + end).encode())
        await reader.read()
        writer.close()

    async with listening(serve) as port:
        settings = Settings("127.0.0.1", port, "u", "s", deadlines=PATIENT)
        client = AmiClient(settings, lambda _m: None, lambda *_a: None)
        await client.start()
        try:
            if ending == "Complete":
                assert len(await client.collect("DBGetTree")) == 1
            else:
                with pytest.raises(ActionFailed):
                    await client.collect("DBGetTree")
        finally:
            await client.close()


# Hearing


async def test_an_event_that_answers_another_clients_action_is_heard(
    pbx: Asterisk,
) -> None:
    desired = {"events": ("OriginateResponse",), "event_mask": "call"}
    async with client_of(pbx, **desired) as heard, client_of(pbx) as other:
        await other.client.action(
            "Originate",
            ("Channel", "Local/done@from-internal"),
            ("Application", "Wait"),
            ("Data", "0"),
            ("Async", "true"),
        )
        await eventually(lambda: bool(heard.events))
        assert heard.events[0].get("ActionID")


async def test_only_the_events_that_are_wanted_arrive(pbx: Asterisk) -> None:
    async with client_of(pbx, events=("Reload",), event_mask="system,call") as heard:
        pbx.cli("devstate change Custom:CF100 BUSY")
        pbx.cli("devstate change Custom:CF100 NOT_INUSE")
        pbx.cli("module reload logger")
        await eventually(lambda: bool(heard.events))
    assert {event.get("Event") for event in heard.events} == {"Reload"}


async def test_without_the_right_to_filter_the_client_filters(pbx: Asterisk) -> None:
    settings = {"events": ("Reload",), "event_mask": "system,call"}
    async with client_of(pbx, username="nowrite", **settings) as heard:
        pbx.cli("devstate change Custom:CF100 BUSY")
        pbx.cli("devstate change Custom:CF100 NOT_INUSE")
        pbx.cli("module reload logger")
        await eventually(lambda: bool(heard.events))
    assert {event.get("Event") for event in heard.events} == {"Reload"}


async def test_a_callback_that_raises_is_logged_and_breaks_nothing(
    pbx: Asterisk, caplog: pytest.LogCaptureFixture
) -> None:
    calls = []

    def fails(*args: object) -> None:
        calls.append(args)
        raise ValueError

    client = AmiClient(settings_for(pbx, events=("Reload",)), fails, fails)
    with caplog.at_level(logging.ERROR):
        await client.start()
        pbx.cli("module reload logger")
        await eventually(lambda: len(calls) > 1)
        await client.action("Ping")
        await client.close()
    assert "A listener failed" in caplog.text


async def test_no_secret_is_in_the_debug_log_or_in_a_repr(
    pbx: Asterisk, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.DEBUG):
        async with client_of(pbx) as heard:
            await heard.client.action("DBPut", *PUT)
        with pytest.raises(LoginRefused):
            async with client_of(pbx, secret="hunter2"):
                pass
    assert pbx.secret not in caplog.text
    assert "hunter2" not in caplog.text
    assert pbx.secret not in repr(settings_for(pbx))


# Logging in


async def test_a_login_that_is_told_nothing_is_denied_by_name(pbx: Asterisk) -> None:
    with pytest.raises(Denied, match="read=system"):
        async with client_of(pbx, username="deaf"):
            pass


async def test_while_the_server_boots_the_client_waits(frail_pbx: Asterisk) -> None:
    frail_pbx.boot_slowly()
    frail_pbx.kill()
    launched = asyncio.create_task(asyncio.to_thread(frail_pbx.launch))
    async with answering(frail_pbx) as heard:
        # In the boot window this would not be known yet.
        await heard.client.action("QueueAdd", ("Queue", "400"), ("Interface", "A/1"))
    await launched


async def test_a_server_that_boots_for_long_is_no_login_without_rights(
    frail_pbx: Asterisk,
) -> None:
    frail_pbx.boot_slowly()
    hurried = replace(PATIENT, told=0.1, booted=0.2)
    async with client_of(frail_pbx, deadlines=hurried) as heard:
        await asyncio.to_thread(frail_pbx.restart, killed=True)
        await eventually(lambda: len(heard.connection) > 2)
    assert heard.connection == [(True, None), (False, NotConnected), (True, None)]


@contextlib.asynccontextmanager
async def answering(pbx: Asterisk) -> AsyncIterator[Heard]:
    """Log in as soon as the server takes connections."""
    end = time.monotonic() + EVENTUALLY
    while True:
        try:
            async with client_of(pbx) as heard:
                yield heard
                return
        except NotConnected:
            assert time.monotonic() < end, "it never took a connection"
        await asyncio.sleep(0.02)


@pytest.mark.parametrize(
    ("host", "port"),
    [("127.0.0.1", 1), ("nobody.invalid", 5038), ("..", 5038), ("127.0.0.1", 99999)],
)
async def test_where_no_server_is_nobody_is_connected(
    pbx: Asterisk, host: str, port: int
) -> None:
    with pytest.raises(NotConnected):
        async with client_of(pbx, port, host=host):
            pass


@pytest.mark.parametrize(
    "said",
    [b"SSH-2.0-OpenSSH_9.6\r\n", b"", b"x" * 100_000, b"HTTP/1.1 200 OK\r\n\r\n"],
    ids=["ssh", "silence", "noise", "http"],
)
async def test_what_is_no_manager_interface_is_left_alone(
    pbx: Asterisk, said: bytes
) -> None:
    got = b""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal got
        writer.write(said)
        got = await reader.read()
        writer.close()

    async with listening(serve) as port:
        with pytest.raises(NotConnected):
            async with client_of(pbx, port, deadlines=replace(PATIENT, banner=0.2)):
                pass
    assert got == b""


# Losing the connection


async def test_a_server_that_is_killed_is_found_again(frail_pbx: Asterisk) -> None:
    async with client_of(frail_pbx) as heard:
        await asyncio.to_thread(frail_pbx.restart, killed=True)
        await eventually(lambda: len(heard.connection) == 3)
        assert heard.connection == [(True, None), (False, NotConnected), (True, None)]
        await heard.client.action("Ping")


async def test_without_a_connection_nothing_is_sent_and_nothing_is_replayed(
    frail_pbx: Asterisk,
) -> None:
    async with client_of(frail_pbx) as heard:
        await asyncio.to_thread(frail_pbx.kill)
        await eventually(lambda: not heard.client.connected)
        with pytest.raises(NotConnected):
            await heard.client.action("DBPut", *PUT)
        await asyncio.to_thread(frail_pbx.launch)
        await eventually(lambda: heard.client.connected)
        assert await heard.client.collect("DBGetTree", ("Family", "CF")) == []


async def test_a_frozen_server_is_noticed_by_the_ping_and_found_when_it_thaws(
    frail_pbx: Asterisk,
) -> None:
    async with client_of(frail_pbx) as heard:
        frail_pbx.freeze()
        with heard.patience.lost():
            await eventually(lambda: len(heard.connection) == 2)
        assert heard.connection[-1] == (False, NoAnswer)
        frail_pbx.thaw()
        await eventually(lambda: heard.client.connected)


async def test_a_frozen_server_takes_no_new_login(frail_pbx: Asterisk) -> None:
    frail_pbx.freeze()
    with pytest.raises(NotConnected, match="no banner"):
        async with client_of(frail_pbx, deadlines=QUICK):
            pass


async def test_an_answer_that_is_lost_leaves_the_outcome_unknown(
    frail_pbx: Asterisk, proxy: FaultProxy
) -> None:
    async with client_of(frail_pbx, proxy.port) as heard:
        proxy.fault = Fault.SWALLOW_ANSWERS
        with heard.patience.lost(), pytest.raises(NoAnswer):
            await heard.client.action("DBPut", *PUT)
        proxy.fault = Fault.NONE
        await eventually(lambda: frail_pbx.database("CF", "100") == "101")
        await eventually(lambda: len(heard.connection) == 3)
        assert heard.connection == [(True, None), (False, NoAnswer), (True, None)]
        assert proxy.connections == 2


async def test_a_request_on_its_way_when_the_connection_is_given_up_lands_later(
    frail_pbx: Asterisk, proxy: FaultProxy
) -> None:
    async with client_of(frail_pbx, proxy.port) as heard:
        proxy.fault = Fault.HOLD_REQUESTS
        with heard.patience.lost(), pytest.raises(NoAnswer):
            await heard.client.action("DBPut", *PUT)
        assert frail_pbx.database("CF", "100") is None
        proxy.release()
        await eventually(lambda: frail_pbx.database("CF", "100") == "101")


async def test_everyone_who_waits_learns_that_the_connection_broke(
    frail_pbx: Asterisk, proxy: FaultProxy
) -> None:
    async with client_of(frail_pbx, proxy.port) as heard:
        proxy.fault = Fault.SWALLOW_ANSWERS
        waiting = [
            asyncio.create_task(heard.client.action("Ping")),
            asyncio.create_task(heard.client.collect("QueueStatus")),
        ]
        await asyncio.sleep(0.1)
        proxy.cut()
        outcomes = await asyncio.gather(*waiting, return_exceptions=True)
    assert [type(outcome) for outcome in outcomes] == [NoAnswer, NoAnswer]


async def test_a_half_open_connection_is_noticed(
    frail_pbx: Asterisk, proxy: FaultProxy
) -> None:
    async with client_of(frail_pbx, proxy.port) as heard:
        proxy.fault = Fault.BLACK_HOLE
        with heard.patience.lost():
            await eventually(lambda: not heard.client.connected)
        proxy.fault = Fault.NONE
        await eventually(lambda: heard.client.connected)


async def test_byte_by_byte_everything_works(
    frail_pbx: Asterisk, proxy: FaultProxy
) -> None:
    proxy.fault = Fault.BYTEWISE
    async with client_of(frail_pbx, proxy.port) as heard:
        await heard.client.action("DBPut", *PUT)
        found = await heard.client.collect("DBGetTree", ("Family", "CF"))
    assert [item.get("Val") for item in found] == ["101"]


async def test_a_secret_that_was_changed_is_tried_three_times_and_never_again(
    frail_pbx: Asterisk,
) -> None:
    async with client_of(frail_pbx) as heard:
        await asyncio.to_thread(frail_pbx.kill)
        file = frail_pbx.folder / "manager.conf"
        file.write_text(file.read_text().replace(frail_pbx.secret, "other"))
        (frail_pbx.folder / "log" / "messages").unlink()
        await asyncio.to_thread(frail_pbx.launch)
        await eventually(lambda: heard.connection[-1] == (False, LoginRefused))
        await eventually(lambda: "failed to authenticate" in frail_pbx.log())
        await asyncio.sleep(QUICK.retry_most * 2)
        assert frail_pbx.log().count("failed to authenticate") == 3


async def test_a_right_that_was_taken_away_is_named_and_found_when_it_is_back(
    frail_pbx: Asterisk,
) -> None:
    add_user(frail_pbx, "guest", "system", "system")
    async with client_of(frail_pbx, username="guest") as heard:
        file = frail_pbx.folder / "manager.conf"
        allowed = file.read_text()
        file.write_text(allowed.replace("read = system\n", "read = call\n"))
        await asyncio.to_thread(frail_pbx.restart)
        await eventually(lambda: heard.connection[-1] == (False, Denied))
        file.write_text(allowed)
        await asyncio.to_thread(frail_pbx.cli, "manager reload")
        await eventually(lambda: heard.connection[-1] == (True, None))


@pytest.mark.parametrize("logs_in", [False, True], ids=["down", "hangs-up"])
async def test_tries_come_ever_less_often_up_to_the_most(
    logs_in: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    tries = 0

    async def hang_up(
        reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        nonlocal tries
        tries += 1
        if logs_in or tries == 1:
            await a_whole_login(reader, writer)
        writer.close()

    waits: list[float] = []
    sleep = asyncio.sleep

    async def noted(seconds: float) -> None:
        if seconds in (1, 2, 4, 8):
            waits.append(seconds)
            seconds = 0
        await sleep(seconds)

    monkeypatch.setattr(f"{AmiClient.__module__}.asyncio.sleep", noted)
    deadlines = replace(
        PATIENT, retry_first=1, retry_most=4, steady=3600, ping_every=3600
    )
    async with listening(hang_up) as port:
        settings = Settings(
            "127.0.0.1", port, "u", "s", deadlines=deadlines, jitter=lambda: 1
        )
        client = AmiClient(settings, lambda _m: None, lambda *_a: None)
        await client.start()
        await eventually(lambda: tries > 5)
        await client.close()
    assert waits[:5] == [1, 2, 4, 4, 4]


async def test_a_server_that_refuses_while_it_shuts_down_is_not_believed() -> None:
    logins = 0

    async def restart(
        reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        nonlocal logins
        logins += 1
        if logins in (2, 3):
            await a_refused_login(reader, writer)
        else:
            await a_whole_login(reader, writer)
        if logins > 3:
            await reader.read()
        writer.close()

    told: list[bool] = []
    async with listening(restart) as port:
        settings = Settings("127.0.0.1", port, "u", "s", deadlines=QUICK)
        client = AmiClient(
            settings, lambda _m: None, lambda connected, _e: told.append(connected)
        )
        await client.start()
        await eventually(lambda: told == [True, False, True])
        await client.close()
    assert logins == 4


def test_a_phone_system_that_is_back_waits_for_us_a_few_seconds_at_most() -> None:
    usual = Deadlines()
    assert usual.retry_first < usual.retry_most <= 10
    assert sum(usual.refused) <= 10


async def a_refused_login(
    reader: asyncio.StreamReader, writer: asyncio.StreamWriter
) -> None:
    """Answer as a server does that does not know the login, or no longer."""
    writer.write(b"Asterisk Call Manager/11.0.0\r\n")
    mark = await asked(reader)
    refusal = "Response: Error\r\nActionID: {}\r\nMessage: Authentication failed\r\n"
    writer.write(f"{refusal.format(mark)}\r\n".encode())
    await writer.drain()


async def a_whole_login(
    reader: asyncio.StreamReader, writer: asyncio.StreamWriter
) -> None:
    """Answer as a server does that has booted, to the end of the login."""
    writer.write(b"Asterisk Call Manager/11.0.0\r\nEvent: FullyBooted\r\n\r\n")
    for _ in ("Login", "Events"):
        mark = await asked(reader)
        writer.write(f"Response: Success\r\nActionID: {mark}\r\n\r\n".encode())
    await writer.drain()
    await asyncio.sleep(0.02)


async def asked(reader: asyncio.StreamReader) -> str:
    """Return the next action's ActionID."""
    action = (await reader.readuntil(b"\r\n\r\n")).decode()
    return action.split("ActionID: ")[1].split("\r\n")[0]


# Closing


async def test_closed_it_stays_closed(frail_pbx: Asterisk) -> None:
    async with client_of(frail_pbx) as heard:
        pass
    with pytest.raises(NotConnected):
        await heard.client.action("Ping")
    with pytest.raises(NotConnected):
        await heard.client.start()
    assert heard.connection == [(True, None)]


async def test_closing_ends_the_waiting_for_a_reconnect(frail_pbx: Asterisk) -> None:
    async with client_of(frail_pbx) as heard:
        await asyncio.to_thread(frail_pbx.kill)
        await eventually(lambda: not heard.client.connected)
    await asyncio.to_thread(frail_pbx.launch)
    await asyncio.sleep(QUICK.retry_most * 2)
    assert heard.connection == [(True, None), (False, NotConnected)]


async def test_closing_ends_a_login_that_is_under_way(frail_pbx: Asterisk) -> None:
    frail_pbx.freeze()
    heard = Heard(settings_for(frail_pbx))
    starting = asyncio.create_task(heard.client.start())
    await asyncio.sleep(0.1)
    await heard.client.close()
    # Much sooner than the banner's deadline would.
    with pytest.raises(NotConnected):
        await asyncio.wait_for(starting, PATIENT.banner / 2)
    assert heard.connection == []


async def test_closing_leaves_no_task_behind(pbx: Asterisk) -> None:
    before = asyncio.all_tasks()
    async with client_of(pbx):
        assert asyncio.all_tasks() > before
    assert asyncio.all_tasks() == before


@contextlib.asynccontextmanager
async def listening(
    serve: Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]],
) -> AsyncIterator[int]:
    """Yield the port of a server that is no Asterisk."""
    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        server.close()
        await server.wait_closed()
