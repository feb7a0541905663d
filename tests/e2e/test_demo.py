"""The demo, as a newcomer starts it."""

import asyncio
import contextlib
import os
from pathlib import Path
import re
import signal
import subprocess
import sys

import aiohttp
import pytest

from tests.pbx.asterisk import EVENTUALLY, eventually, free_port

pytestmark = [pytest.mark.asterisk, pytest.mark.e2e]

PROJECT = Path(__file__).parents[2]


async def started(port: int, folder: Path, **more: str) -> asyncio.subprocess.Process:
    return await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "script.demo",
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


async def logged_in(
    session: aiohttp.ClientSession, home: str, user: str, password: str
) -> dict[str, str]:
    """Log in by Home Assistant's own page; return the headers of what follows."""
    async with session.post(
        f"{home}/auth/login_flow",
        json={
            "client_id": f"{home}/",
            "handler": ["homeassistant", None],
            "redirect_uri": f"{home}/",
        },
    ) as answer:
        flow = await answer.json()
    async with session.post(
        f"{home}/auth/login_flow/{flow['flow_id']}",
        json={"client_id": f"{home}/", "username": user, "password": password},
    ) as answer:
        code = (await answer.json())["result"]
    async with session.post(
        f"{home}/auth/token",
        data={
            "client_id": f"{home}/",
            "grant_type": "authorization_code",
            "code": code,
        },
    ) as answer:
        token = (await answer.json())["access_token"]
    return {"Authorization": f"Bearer {token}"}


@pytest.mark.parametrize(
    ("without", "says"),
    [({}, "a real Asterisk"), ({"XPRESENCE_ASTERISK": ""}, "keeps the redirects")],
    ids=["asterisk", "no-asterisk"],
)
async def test_the_demo_can_be_logged_in_to_and_ends_without_a_trace(
    tmp_path: Path, without: dict[str, str], says: str
) -> None:
    port = free_port()
    demo = await started(port, tmp_path, **without)
    said = ""
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
    home = f"http://127.0.0.1:{port}"
    assert url[1].startswith(home)
    assert says in said
    async with aiohttp.ClientSession() as session:
        headers = await logged_in(session, home, user[1], password[1])

        async def shows(**wanted: str) -> None:
            async with asyncio.timeout(EVENTUALLY):
                while True:
                    async with session.get(
                        f"{home}/api/states", headers=headers
                    ) as answer:
                        found = {one["entity_id"]: one for one in await answer.json()}
                    if wanted == {
                        name: found[f"{kind}.{name}"]["state"]
                        for name in wanted
                        for kind in ("select", "sensor")
                        if f"{kind}.{name}" in found
                    }:
                        return
                    await asyncio.sleep(0.1)

        # The demo speaks the language of the terminal.
        await shows(anna_profil="Anwesend", bob_profil="Anwesend", anna_umleitung="off")
        async with session.post(
            f"{home}/api/services/select/select_option",
            json={"entity_id": "select.anna_profil", "option": "Besprechung"},
            headers=headers,
        ) as answer:
            answer.raise_for_status()
        await shows(anna_profil="Besprechung", anna_umleitung="active")

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
    try:
        demo = await started(port, tmp_path)
        out, _ = await demo.communicate()
        assert demo.returncode == 1
        assert f"Port {port} on 127.0.0.1 is in use" in out.decode()
    finally:
        server.close()
        with contextlib.suppress(ProcessLookupError):
            demo.kill()
