"""The demo, as a newcomer starts it."""

import asyncio
from collections.abc import AsyncIterator
import contextlib
from datetime import UTC, datetime, timedelta
import os
from pathlib import Path
import re
import signal
import subprocess
import sys
import time

import aiohttp
import pytest

from tests.pbx.asterisk import EVENTUALLY, eventually, free_port

from .home import Home

pytestmark = [pytest.mark.asterisk, pytest.mark.e2e]

PROJECT = Path(__file__).parents[2]


@contextlib.asynccontextmanager
async def started(
    port: int, folder: Path, *arguments: str, **more: str
) -> AsyncIterator[asyncio.subprocess.Process]:
    demo = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "script.demo",
        *arguments,
        cwd=PROJECT,
        env={
            **os.environ,
            "XPRESENCE_PORT": str(port),
            "LANG": "de_DE.UTF-8",
            "TMPDIR": str(folder),
            **more,
        },
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        start_new_session=True,
    )
    try:
        yield demo
    finally:
        if demo.returncode is None:
            # As Ctrl-C does, so that it ends what it has started.
            os.killpg(demo.pid, signal.SIGINT)
            await demo.communicate()


async def log_in(home: Home) -> None:
    """Log in by Home Assistant's own page."""
    assert home.session is not None
    client = f"{home.url}/"
    who = {"username": home.username, "password": home.password}
    flow = await home.post(
        "/auth/login_flow",
        {
            "client_id": client,
            "handler": ["homeassistant", None],
            "redirect_uri": client,
        },
    )
    done = await home.post(
        f"/auth/login_flow/{flow['flow_id']}", {"client_id": client, **who}
    )
    data = {
        "client_id": client,
        "grant_type": "authorization_code",
        "code": done["result"],
    }
    async with home.session.post(f"{home.url}/auth/token", data=data) as answer:
        home.token = (await answer.json())["access_token"]


async def profiles_ahead(home: Home, calendar: str) -> list[str]:
    now = datetime.now(UTC).replace(tzinfo=None)
    begin, end = (now - timedelta(hours=1), now + timedelta(hours=8))
    found = await home.get(
        f"/api/calendars/{calendar}?start={begin.isoformat()}Z&end={end.isoformat()}Z"
    )
    return [event["summary"] for event in found]


@pytest.mark.parametrize(
    ("phone", "without", "says"),
    [
        ("asterisk", {}, "a real Asterisk"),
        ("asterisk", {"XPRESENCE_ASTERISK": ""}, "keeps the redirects"),
        ("sip", {}, "by feature codes"),
        ("fritzbox", {}, "FRITZ!Box"),
        ("sipgate", {}, "sipgate"),
        ("threecx", {}, "3CX"),
        ("starface", {}, "STARFACE"),
    ],
    ids=[
        "asterisk",
        "no-asterisk",
        "sip",
        "fritzbox",
        "sipgate",
        "threecx",
        "starface",
    ],
)
async def test_the_demo_can_be_logged_in_to_and_ends_without_a_trace(
    tmp_path: Path, phone: str, without: dict[str, str], says: str
) -> None:
    port = free_port()
    said = ""
    async with started(port, tmp_path, "--phone", phone, **without) as demo:
        assert demo.stdout is not None
        async with asyncio.timeout(600):
            while "Ctrl-C" not in said:
                line = await demo.stdout.readline()
                assert line, said
                said += line.decode()
        url = re.search(r"Open\s+(\S+)", said)
        user = re.search(r"User\s+(\S+)", said)
        password = re.search(r"Password\s+(\S+)", said)
        assert url and user and password  # noqa: PT018
        assert url[1].startswith(f"http://127.0.0.1:{port}/")
        assert says in said
        async with aiohttp.ClientSession() as session:
            home = Home(tmp_path, port, user[1], password[1], session=session)
            await log_in(home)
            # The demo speaks the language of the terminal.
            await home.until("select.bob_profil", "Anwesend")
            await home.until("sensor.bob_umleitung", "off")
            # Anna's calendar is followed; her first appointment is soon, or is now.
            end = time.monotonic() + EVENTUALLY
            expected = ["Besprechung", "Besprechung", "Mittagspause"]
            while (ahead := await profiles_ahead(home, "calendar.anna_termine")) != (
                expected
            ):
                assert time.monotonic() < end, ahead
                await asyncio.sleep(0.2)
            await home.choose("select.anna_profil", "Besprechung")
            await home.until("sensor.anna_umleitung", "active")
        os.killpg(demo.pid, signal.SIGINT)
        async with asyncio.timeout(180):
            assert await demo.wait() == 0
    await eventually(lambda: str(tmp_path) not in running_commands())
    assert list(tmp_path.glob("xpresence-demo-*")) == []


def running_commands() -> str:
    return subprocess.run(
        ["ps", "-eo", "args"], capture_output=True, text=True, check=True
    ).stdout


async def test_a_port_in_use_is_said_in_one_sentence(tmp_path: Path) -> None:
    async def nobody(_reader: object, writer: asyncio.StreamWriter) -> None:
        writer.close()

    port = free_port()
    server = await asyncio.start_server(nobody, "127.0.0.1", port)
    async with server, started(port, tmp_path) as demo:
        out, _ = await demo.communicate()
        assert demo.returncode == 1
        assert f"Port {port} on 127.0.0.1 is in use" in out.decode()
