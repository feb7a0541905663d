"""An Exchange Server on loopback that keeps to Microsoft's schemas, both ways."""

import asyncio
import base64
from collections.abc import Iterable
from contextlib import suppress
from datetime import datetime
from pathlib import Path
import ssl
from typing import Any, Self
from unittest import mock

from aiohttp import web
from lxml import etree
import spnego

from tests.groupware.faults import FAULTS, Fault, plain

from .mailbox import Item
from .soap import MESSAGES, SOAP, TYPES, checked, enveloped, fault

DOMAIN = "OFFICE"
FIND_LIMIT = 1000
"""``EWSFindCountLimit`` of Exchange's default throttling policy."""


class ExchangeServer:
    """What it was asked stays in ``requests``; what it shall do wrong is set."""

    def __init__(
        self, folder: Path, offered: Iterable[str] = ("NTLM", "Basic")
    ) -> None:
        self.passwords = {"anna": "Grün€ 7", "service": "service's own"}
        self.mailboxes: dict[str, list[Item]] = {}
        self.rights: dict[str, set[str]] = {}
        """Login → mailboxes whose calendars it may see."""
        self.impersonators: set[str] = set()
        self.offered = tuple(offered)
        self.requests: list[etree._Element] = []
        self.tries = 0
        """How often somebody tried to sign in with a password."""
        self.connections: set[Any] = set()
        self.fault = ""
        self.faults = {**FAULTS, **XML_FAULTS}
        self.find_limit = FIND_LIMIT
        self.speaks = "Exchange2016"
        self.refused_versions: list[str] = []
        self._signed_in: dict[Any, str] = {}
        self._talks: dict[Any, Any] = {}
        self._users = folder / "ntlm-users"
        self._over = asyncio.Event()
        self._runner: web.AppRunner | None = None
        self.url = ""

    def add(self, mailbox: str, *items: Item) -> None:
        """Put items into a mailbox that its own user may see."""
        self.mailboxes.setdefault(mailbox, []).extend(i.stored() for i in items)
        self.rights.setdefault(mailbox.partition("@")[0], set()).add(mailbox)

    async def start(self, tls: ssl.SSLContext | None = None) -> Self:
        """Listen on a free port of loopback."""
        app = web.Application()
        app.router.add_post("/EWS/Exchange.asmx", self._answer)
        self._runner = web.AppRunner(app, handler_cancellation=True)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", 0, ssl_context=tls)
        await site.start()
        port = self._runner.addresses[0][1]
        self.url = f"http{'s' if tls else ''}://127.0.0.1:{port}/EWS/Exchange.asmx"
        return self

    async def stop(self) -> None:
        """Go away, in the middle of an answer too."""
        self._over.set()
        if self._runner:
            await self._runner.cleanup()
            self._runner = None

    async def _answer(self, request: web.Request) -> web.StreamResponse:
        body = await request.read()
        self.connections.add(request.transport)
        if (user := self._user(request)) is None:
            return self._refusal(request)
        if self.fault:
            return await self.faults[self.fault](request, self._over)
        envelope = etree.fromstring(body)
        version = envelope.find(f".//{{{TYPES}}}RequestServerVersion")
        if (asked := version.get("Version")) != self.speaks:
            self.refused_versions.append(asked)
            text = fault("ErrorInvalidServerVersion")
            return web.Response(status=500, body=text, content_type="text/xml")
        # Microsoft's schemas are those of one version, and allow no other.
        version.set("Version", "Exchange2016")
        checked(etree.tostring(envelope))
        version.set("Version", asked)
        self.requests.append(envelope)
        text = self._found(user, envelope)
        checked(text)
        self.faults["same again"] = plain(200, text, "text/xml")
        return web.Response(body=text, content_type="text/xml", charset="utf-8")

    # Signing in

    def _user(self, request: web.Request) -> str | None:
        """Return who asks; NTLM signs a connection in, Basic one request."""
        kind, _, given = request.headers.get("Authorization", "").partition(" ")
        if not given or kind not in self.offered:
            return self._signed_in.get(request.transport)
        token = base64.b64decode(given)
        if kind == "Basic":
            self.tries += 1
            name, _, password = token.decode().partition(":")
            return name if self.passwords.get(name) == password else None
        return self._ntlm(request.transport, token)

    def _ntlm(self, transport: Any, token: bytes) -> str | None:
        """Take NTLM one step further, as Windows' side of it would."""
        # A name without a domain is one of the server's own.
        self._users.write_text(
            "".join(
                f"{domain}:{user}:{password}\n"
                for user, password in self.passwords.items()
                for domain in ("", DOMAIN)
            )
        )
        with mock.patch.dict("os.environ", NTLM_USER_FILE=str(self._users)):
            talk = self._talks.get(transport)
            if talk is None:
                talk = spnego.server(protocol="ntlm")
                self._talks[transport] = talk
                self._challenge = talk.step(token)
                return None
            del self._talks[transport]
            self.tries += 1
            with suppress(spnego.exceptions.SpnegoError):
                talk.step(token)
                name = talk.client_principal.rpartition("\\")[2]
                self._signed_in[transport] = name
                return name
        return None

    def _refusal(self, request: web.Request) -> web.Response:
        """Answer 401 without a body, as Exchange does, with a challenge if one began."""
        response = web.Response(status=401)
        for kind in self.offered:
            if kind == "NTLM" and request.transport in self._talks:
                challenge = base64.b64encode(self._challenge).decode()
                response.headers.add("WWW-Authenticate", f"NTLM {challenge}")
            elif kind == "Basic":
                response.headers.add("WWW-Authenticate", 'Basic realm="127.0.0.1"')
            else:
                response.headers.add("WWW-Authenticate", kind)
        return response

    # Finding items

    def _found(self, user: str, envelope: etree._Element) -> bytes:
        spaces = {"s": SOAP, "m": MESSAGES, "t": TYPES}
        find = envelope.find(f"{{{SOAP}}}Body/{{{MESSAGES}}}FindItem")
        assert find is not None
        mailbox = find.findtext(
            ".//t:DistinguishedFolderId//t:EmailAddress", "", spaces
        )
        for_whom = envelope.findtext(".//t:ConnectingSID/*", None, spaces)
        if for_whom is not None:
            if user not in self.impersonators:
                return response_error("ErrorImpersonateUserDenied")
            user = for_whom.partition("@")[0]
        if mailbox not in self.mailboxes:
            return response_error("ErrorNonExistentMailbox")
        if mailbox not in self.rights.get(user, ()):
            return response_error("ErrorFolderNotFound")
        view = find.find("m:CalendarView", spaces)
        start = datetime.fromisoformat(view.get("StartDate"))
        end = datetime.fromisoformat(view.get("EndDate"))
        limit = min(int(view.get("MaxEntriesReturned", "10000")), self.find_limit)
        fields = {uri.get("FieldURI") for uri in find.iterfind(".//t:FieldURI", spaces)}
        items = sorted(
            (i for i in self.mailboxes[mailbox] if i.end >= start and i.start < end),
            key=lambda item: item.start,
        )
        shown = items[:limit]
        last = "true" if len(shown) == len(items) else "false"
        return enveloped(
            "<m:FindItemResponse><m:ResponseMessages>"
            '<m:FindItemResponseMessage ResponseClass="Success">'
            "<m:ResponseCode>NoError</m:ResponseCode>"
            f'<m:RootFolder TotalItemsInView="{len(items)}" '
            f'IncludesLastItemInRange="{last}"><t:Items>'
            + "".join(item.xml(fields) for item in shown)
            + "</t:Items></m:RootFolder></m:FindItemResponseMessage>"
            "</m:ResponseMessages></m:FindItemResponse>"
        )


