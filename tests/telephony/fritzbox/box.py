"""A FRITZ!Box on loopback: TR-064, its lists, its errors, its call monitor."""

import asyncio
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass, field, replace
from hashlib import md5
import secrets
import ssl
import time
from typing import Any, Self
from xml.etree.ElementTree import fromstring
from xml.sax.saxutils import escape

from aiohttp import web

from .contract import description, roots, services

REALM = "F!Box SOAP-Auth"
SERIAL = "989BCB2B93B0"
ONTEL, TAM, VOIP = "X_AVM-DE_OnTel:1", "X_AVM-DE_TAM:1", "X_VoIP:1"
PHONE = frozenset({ONTEL, TAM, VOIP})
"""Services that need the right P; what is open needs none, all else C."""
OPEN = frozenset({"GetSecurityPort", "X_AVM-DE_GetAnonymousLogin"})
ANY_RIGHT = frozenset({"X_AVM-DE_GetCurrentUser", "X_AVM-DE_GetMeshListPath"})
ENVELOPE = (
    '<?xml version="1.0" encoding="utf-8"?><s:Envelope'
    ' xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"'
    ' s:encodingStyle="http://schemas.xmlsoap.org/soap/encoding/">'
    "<s:Body>{}</s:Body></s:Envelope>"
)


@dataclass(frozen=True)
class Rule:
    """An entry of the list of diversions and call blocks."""

    target: str = ""
    mode: str = "eImmediately"
    number: str = "111222"
    type: str = "toVoIP"
    on: bool = False
    outgoing: str = ""
    phonebook: str = ""

    @property
    def what(self) -> tuple[str, ...]:
        """Everything but whether it is on."""
        rest = (self.outgoing, self.phonebook)
        return (self.type, self.number, self.target, self.mode, *rest)


def block(caller: str) -> Rule:
    """Return a call block, which the box's page makes active at once."""
    return Rule("", "eNoSignal", caller, "fromNumber", on=True)


@dataclass(frozen=True)
class AnsweringMachine:
    name: str
    on: bool = False
    ring_seconds: int = 0
    numbers: tuple[str, ...] = ()
    mode: str = "record_message"
    shown: bool = True


