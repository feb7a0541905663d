"""Starts a real Home Assistant of our own on loopback and talks to it as a user."""

import asyncio
from collections.abc import AsyncIterator, Mapping
import contextlib
from dataclasses import dataclass, field
import json
import os
from pathlib import Path
import secrets
import signal
import subprocess
import sys
import time
from typing import Any, Self

import aiohttp

from custom_components.xpresence.presence.model import DEFAULT_ORDER
from tests.pbx.asterisk import EVENTUALLY, Asterisk, eventually, free_port
from tests.telephony.fritzbox.box import FritzBox

NOWHERE: Mapping[str, Any] = {"kind": "nowhere"}
PROJECT = Path(__file__).parents[2]
START_SECONDS = 300
CONFIGURATION = """
frontend:
config:
history:
logbook:
conversation:
recorder:
  commit_interval: 1
logger:
  default: warning
  logs:
    custom_components.xpresence: debug
"""


class Failed(Exception):
    """Home Assistant answered with an error."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(f"{code}: {message}")
        self.code = code
        self.message = message


@dataclass(slots=True)
class Home:
    """One Home Assistant in a folder of its own."""

    folder: Path
    port: int = field(default_factory=free_port)
    username: str = "admin"
    password: str = field(default_factory=lambda: secrets.token_urlsafe(9))
    language: str = "en"
    configuration: str = CONFIGURATION
    environment: Mapping[str, str] = field(default_factory=dict)
    """What the process finds in its environment besides, such as another Microsoft."""
    process: subprocess.Popen[bytes] | None = None
    session: aiohttp.ClientSession | None = None
    token: str = ""
    refresh_token: str = ""
    entry: str = ""
    """The phone system of a test that has only one."""

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    # Life

    def prepare(self) -> None:
        """Write the configuration and put the integration in its place."""
        (self.folder / ".storage").mkdir(parents=True, exist_ok=True)
        (self.folder / "configuration.yaml").write_text(self.configuration)
        components = self.folder / "custom_components"
        if not components.exists():
            components.symlink_to(PROJECT / "custom_components")
        (self.folder / ".storage" / "http").write_text(
            json.dumps(
                {
                    "version": 2,
                    "minor_version": 2,
                    "key": "http",
                    "data": {
                        "stable": {
                            "server_host": ["127.0.0.1"],
                            "server_port": self.port,
                            "cors_allowed_origins": [],
                            "login_attempts_threshold": -1,
                            "ip_ban_enabled": True,
                            "ssl_profile": "modern",
                            "use_x_frame_options": True,
                            "created_at": "2026-01-01T00:00:00+00:00",
                            "error": None,
                            "error_message": None,
                        },
                        "pending": None,
                        "yaml_migration_done": True,
                    },
                }
            )
        )

        onboarding = self.folder / ".storage" / "onboarding"
        if not onboarding.exists():
            # The other steps would add integrations that want the internet.
            onboarding.write_text(
                json.dumps(
                    {
                        "version": 4,
                        "minor_version": 1,
                        "key": "onboarding",
                        "data": {"done": ["core_config", "analytics", "integration"]},
                    }
                )
            )

    async def start(self) -> None:
        """Start the process; returns when it answers and has finished starting."""
        log = (self.folder / "console.log").open("ab")
        self.process = subprocess.Popen(
            [
                sys.executable,
                "-m",
                "homeassistant",
                "--config",
                str(self.folder),
                "--skip-pip",
            ],
            env={
                **os.environ,
                **self.environment,
                "SETUP_PORT": str(self.port),
            },
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            start_new_session=True,
        )
        log.close()
        if self.session is None:
            self.session = aiohttp.ClientSession()
        end = time.monotonic() + START_SECONDS
        while True:
            if self.process.poll() is not None:
                raise RuntimeError(f"Home Assistant ended:\n{self.log()[-3000:]}")
            if time.monotonic() > end:
                raise RuntimeError(f"Home Assistant hangs:\n{self.log()[-3000:]}")
            with contextlib.suppress(aiohttp.ClientError, OSError):
                async with self.session.get(f"{self.url}/api/onboarding") as answer:
                    if answer.status in (200, 404):
                        break
            await asyncio.sleep(0.2)
        if self.token:
            await self.wait_running()

    async def wait_running(self) -> None:
        """Wait until Home Assistant says that it has started."""
        end = time.monotonic() + START_SECONDS
        while time.monotonic() < end:
            config = await self.get("/api/config")
            if config["state"] == "RUNNING":
                return
            await asyncio.sleep(0.1)
        raise RuntimeError("Home Assistant does not finish starting")

    async def onboard(self) -> None:
        """Make the first user, as the first page does, and log in."""
        client = f"{self.url}/"
        answer = await self._send(
            "POST",
            "/api/onboarding/users",
            {
                "client_id": client,
                "name": "Admin",
                "username": self.username,
                "password": self.password,
                "language": self.language,
            },
        )
        assert self.session is not None
        async with self.session.post(
            f"{self.url}/auth/token",
            data={
                "client_id": client,
                "grant_type": "authorization_code",
                "code": answer["auth_code"],
            },
        ) as response:
            tokens = await response.json()
        self.token = tokens["access_token"]
        self.refresh_token = tokens["refresh_token"]
        async with self.connection() as socket:
            await socket.ask(
                "config/core/update",
                language=self.language,
                time_zone="Europe/Berlin",
                country="DE",
            )
            # A token that outlives the test, restarts included.
            self.token = await socket.ask(
                "auth/long_lived_access_token", client_name="tests", lifespan=2
            )
        await self.wait_running()

    async def saved(self, entry_id: str, name: str) -> None:
        """Wait until Home Assistant has stored a subentry: it takes its time."""
        path = self.folder / ".storage" / "core.config_entries"

        def stored() -> bool:
            if not path.exists():
                return False
            return any(
                subentry["title"] == name
                for entry in json.loads(path.read_text())["data"]["entries"]
                if entry["entry_id"] == entry_id
                for subentry in entry["subentries"]
            )

        await eventually(stored)

    def ledger(self, entry_id: str, extension: str) -> dict[str, Any]:
        """Return what stands on the disk of an extension's redirect."""
        found: dict[str, Any] = self.record(entry_id, extension)["ledger"]
        return found

    def record(self, entry_id: str, extension: str) -> dict[str, Any]:
        """Return what stands on the disk of a person."""
        records: dict[str, Any] = {}
        path = self.folder / ".storage" / f"xpresence.{entry_id}.journal"
        for line in path.read_text().splitlines():
            with contextlib.suppress(ValueError):
                records |= json.loads(line)
        for record in records.values():
            if isinstance(record, dict) and record.get("extension") == extension:
                return record
        raise AssertionError(f"there is no record of {extension}")

    def kill(self) -> None:
        """End it as a power cut would."""
        assert self.process is not None
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait(60)

    async def stop(self) -> None:
        """End it properly."""
        if self.process is not None and self.process.poll() is None:
            os.killpg(self.process.pid, signal.SIGINT)
            try:
                await asyncio.to_thread(self.process.wait, 120)
            except subprocess.TimeoutExpired:
                self.kill()
        if self.session is not None:
            await self.session.close()
            self.session = None

    def log(self) -> str:
        """Return what it has printed."""
        path = self.folder / "console.log"
        return path.read_text(errors="replace") if path.exists() else ""

    def complaints(self) -> list[str]:
        """Return the log's errors and tracebacks that name xpresence."""
        return [
            line
            for line in self.log().splitlines()
            if "xpresence" in line and (" ERROR " in line or "Traceback" in line)
        ]

    # Talking to it

    async def get(self, path: str) -> Any:
        return await self._send("GET", path)

    async def post(self, path: str, data: Mapping[str, Any] | None = None) -> Any:
        return await self._send("POST", path, data or {})

    async def _send(
        self, method: str, path: str, data: Mapping[str, Any] | None = None
    ) -> Any:
        assert self.session is not None
        headers = {"Authorization": f"Bearer {self.token}"} if self.token else {}
        async with self.session.request(
            method, f"{self.url}{path}", json=data, headers=headers
        ) as answer:
            body = await answer.text()
            if answer.status >= 400:
                raise Failed(str(answer.status), body)
            return json.loads(body) if body else None

    async def state(self, entity_id: str) -> str:
        return str((await self.get(f"/api/states/{entity_id}"))["state"])

    async def attributes(self, entity_id: str) -> dict[str, Any]:
        found: dict[str, Any] = (await self.get(f"/api/states/{entity_id}"))[
            "attributes"
        ]
        return found

    async def until(self, entity_id: str, state: str) -> None:
        """Wait for a state.

        Raises:
            AssertionError: it did not come in time; says what is there.
        """
        end = time.monotonic() + EVENTUALLY
        seen = None
        while time.monotonic() < end:
            with contextlib.suppress(Failed):
                seen = await self.state(entity_id)
            if seen == state:
                return
            await asyncio.sleep(0.05)
        try:
            about = (await self.get(f"/api/states/{entity_id}"))["attributes"]
        except (Failed, aiohttp.ClientError, OSError) as error:
            about = repr(error)
        raise AssertionError(f"{entity_id} is {seen!r}, not {state!r}: {about}")

    @contextlib.asynccontextmanager
    async def watching(self, entity_id: str) -> AsyncIterator[list[dict[str, Any]]]:
        """Gather every state that an entity takes while this is open."""
        seen: list[dict[str, Any]] = []
        async with self.connection() as socket:
            await socket.ask("subscribe_entities", entity_ids=[entity_id])

            async def gather() -> None:
                while True:
                    event = json.loads(await socket.receive())["event"]
                    changed = event.get("c", {}).get(entity_id, {}).get("+", {})
                    whole = event.get("a", {}).get(entity_id, {})
                    if state := changed.get("s") or whole.get("s"):
                        told = changed.get("a", {}) | whole.get("a", {})
                        seen.append({"state": state, **told})

            task = asyncio.create_task(gather())
            try:
                yield seen
            finally:
                task.cancel()
                await asyncio.gather(task, return_exceptions=True)

    async def act(self, domain: str, service: str, **data: Any) -> None:
        """Call an action as the logged-in user.

        Raises:
            Failed: with the translated message.
        """
        async with self.connection() as socket:
            await socket.ask(
                "call_service", domain=domain, service=service, service_data=data
            )

    async def choose(self, entity_id: str, option: str) -> None:
        await self.act("select", "select_option", entity_id=entity_id, option=option)

    @contextlib.asynccontextmanager
    async def connection(self) -> AsyncIterator[Socket]:
        assert self.session is not None
        async with self.session.ws_connect(
            f"{self.url}/api/websocket", max_msg_size=0
        ) as raw:
            socket = Socket(raw)
            await raw.receive_json()
            await raw.send_json({"type": "auth", "access_token": self.token})
            assert (await raw.receive_json())["type"] == "auth_ok"
            yield socket

    async def add_dashboard(self, path: str, config: Mapping[str, Any]) -> None:
        """Make a dashboard that is shown in the side bar."""
        async with self.connection() as socket:
            await socket.ask(
                "lovelace/dashboards/create",
                url_path=path,
                title=config["title"],
                icon="mdi:account-clock",
                show_in_sidebar=True,
                mode="storage",
            )
            await socket.ask("lovelace/config/save", url_path=path, config=config)

    async def add_user(self, name: str, password: str) -> str:
        """Add an ordinary user with a person of theirs; return the person's entity."""
        async with self.connection() as socket:
            user = await socket.ask(
                "config/auth/create", name=name, group_ids=["system-users"]
            )
            user_id = user["user"]["id"]
            await socket.ask(
                "config/auth_provider/homeassistant/create",
                user_id=user_id,
                username=name.lower(),
                password=password,
            )
            person = await socket.ask("person/create", name=name, user_id=user_id)
        return f"person.{person['id']}"

    # Setting xpresence up, as the settings pages do

    async def flow(self, path: str, start: Mapping[str, Any], *steps: Any) -> Any:
        """Run a settings flow; each step is the answer to the page before."""
        result = await self.post(path, start)
        for step in steps:
            result = await self.post(f"{path}/{result['flow_id']}", step)
        return result

    async def add_asterisk(self, pbx: Asterisk, **more: Any) -> str:
        """Add a phone system; return the entry's id."""
        result = await self.flow(
            "/api/config/config_entries/flow",
            {"handler": "xpresence"},
            {"next_step_id": "asterisk"},
            {
                "host": "127.0.0.1",
                "port": pbx.ami_port,
                "name": "127.0.0.1",
                "username": pbx.username,
                "password": pbx.secret,
                "tls": False,
                **more,
            },
        )
        assert result["type"] == "create_entry", result
        return str(result["result"]["entry_id"])

    async def add_sip(self, pbx: Asterisk, **more: Any) -> str:
        """Add the same PBX as a SIP phone system; return the entry's id."""
        result = await self.flow(
            "/api/config/config_entries/flow",
            {"handler": "xpresence"},
            {"next_step_id": "sip"},
            {
                "name": "127.0.0.1",
                "system": "freepbx",
                "host": "127.0.0.1",
                "port": pbx.sip_port,
                "protocol": "udp",
                "more": {"register": False},
                "own_codes": {},
                **more,
            },
        )
        assert result["type"] == "create_entry", result
        return str(result["result"]["entry_id"])

    async def add_fritzbox(self, box: FritzBox, **more: Any) -> str:
        """Add a FRITZ!Box that listens on free ports; return the entry's id."""
        ports = {"tls": False, "port": box.port, "monitor_port": box.monitor_port}
        username, (password, _) = next(iter(box.users.items()))
        result = await self.flow(
            "/api/config/config_entries/flow",
            {"handler": "xpresence"},
            {"next_step_id": "fritzbox"},
            {
                "host": "127.0.0.1",
                "username": username,
                "password": password,
                "advanced": ports,
                **more,
            },
        )
        assert result["type"] == "create_entry", result
        return str(result["result"]["entry_id"])

    async def add_phone_system(self, kind: str, answers: Mapping[str, Any]) -> str:
        """Add a phone system of any kind by its one page; return the entry's id."""
        result = await self.flow(
            "/api/config/config_entries/flow",
            {"handler": "xpresence"},
            {"next_step_id": kind},
            answers,
        )
        assert result["type"] == "create_entry", result
        return str(result["result"]["entry_id"])

    async def give_password(self, entry_id: str, name: str, password: str) -> None:
        """Enter a person's own password at the phone system."""
        people = await self.people(entry_id)
        await self.change(
            entry_id,
            "person",
            people[name],
            {"next_step_id": "phone"},
            {"password": password},
        )

    async def add_embedded(self) -> str:
        """Add a phone system that xpresence keeps itself."""
        return await self.add_actions()

    async def add_actions(self, **settings: Any) -> str:
        """Add a phone system that Home Assistant's actions drive."""
        result = await self.flow(
            "/api/config/config_entries/flow",
            {"handler": "xpresence"},
            {"next_step_id": "actions"},
            settings,
            *([{"next_step_id": "save"}] if settings else []),
        )
        assert result["type"] == "create_entry", result
        return str(result["result"]["entry_id"])

    async def profiles(self, entry_id: str) -> dict[str, str]:
        """Return the profiles' ids by their names."""
        return await self._subentries(entry_id, "profile")

    async def people(self, entry_id: str) -> dict[str, str]:
        """Return the people's ids by their names."""
        return await self._subentries(entry_id, "person")

    async def _subentries(self, entry_id: str, kind: str) -> dict[str, str]:
        async with self.connection() as socket:
            found = await socket.ask(
                "config_entries/subentries/list", entry_id=entry_id
            )
        return {
            subentry["title"]: subentry["subentry_id"]
            for subentry in found
            if subentry["subentry_type"] == kind
        }

    async def add_person(
        self, entry_id: str, name: str, extension: str, **more: Any
    ) -> None:
        """Add a person with the first profile as default."""
        profiles = await self.profiles(entry_id)
        result = await self.flow(
            "/api/config/config_entries/subentries/flow",
            {"handler": [entry_id, "person"]},
            {
                "name": name,
                "extension": extension,
                "default_profile": next(iter(profiles.values())),
                **more,
            },
        )
        assert result["type"] == "create_entry", result

    async def change(
        self, entry_id: str, kind: str, subentry_id: str, *steps: Mapping[str, Any]
    ) -> None:
        """Change a person or a profile; each step is the answer to a page."""
        result = await self.flow(
            "/api/config/config_entries/subentries/flow",
            {"handler": [entry_id, kind], "subentry_id": subentry_id},
            *steps,
        )
        assert result["type"] == "abort", result
        assert result["reason"] == "reconfigure_successful", result

    async def add_profile(
        self,
        entry_id: str,
        name: str,
        unconditional: Mapping[str, Any] = NOWHERE,
        *,
        busy: Mapping[str, Any] = NOWHERE,
        no_reply: Mapping[str, Any] = NOWHERE,
        do_not_disturb: bool | None = False,
        **more: Any,
    ) -> None:
        """Add a profile that forwards calls; what is not said goes nowhere.

        ``do_not_disturb`` is ``None`` where the phone system has none to ask for.
        """
        quiet = {} if do_not_disturb is None else {"do_not_disturb": do_not_disturb}
        result = await self.flow(
            "/api/config/config_entries/subentries/flow",
            {"handler": [entry_id, "profile"]},
            {"name": name},
            {
                "status": "busy",
                "ending": "until_changed",
                "agent": "unchanged",
                "enabled": True,
                **more,
            },
            {"mode": "forward"},
            {
                "unconditional": unconditional,
                "busy": busy,
                "no_reply": no_reply,
                **quiet,
            },
        )
        assert result["type"] == "create_entry", result

    async def set_rules(self, entry_id: str, **rules: Any) -> None:
        """Change some of the rules that hold for everybody."""
        result = await self.flow(
            "/api/config/config_entries/options/flow",
            {"handler": entry_id},
            {"next_step_id": "rules"},
            {
                "order": [source.value for source in DEFAULT_ORDER],
                "desk_change": "respect",
                "calendar_days": 30,
                **rules,
            },
        )
        assert result["type"] == "create_entry", result

    async def remove_person(self, entry_id: str, name: str) -> None:
        """Remove a person on Home Assistant's own page."""
        people = await self.people(entry_id)
        async with self.connection() as socket:
            await socket.ask(
                "config_entries/subentries/delete",
                entry_id=entry_id,
                subentry_id=people[name],
            )

    async def remove_entry(self, entry_id: str) -> None:
        """Remove a phone system on Home Assistant's own page."""
        await self._send("DELETE", f"/api/config/config_entries/entry/{entry_id}")

    async def notices(self) -> list[str]:
        """Return the repair issues of xpresence, by their words."""
        async with self.connection() as socket:
            found = await socket.ask("repairs/list_issues")
        return [
            issue["translation_key"]
            for issue in found["issues"]
            if issue["domain"] == "xpresence"
        ]

    async def notice(self, key: str) -> dict[str, str]:
        """Return the blanks of the one repair issue of xpresence with these words."""
        async with self.connection() as socket:
            found = await socket.ask("repairs/list_issues")
        (issue,) = [
            issue
            for issue in found["issues"]
            if issue["domain"] == "xpresence"
            and issue["translation_key"] == key
            and not issue["ignored"]
        ]
        blanks: dict[str, str] = issue["translation_placeholders"]
        return blanks

    async def __aenter__(self) -> Self:
        self.prepare()
        await self.start()
        await self.onboard()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.stop()


class Socket:
    """A logged-in WebSocket connection."""

    def __init__(self, raw: aiohttp.ClientWebSocketResponse) -> None:
        self._raw = raw
        self._number = 0

    async def receive(self) -> str:
        """Return the next message, as it comes."""
        async with asyncio.timeout(EVENTUALLY):
            return await self._raw.receive_str()

    async def ask(self, kind: str, **data: Any) -> Any:
        """Send a command and return its result.

        Raises:
            Failed: the command failed.
        """
        self._number += 1
        await self._raw.send_json({"id": self._number, "type": kind, **data})
        while True:
            answer = await self._raw.receive_json()
            if answer.get("id") == self._number and answer["type"] == "result":
                if not answer["success"]:
                    error = answer["error"]
                    raise Failed(error["code"], error["message"])
                return answer["result"]