def bomb(in_attributes: bool) -> bytes:
    """Return entities of entities, which are gigabytes when they are read."""
    entities = '<!ENTITY a0 "ha">' + "".join(
        f'<!ENTITY a{n} "{f"&a{n - 1};" * 10}">' for n in range(1, 10)
    )
    inner = '<b c="&a9;"/>' if in_attributes else "<b>&a9;</b>"
    return f"<!DOCTYPE a [{entities}]><a>{inner}</a>".encode()


def response_error(code: str) -> bytes:
    return enveloped(
        "<m:FindItemResponse><m:ResponseMessages>"
        '<m:FindItemResponseMessage ResponseClass="Error">'
        f"<m:MessageText>No.</m:MessageText><m:ResponseCode>{code}</m:ResponseCode>"
        "<m:DescriptiveLinkKey>0</m:DescriptiveLinkKey></m:FindItemResponseMessage>"
        "</m:ResponseMessages></m:FindItemResponse>"
    )


WHOLE = enveloped("<m:FindItemResponse/>")
XML_FAULTS: dict[str, Fault] = {
    "busy": plain(500, fault("ErrorServerBusy", 45000), "text/xml"),
    "error": plain(500, fault("ErrorInternalServerError"), "text/xml"),
    "cut short": plain(200, WHOLE[: len(WHOLE) // 2], "text/xml"),
    "entities": plain(200, bomb(in_attributes=False), "text/xml"),
    "entities in attributes": plain(200, bomb(in_attributes=True), "text/xml"),
}