@dataclass
class FritzBox:
    """What it holds may be changed at any time, as by somebody at its page.

    ``foreign``: called at every point of a write. Its argument counts the points: 0 is
    before the first request after :meth:`watch_points`, 1 after it, 2 before the second
    one, and so on.
    """

    rules: list[Rule] = field(default_factory=list)
    machines: list[AnsweringMachine] = field(default_factory=list)
    numbers: tuple[tuple[str, str], ...] = (("111222", "Anna"), ("111333", "Ben"))
    users: dict[str, tuple[str, str]] = field(
        default_factory=lambda: {"homeassistant": ("Grün€ 7", "CP")}
    )
    """Name → password and rights."""
    mesh_role: str = "master"
    without: frozenset[str] = frozenset()
    """Services that this model has not."""
    applications: bool = True
    """Whether the box allows access for applications."""
    country: str = "49"
    area: str = "30"
    refuse: dict[str, int] = field(default_factory=dict)
    """Action → the UPnP code it is refused with."""
    swallow: set[str] = field(default_factory=set)
    """Actions that are done, and whose answer never arrives."""
    swallow_after: str = ""
    """Answers are lost only once this action has been asked for."""
    status: int = 0
    """The HTTP status of every answer, if it is not 0."""
    raw: Callable[[str, bytes], bytes] | None = None
    """Replaces an action's answer."""
    asked: list[str] = field(default_factory=list)
    logins_refused: int = 0
    switched_at: list[int] = field(default_factory=list)
    """When something was switched, in nanoseconds of the monotonic clock."""
    bytes_in: int = 0
    bytes_out: int = 0
    foreign: Callable[[int], None] | None = None
    port: int = 0
    tls_port: int = 0
    monitor_port: int = 0
    _points: int = 0
    _nonces: set[str] = field(default_factory=set)
    _runner: web.AppRunner | None = None
    _tls_runner: web.AppRunner | None = None
    _monitor: asyncio.Server | None = None
    _listening: set[asyncio.StreamWriter] = field(default_factory=set)
    _loop: asyncio.AbstractEventLoop | None = None
    _over: asyncio.Event = field(default_factory=asyncio.Event)

    # Life

    async def start(self, tls: ssl.SSLContext | None = None, port: int = 0) -> Self:
        """Listen on free ports of loopback; plain, and with TLS if a context is given."""
        self._over = asyncio.Event()
        self._loop = asyncio.get_running_loop()
        self._runner, self.port = await self._serve(None, port)
        if tls is not None:
            self._tls_runner, self.tls_port = await self._serve(tls, 0)
        return self

    async def _serve(
        self, tls: ssl.SSLContext | None, port: int
    ) -> tuple[web.AppRunner, int]:
        app = web.Application(middlewares=[_whole])
        app.router.add_get("/tr64desc.xml", self._tr064_description)
        app.router.add_get("/igddesc.xml", self._upnp_description)
        app.router.add_get("/{scpd:[^/]*SCPD.xml}", self._scpd)
        app.router.add_get("/any.xml", self._scpd)
        app.router.add_get("/meshlist.lua", self._mesh)
        app.router.add_post("/{path:.*}", self._control)
        runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", port, ssl_context=tls).start()
        return runner, runner.addresses[0][1]

    async def stop(self) -> None:
        """Go away, in the middle of an answer too."""
        self._over.set()
        await self.stop_monitor()
        for runner in (self._runner, self._tls_runner):
            if runner is not None:
                await runner.cleanup()
        self._runner = self._tls_runner = None

    async def start_monitor(self, port: int = 0) -> int:
        """Switch the call monitor on (``#96*5*``); return its port."""
        self._monitor = await asyncio.start_server(self._listen, "127.0.0.1", port)
        self.monitor_port = self._monitor.sockets[0].getsockname()[1]
        return self.monitor_port

    async def stop_monitor(self) -> None:
        """Switch it off (``#96*4*``)."""
        if self._monitor is not None:
            self._monitor.close()
            for writer in tuple(self._listening):
                writer.transport.abort()
            self._monitor = None

    async def _listen(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        self._listening.add(writer)
        with suppress(OSError):
            await reader.read()
        self._listening.discard(writer)
        writer.close()

    async def say(self, *lines: str) -> None:
        """Tell whoever listens what a call does."""
        for _ in range(200):
            if self._listening:
                break
            await asyncio.sleep(0.01)
        for writer in tuple(self._listening):
            for line in lines:
                writer.write(f"28.11.26 10:00:00;{line}\r\n".encode())
            await writer.drain()

    def say_from_elsewhere(self, *lines: str) -> None:
        """Tell whoever listens, from another thread than the box's."""
        assert self._loop is not None
        asyncio.run_coroutine_threadsafe(self.say(*lines), self._loop).result(30)

    # What others do

    def watch_points(self, foreign: Callable[[int], None] | None) -> None:
        """Let somebody else change things at the points of what follows."""
        self.foreign, self._points = foreign, 0

    def on(self) -> list[tuple[str, ...]]:
        """Return what is on."""
        return [rule.what for rule in self.rules if rule.on]

    def switch(self, target: str, *, on: bool) -> None:
        """Switch the rules to a target, at the box's own page."""
        self.rules = [
            replace(rule, on=on) if rule.target == target else rule
            for rule in self.rules
        ]

    # Descriptions

    async def _tr064_description(self, _request: web.Request) -> web.Response:
        if not self.applications:
            raise web.HTTPNotFound
        text = description(roots()[1], self.without, UDN=_udn())
        return web.Response(text=text, content_type="text/xml")

    async def _upnp_description(self, _request: web.Request) -> web.Response:
        text = description(roots()[0], frozenset())
        return web.Response(text=text, content_type="text/xml")

    async def _scpd(self, request: web.Request) -> web.Response:
        for service in services().values():
            if service.attributes["SCPDURL"] == request.path:
                return web.Response(text=service.scpd, content_type="text/xml")
        raise web.HTTPNotFound

    async def _mesh(self, request: web.Request) -> web.Response:
        if self.mesh_role == "slave" or request.query.get("sid") != "1":
            raise web.HTTPNotFound
        mac = ":".join(SERIAL[i : i + 2] for i in range(0, 12, 2))
        interface = {
            "uid": "ni-1",
            "name": "LAN:1",
            "type": "LAN",
            "mac_address": mac,
            "node_links": [],
        }
        node = {
            "uid": "n-1",
            "device_name": "fritz.box",
            "device_mac_address": mac,
            "mesh_role": self.mesh_role,
            "is_meshed": True,
            "node_interfaces": [interface],
        }
        return web.json_response({"schema_version": "7.0", "nodes": [node]})

    # Actions

    async def _control(self, request: web.Request) -> web.StreamResponse:
        body = await request.read()
        self.bytes_in += len(body)
        if self.status:
            return web.Response(status=self.status)
        service = services().get(request.path)
        if service is None or service.name in self.without:
            raise web.HTTPNotFound
        envelope = fromstring(body)
        call = envelope[0][0]
        action = call.tag.rpartition("}")[2]
        assert request.headers["SOAPAction"].strip('"') == f"{service.type}#{action}"
        rights = self._rights(request, action)
        if rights is None:
            return self._challenge()
        self.asked.append(action)
        arguments = {each.tag.rpartition("}")[2]: each.text or "" for each in call}
        code = service.problem(action, arguments)
        if code is None and action not in OPEN | ANY_RIGHT:
            needed = "P" if service.name in PHONE else "C"
            code = None if needed in rights else 606
        code = self.refuse.get(action, code)
        if code is None:
            self._point()
            try:
                answer = self._do(service.name, action, arguments)
            except IndexError:
                code = 713
            else:
                answer = service.nothing(action) if answer is None else answer
                service.check(action, answer)
            self._point()
        if code is not None:
            return self._fault(code)
        if action == self.swallow_after:
            self.swallow_after = ""
        if action in self.swallow and not self.swallow_after:
            await self._over.wait()
        said = "".join(f"<{k}>{escape(v)}</{k}>" for k, v in answer.items())
        text = ENVELOPE.format(
            f'<u:{action}Response xmlns:u="{service.type}">{said}</u:{action}Response>'
        ).encode()
        if self.raw is not None:
            text = self.raw(action, text)
        self.bytes_out += len(text)
        return web.Response(body=text, content_type="text/xml", charset="utf-8")

    def _point(self) -> None:
        if self.foreign is not None:
            point, self._points = self._points, self._points + 1
            self.foreign(point)

    def _fault(self, code: int) -> web.Response:
        text = ENVELOPE.format(
            "<s:Fault><faultcode>s:Client</faultcode>"
            "<faultstring>UPnPError</faultstring><detail>"
            # With its line breaks: the real client counts on them.
            '<UPnPError xmlns="urn:dslforum-org:control-1-0">\n'
            f"<errorCode>{code}</errorCode>\n"
            "<errorDescription>refused</errorDescription>"
            "</UPnPError></detail></s:Fault>"
        )
        return web.Response(text=text, status=500, content_type="text/xml")

    def _rights(self, request: web.Request, action: str) -> str | None:
        """Return the rights of whoever asks; ``None`` without a login that holds."""
        if action in OPEN:
            return ""
        header = request.headers.get("Authorization", "")
        if not header.startswith("Digest "):
            return None
        said = web_digest(header)
        password, rights = self.users.get(said.get("username", ""), ("", ""))
        if said.get("nonce") not in self._nonces:
            return None
        if not password or said.get("response") != _response(
            said, password, request.method
        ):
            self.logins_refused += 1
            return None
        return rights

    def _challenge(self) -> web.Response:
        nonce = secrets.token_hex(8)
        self._nonces.add(nonce)
        header = f'Digest realm="{REALM}", nonce="{nonce}", algorithm=MD5, qop="auth"'
        return web.Response(
            status=401,
            text="<HTML><BODY>401 Unauthorized (ERR_NONE)</BODY></HTML>",
            content_type="text/html",
            headers={"WWW-Authenticate": header},
        )

    def forget_logins(self) -> None:
        """Let every nonce expire, as time does."""
        self._nonces.clear()

    def _do(
        self, service: str, action: str, said: dict[str, str]
    ) -> dict[str, str] | None:
        handler = {
            (ONTEL, "GetNumberOfDeflections"): self._count_rules,
            (ONTEL, "GetDeflections"): self._list_rules,
            (ONTEL, "GetDeflection"): self._one_rule,
            (ONTEL, "SetDeflectionEnable"): self._switch_rule,
            (TAM, "GetList"): self._list_machines,
            (TAM, "GetInfo"): self._one_machine,
            (TAM, "SetEnable"): self._switch_machine,
            (VOIP, "X_AVM-DE_GetNumbers"): self._list_numbers,
            (VOIP, "X_AVM-DE_GetVoIPCommonCountryCode"): self._country_code,
            (VOIP, "X_AVM-DE_GetVoIPCommonAreaCode"): self._area_code,
            ("DeviceInfo:1", "GetInfo"): self._device,
            ("DeviceInfo:1", "GetSecurityPort"): self._security_port,
            ("Hosts:1", "X_AVM-DE_GetMeshListPath"): self._mesh_path,
            ("X_AVM-DE_UPnP:1", "GetInfo"): self._upnp,
            ("Layer3Forwarding:1", "GetDefaultConnectionService"): self._line_out,
        }.get((service, action))
        return None if handler is None else handler(said)

    def _count_rules(self, _said: dict[str, str]) -> dict[str, str]:
        return {"NewNumberOfDeflections": str(len(self.rules))}

    def _list_rules(self, _said: dict[str, str]) -> dict[str, str]:
        return {
            "NewDeflectionList": listed(
                {
                    "DeflectionId": index,
                    "Enable": int(rule.on),
                    "Type": rule.type,
                    "Number": rule.number,
                    "DeflectionToNumber": rule.target,
                    "Mode": rule.mode,
                    "Outgoing": rule.outgoing,
                    "PhonebookID": rule.phonebook,
                }
                for index, rule in enumerate(self.rules)
            )
        }

    def _one_rule(self, said: dict[str, str]) -> dict[str, str]:
        rule = self.rules[int(said["NewDeflectionId"])]
        return {
            "NewEnable": str(int(rule.on)),
            "NewType": rule.type,
            "NewNumber": rule.number,
            "NewDeflectionToNumber": rule.target,
            "NewMode": rule.mode,
            "NewOutgoing": rule.outgoing,
            "NewPhonebookID": rule.phonebook or "0",
        }

    def _switch_rule(self, said: dict[str, str]) -> dict[str, str]:
        index = int(said["NewDeflectionId"])
        self.rules[index] = replace(self.rules[index], on=said["NewEnable"] == "1")
        self.switched_at.append(time.monotonic_ns())
        return {}

    def _list_machines(self, _said: dict[str, str]) -> dict[str, str]:
        running = {"TAMRunning": 1, "Stick": 0, "Status": 0, "Capacity": 60}
        head = "".join(f"<{name}>{value}</{name}>" for name, value in running.items())
        text = listed(
            {
                "Index": index,
                "Display": int(machine.shown),
                "Enable": int(machine.on),
                "Name": machine.name,
            }
            for index, machine in enumerate(self.machines)
        )
        return {"NewTAMList": text.replace("<List>", f"<List>{head}")}

    def _one_machine(self, said: dict[str, str]) -> dict[str, str]:
        machine = self.machines[int(said["NewIndex"])]
        return {
            "NewEnable": str(int(machine.on)),
            "NewName": machine.name,
            "NewTAMRunning": "1",
            "NewStick": "0",
            "NewStatus": "32768",
            "NewCapacity": "60",
            "NewMode": machine.mode,
            "NewRingSeconds": str(machine.ring_seconds),
            "NewPhoneNumbers": ",".join(machine.numbers),
        }

    def _switch_machine(self, said: dict[str, str]) -> dict[str, str]:
        index = int(said["NewIndex"])
        machine = self.machines[index]
        self.machines[index] = replace(machine, on=said["NewEnable"] == "1")
        return {}

    def _list_numbers(self, _said: dict[str, str]) -> dict[str, str]:
        return {
            "NewNumberList": listed(
                {"Number": number, "Type": "eVoIP", "Index": index, "Name": name}
                for index, (number, name) in enumerate(self.numbers)
            )
        }

    def _country_code(self, _said: dict[str, str]) -> dict[str, str]:
        return {"NewX_AVM-DE_LKZ": self.country, "NewX_AVM-DE_LKZPrefix": "00"}

    def _area_code(self, _said: dict[str, str]) -> dict[str, str]:
        return {"NewX_AVM-DE_OKZ": self.area, "NewX_AVM-DE_OKZPrefix": "0"}

    def _device(self, _said: dict[str, str]) -> dict[str, str]:
        return {
            "NewManufacturerName": "AVM",
            "NewManufacturerOUI": "00040E",
            "NewModelName": "FRITZ!Box 7590",
            "NewDescription": "FRITZ!Box 7590 154.07.29",
            "NewProductClass": "FRITZ!Box",
            "NewSerialNumber": SERIAL,
            "NewSoftwareVersion": "154.07.29",
            "NewHardwareVersion": "FRITZ!Box 7590",
            "NewSpecVersion": "1.0",
            "NewProvisioningCode": "",
            "NewUpTime": "4711",
            "NewDeviceLog": "",
        }

    def _security_port(self, _said: dict[str, str]) -> dict[str, str]:
        return {"NewSecurityPort": str(self.tls_port or 49443)}

    def _upnp(self, _said: dict[str, str]) -> dict[str, str]:
        return {"NewEnable": "1", "NewUPnPMediaServer": "0"}

    def _line_out(self, _said: dict[str, str]) -> dict[str, str]:
        return {"NewDefaultConnectionService": "1.WANPPPConnection.1"}

    def _mesh_path(self, _said: dict[str, str]) -> dict[str, str]:
        return {"NewX_AVM-DE_MeshListPath": "/meshlist.lua?sid=1"}


@web.middleware
async def _whole(request: web.Request, handler: Any) -> web.StreamResponse:
    response: web.StreamResponse = await handler(request)
    response.headers["Server"] = "FRITZ!Box 7590 UPnP/1.0 AVM FRITZ!Box 7590 154.07.29"
    return response


def _udn() -> str:
    return f"uuid:739f2409-bccb-40e7-8e6c-{SERIAL}"


def listed(items: Iterable[dict[str, Any]]) -> str:
    """Return a list as the box puts it into an answer."""
    text = "".join(
        "<Item>"
        + "".join(f"<{k}>{escape(str(v))}</{k}>" for k, v in item.items())
        + "</Item>"
        for item in items
    )
    return f"<List>{text}</List>"


def web_digest(header: str) -> dict[str, str]:
    """Return what a client says in a digest."""
    from aiohttp.client_middleware_digest_auth import parse_header_pairs

    return parse_header_pairs(header.removeprefix("Digest "))


def _response(said: dict[str, str], password: str, method: str) -> str:
    def hashed(*parts: str) -> str:
        return md5(":".join(parts).encode(), usedforsecurity=False).hexdigest()

    who = hashed(said["username"], said["realm"], password)
    what = hashed(method, said["uri"])
    if "qop" not in said:
        return hashed(who, said["nonce"], what)
    return hashed(who, said["nonce"], said["nc"], said["cnonce"], said["qop"], what)
