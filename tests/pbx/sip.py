"""Real SIP telephones and callers, played by sipp."""

import asyncio
from collections.abc import AsyncIterator
import contextlib
from pathlib import Path
import shutil
import socket

from .asterisk import Asterisk, eventually, free_port

FLOOD = 50
"""Calls that must have come before it counts as a flood."""
SCENARIOS = Path(__file__).parent / "sipp"


async def _sipp(
    pbx: Asterisk, scenario: str, *arguments: str
) -> asyncio.subprocess.Process:
    inside = pbx.folder / f"{scenario}.xml"
    if not inside.exists():
        shutil.copy(SCENARIOS / f"{scenario}.xml", inside)
    chroot = ["chroot", pbx.root] if pbx.root else []
    return await asyncio.create_subprocess_exec(
        *chroot,
        pbx.sipp,
        "-sf",
        f"{pbx.inner}/{scenario}.xml",
        "-i",
        "127.0.0.1",
        "-mi",
        "127.0.0.1",
        "-nostdin",
        *arguments,
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.DEVNULL,
    )


async def register(pbx: Asterisk, extension: str, port: int) -> None:
    """Register a desk phone of an extension that authenticates, at a port."""
    process = await _sipp(
        pbx,
        "registers",
        "-p",
        str(port),
        "-s",
        extension,
        "-au",
        extension,
        "-ap",
        pbx.sip_passwords[extension],
        "-m",
        "1",
        f"127.0.0.1:{pbx.sip_port}",
    )
    assert await asyncio.wait_for(process.wait(), 60) == 0, "it was not registered"


@contextlib.asynccontextmanager
async def phone(
    pbx: Asterisk,
    extension: str,
    behaviour: str = "answers",
    *,
    port: int | None = None,
) -> AsyncIterator[None]:
    """Be a telephone: it ``answers``, is ``busy``, or only ``rings``.

    One that has registered is at the ``port`` it registered with.
    """
    port = pbx.phone_ports[extension] if port is None else port
    process = await _sipp(
        pbx, behaviour, "-p", str(port), "-mp", str(free_port(socket.SOCK_DGRAM))
    )
    try:
        await eventually(lambda: _listening(port) or process.returncode is not None)
        assert process.returncode is None, "sipp ended"
        yield
    finally:
        with contextlib.suppress(ProcessLookupError):
            process.kill()
        await process.wait()


@contextlib.asynccontextmanager
async def flood(
    pbx: Asterisk, caller: str, number: str, *, calls_a_second: int = 50
) -> AsyncIterator[None]:
    """Let calls come one after another; each lasts a tenth of a second."""
    table = pbx.folder / f"flood-{caller}.csv"
    table.write_text(f"SEQUENTIAL\n{caller};{number};100\n")
    process = await _sipp(
        pbx,
        "caller",
        "-inf",
        str(table).removeprefix(pbx.root),
        "-p",
        str(free_port(socket.SOCK_DGRAM)),
        "-mp",
        str(free_port(socket.SOCK_DGRAM)),
        "-r",
        str(calls_a_second),
        f"127.0.0.1:{pbx.sip_port}",
    )
    before = await asyncio.to_thread(pbx.calls)
    try:
        # Until it has come to be a flood: calls one by one are none.
        await eventually(
            lambda: pbx.calls() >= before + FLOOD or process.returncode is not None
        )
        assert process.returncode is None, "sipp ended"
        yield
        assert process.returncode is None, "sipp ended"
    finally:
        with contextlib.suppress(ProcessLookupError):
            process.kill()
        await process.wait()
        table.unlink(missing_ok=True)


def _listening(port: int) -> bool:
    # Looked up and not tried: whoever tries to bind keeps sipp from doing so.
    table = Path("/proc/net/udp").read_text().splitlines()[1:]
    return any(int(line.split()[1].split(":")[1], 16) == port for line in table)


async def dial(
    pbx: Asterisk, caller: str, number: str, *, hold: float = 1.0, seconds: float = 60
) -> bool:
    """Call a number and hold on; tell whether somebody or something answered."""
    table = pbx.folder / f"call-{caller}-{free_port()}.csv"
    table.write_text(f"SEQUENTIAL\n{caller};{number};{int(hold * 1000)}\n")
    process = await _sipp(
        pbx,
        "caller",
        "-inf",
        str(table).removeprefix(pbx.root),
        "-p",
        str(free_port(socket.SOCK_DGRAM)),
        "-mp",
        str(free_port(socket.SOCK_DGRAM)),
        "-m",
        "1",
        "-recv_timeout",
        str(int(seconds * 1000)),
        f"127.0.0.1:{pbx.sip_port}",
    )
    try:
        return await asyncio.wait_for(process.wait(), seconds + hold + 60) == 0
    finally:
        with contextlib.suppress(ProcessLookupError):
            process.kill()
        table.unlink(missing_ok=True)


async def lands(pbx: Asterisk, caller: str, number: str) -> str | None:
    """Call a number and say where the call lands.

    ``voicemail 100``, ``101`` for that telephone, ``None`` if nowhere.
    """
    call = asyncio.create_task(dial(pbx, caller, number, hold=30.0))
    found: str | None = None
    channels: list[tuple[str, str, str]] = []
    try:
        while found is None and not call.done():
            channels = await asyncio.to_thread(pbx.talking)
            found = _landing(channels, caller)
            await asyncio.sleep(0.05)
        for channel, *_ in channels:
            if channel.startswith(f"PJSIP/{caller}-"):
                # Nobody needs to talk on.
                await asyncio.to_thread(pbx.cli, f"channel request hangup {channel}")
    finally:
        await call
    return found


def _landing(channels: list[tuple[str, str, str]], caller: str) -> str | None:
    for channel, application, data in channels:
        if application == "VoiceMail":
            return f"voicemail {data.partition('@')[0]}"
        if application == "AppDial" and channel.startswith("PJSIP/"):
            extension = channel.removeprefix("PJSIP/").partition("-")[0]
            if extension != caller:
                return extension
    return None
