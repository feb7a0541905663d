"""What the manager interface's client and the Asterisk driver cost, on a real Asterisk.

Every figure stands beside a bare write through a plain socket, taken in turn with
it in the same run. Run it with ``python -m tests.bench.bench_ami``.
"""

import asyncio
from collections.abc import Awaitable, Callable
import socket
from statistics import median, quantiles
import sys
import time

from custom_components.xpresence.presence.line import (
    Destination,
    DestinationKind,
    ForwardingState,
)
from custom_components.xpresence.telephony.asterisk.ami import AmiClient, Settings
from custom_components.xpresence.telephony.asterisk.ami.wire import Framer
from custom_components.xpresence.telephony.asterisk.driver import AsteriskPhoneSystem
from tests.pbx.asterisk import Asterisk, running

ROUNDS = 500
EVENTS = 200_000
PEOPLE = (30, 100)
TARGETS = [
    ForwardingState(unconditional=Destination(DestinationKind.NUMBER, number))
    for number in ("101", "102")
]
EVENT = (
    b"Event: DeviceStateChange\r\nPrivilege: call,all\r\nDevice: PJSIP/100\r\n"
    b"State: INUSE\r\n\r\n"
)


class BareSocket:
    """A login through a plain blocking socket, with nothing that could be left off."""

    def __init__(self, pbx: Asterisk) -> None:
        self._socket = socket.create_connection(("127.0.0.1", pbx.ami_port))
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._ask(
            f"Action: Login\r\nUsername: {pbx.username}\r\nSecret: {pbx.secret}\r\n"
            "Events: off\r\n\r\n"
        )

    def write(self, value: str) -> None:
        """Write one AstDB value and wait for the answer."""
        self._ask(f"Action: DBPut\r\nFamily: CF\r\nKey: 900\r\nVal: {value}\r\n\r\n")

    def _ask(self, text: str) -> None:
        self._socket.sendall(text.encode())
        answer = b""
        while b"Response: " not in answer or not answer.endswith(b"\r\n\r\n"):
            answer += self._socket.recv(4096)

    def close(self) -> None:
        """Close the socket."""
        self._socket.close()


async def measure(pbx: Asterisk) -> list[tuple[str, float, float, float]]:
    """Return each figure's name, median, 95th percentile (ms), and ratio to bare."""
    bare = BareSocket(pbx)
    client = AmiClient(
        Settings("127.0.0.1", pbx.ami_port, pbx.username, pbx.secret, events=("X",)),
        lambda _message: None,
        lambda _connected, _error: None,
    )
    system = AsteriskPhoneSystem("127.0.0.1", pbx.ami_port, pbx.username, pbx.secret)
    await client.start()
    await system.start()

    async def bare_write(number: int) -> None:
        bare.write(str(101 + number % 2))

    async def client_write(number: int) -> None:
        value = ("Val", str(101 + number % 2))
        await client.action("DBPut", ("Family", "CF"), ("Key", "901"), value)

    async def read(_number: int) -> None:
        await system.read("100")

    async def switch(number: int) -> None:
        await system.apply("100", TARGETS[number % 2])

    unwatch = system.watch("100")
    await system.read("100")
    found = await in_turn(
        ("bare socket: DBPut", bare_write),
        ("client: DBPut", client_write),
        ("driver: read an extension", read),
        ("driver: switch a redirect, lamp and read-back", switch),
    )
    unwatch()
    for people in PEOPLE:
        found[f"driver: read {people} people"] = await read_people(pbx, people)
    await system.close()
    await client.close()
    bare.close()
    base = median(found["bare socket: DBPut"])
    return [
        (name, median(times), quantiles(times, n=20)[-1], median(times) / base)
        for name, times in found.items()
    ]


async def in_turn(
    *works: tuple[str, Callable[[int], Awaitable[None]]],
) -> dict[str, list[float]]:
    """Run each work once a round, and return how long each took, in ms."""
    found: dict[str, list[float]] = {name: [] for name, _ in works}
    for number in range(ROUNDS):
        for name, work in works:
            start = time.perf_counter()
            await work(number)
            found[name].append((time.perf_counter() - start) * 1000)
    return found


async def read_people(pbx: Asterisk, people: int) -> list[float]:
    """Return how long the minutely reading of so many people takes, in ms."""
    times: list[float] = []
    system = AsteriskPhoneSystem(
        "127.0.0.1", pbx.ami_port, pbx.username, pbx.secret, poll_every=3600
    )
    for number in range(people):
        system.watch(str(200 + number))
    await system.start()
    await asyncio.sleep(0.5)
    for _ in range(30):
        start = time.perf_counter()
        await system._monitor.look_around()
        await system._monitor.reread(tuple(system._monitor.watched))
        times.append((time.perf_counter() - start) * 1000)
    await system.close()
    return times


def parsed_per_second() -> float:
    """Return how many events a second are cut from the stream and named."""
    stream = EVENT * EVENTS
    framer = Framer()
    start = time.perf_counter()
    heard = 0
    for offset in range(0, len(stream), 65536):
        for message in framer.feed(stream[offset : offset + 65536]):
            heard += message.get("Event") == "DeviceStateChange"
    assert heard == EVENTS
    return EVENTS / (time.perf_counter() - start)


def main() -> None:
    """Print the table."""
    with running() as pbx:
        rows = asyncio.run(measure(pbx))
    print(f"{'':<48}{'median ms':>10}{'p95 ms':>10}{'ratio':>8}")
    for name, middle, most, ratio in rows:
        print(f"{name:<48}{middle:>10.3f}{most:>10.3f}{ratio:>8.1f}")
    print(f"{'events parsed a second':<48}{parsed_per_second():>10,.0f}")


if __name__ == "__main__":
    sys.exit(main())
