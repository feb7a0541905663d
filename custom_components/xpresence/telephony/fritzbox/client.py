"""A client for TR-064: digest login, a pinned certificate, bounded answers.

Nothing is ever repeated by itself. A request that may have changed something and got
no answer ends in :class:`~..driver.OutcomeUnknown`.
"""

import asyncio
from collections.abc import Callable, Mapping
import contextlib
from dataclasses import dataclass, field
from hashlib import sha256
import json
import ssl
from typing import Any, Final

import aiohttp
from aiohttp.client_middleware_digest_auth import DigestAuthMiddleware
from yarl import URL

from ..driver import (
    AuthenticationFailed,
    CertificateRejected,
    NotSupported,
    OutcomeUnknown,
    PhoneSystemError,
    Unavailable,
)
from .errors import (
    ApplicationsDisabled,
    CertificateChanged,
    NoTelephony,
    too_many_requests,
    translated,
)
from .soap import Fault, Unreadable, answer, local_name, parse, request

PORT: Final = 49000
TLS_PORT: Final = 49443
DESCRIPTION: Final = "/tr64desc.xml"
UPNP_DESCRIPTION: Final = "/igddesc.xml"
"""The path that is served even where access for applications is off."""
LONGEST_ANSWER: Final = 1 << 20
"""Bytes. The longest real one, the description, has about 20 KiB."""
MOST_SERVICES: Final = 200
ANSWERS_WITHIN: Final = 15.0
CONNECTS_WITHIN: Final = 5.0


@dataclass(frozen=True, slots=True)
class Address:
    """Where a box listens.

    ``fingerprint``: the SHA-256 of its certificate in hex; empty: not seen yet. A box
    signs its own certificate, so no authority can vouch for it.
    """

    host: str
    port: int = TLS_PORT
    tls: bool = True
    fingerprint: str = ""

    def url(self, path: str) -> URL:
        """Return the address of a path on the box."""
        scheme = "https" if self.tls else "http"
        path, _, query = path.partition("?")
        return URL.build(
            scheme=scheme, host=self.host, port=self.port, path=path, query_string=query
        )


@dataclass(frozen=True, slots=True)
class Description:
    """What a box says about itself without a login."""

    model: str
    serial: str
    """Its MAC address, twelve hex digits; empty where it tells none."""
    version: str
    """FRITZ!OS, as ``154.07.29``."""
    services: Mapping[str, str] = field(default_factory=dict)
    """Service type without ``urn:…:service:`` → path."""


async def fingerprint(host: str, port: int = TLS_PORT) -> str:
    """Return the SHA-256 of the certificate that the box shows, to be pinned.

    Raises:
        Unavailable: nobody answers with TLS there.
    """
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    try:
        async with asyncio.timeout(CONNECTS_WITHIN):
            _, writer = await asyncio.open_connection(host, port, ssl=context)
    except (OSError, TimeoutError) as error:
        raise Unavailable(type(error).__name__) from None
    try:
        found = writer.get_extra_info("ssl_object").getpeercert(binary_form=True)
    finally:
        writer.transport.abort()
    return sha256(found).hexdigest()


class Tr064Client:
    """One login on one box.

    ``new_session`` makes the HTTP session, which belongs to this client alone: the
    login is part of it.
    """

    def __init__(
        self,
        address: Address,
        username: str,
        password: str,
        *,
        answers_within: float = ANSWERS_WITHIN,
        new_session: Callable[..., aiohttp.ClientSession] = aiohttp.ClientSession,
    ) -> None:
        """Prepare; nothing is sent yet."""
        self.address = address
        self._username = username
        self._password = password
        self._answers_within = answers_within
        self._new_session = new_session
        self._session: aiohttp.ClientSession | None = None
        self._services: Mapping[str, str] = {}

    async def close(self) -> None:
        """Drop every connection."""
        session, self._session = self._session, None
        if session is not None:
            await session.close()

    async def describe(self) -> Description:
        """Read what the box is, and remember where its services are.

        Raises:
            ApplicationsDisabled: a box answers, but TR-064 is switched off.
            NoTelephony: something else answers there.
            Unavailable, CertificateRejected.
        """
        status, body = await self._send("GET", DESCRIPTION)
        if status == 404:
            status, _ = await self._send("GET", UPNP_DESCRIPTION)
            if status == 200:
                raise ApplicationsDisabled
            raise NoTelephony("no description")
        if status != 200:
            raise _refused(status) or Unavailable(f"HTTP {status}")
        found = _description(body)
        self._services = found.services
        return found

    async def call(
        self,
        service: str,
        action: str,
        arguments: Mapping[str, str] | None = None,
        *,
        writes: bool = False,
    ) -> dict[str, str]:
        """Call an action and return its answer.

        Args:
            service: as ``X_AVM-DE_OnTel:1``.
            action: the action's name.
            arguments: by name.
            writes: whether it may change something in the box.

        Raises:
            AuthenticationFailed, CertificateRejected, PermissionDenied,
            NotSupported, Rejected, Unavailable; OutcomeUnknown only if it writes.
        """
        path = self._services.get(service)
        if path is None:
            raise NotSupported(service)
        kind = f"urn:dslforum-org:service:{service}"
        status, body = await self._send(
            "POST",
            path,
            request(kind, action, arguments or {}),
            {
                "Content-Type": 'text/xml; charset="utf-8"',
                "SOAPAction": f"{kind}#{action}",
            },
            writes=writes,
        )
        refused = _refused(status)
        if refused is not None:
            raise refused
        try:
            return answer(body, action)
        except Fault as fault:
            raise translated(fault, writes=writes) from None
        except Unreadable as error:
            raise _lost(str(error), writes=writes) from None

    async def json(self, path: str) -> Any:
        """Read a JSON document whose path an action has named.

        ``None`` where the box does not give it out.

        Raises:
            Unavailable: it cannot be read.
        """
        status, body = await self._send("GET", path)
        if 400 <= status < 500:
            return None
        if status != 200:
            raise Unavailable(f"HTTP {status}")
        try:
            return json.loads(body)
        except (ValueError, RecursionError) as error:
            raise Unavailable(type(error).__name__) from None

    async def _send(
        self,
        method: str,
        path: str,
        body: bytes = b"",
        headers: Mapping[str, str] | None = None,
        *,
        writes: bool = False,
    ) -> tuple[int, bytes]:
        try:
            async with (
                asyncio.timeout(self._answers_within),
                self._opened().request(
                    method,
                    self.address.url(path),
                    data=body or None,
                    headers={"Accept-Encoding": "identity", **(headers or {})},
                    ssl=self._trust(),
                    allow_redirects=False,
                ) as response,
            ):
                return response.status, await _read(response)
        except aiohttp.ServerFingerprintMismatch:
            raise CertificateChanged("fingerprint") from None
        except aiohttp.ClientConnectorError as error:
            # Not connected, so nothing was sent.
            raise Unavailable(type(error).__name__) from None
        except (aiohttp.ClientError, OSError, TimeoutError, Unreadable) as error:
            # What is under way must not arrive later than what comes next.
            await self.close()
            raise _lost(type(error).__name__, writes=writes) from None

    def _opened(self) -> aiohttp.ClientSession:
        if self._session is None:
            self._session = self._new_session(
                connector=aiohttp.TCPConnector(limit=2),
                cookie_jar=aiohttp.DummyCookieJar(),
                middlewares=(DigestAuthMiddleware(self._username, self._password),),
                timeout=aiohttp.ClientTimeout(
                    total=self._answers_within, sock_connect=CONNECTS_WITHIN
                ),
            )
        return self._session

    def _trust(self) -> bool | aiohttp.Fingerprint:
        if not self.address.tls:
            return True
        try:
            return aiohttp.Fingerprint(bytes.fromhex(self.address.fingerprint))
        except ValueError:
            raise CertificateRejected("fingerprint") from None


async def _read(response: aiohttp.ClientResponse) -> bytes:
    body = bytearray()
    async for chunk in response.content.iter_chunked(1 << 16):
        body += chunk
        if len(body) > LONGEST_ANSWER:
            raise Unreadable("too long")
    return bytes(body)


def _refused(status: int) -> PhoneSystemError | None:
    """Return what an HTTP status means; ``None`` where the body tells."""
    match status:
        case 200 | 500:
            return None
        case 401:
            return AuthenticationFailed("login")
        case 403 | 404 | 405:
            return NotSupported("service")
        case 503:
            return too_many_requests()
        case _:
            return Unavailable(f"HTTP {status}")


def _lost(reason: str, *, writes: bool) -> PhoneSystemError:
    return OutcomeUnknown(reason) if writes else Unavailable(reason)


def _description(body: bytes) -> Description:
    try:
        root = parse(body)
    except Unreadable:
        raise NoTelephony("no description") from None
    texts: dict[str, str] = {}
    services: dict[str, str] = {}
    for each in root.iter():
        name = local_name(each)
        if name in {"modelName", "UDN", "serialNumber", "Display"}:
            # The root device comes first.
            texts.setdefault(name, (each.text or "").strip()[:64])
        if name == "service" and len(services) < MOST_SERVICES:
            said = {local_name(part): (part.text or "").strip() for part in each}
            kind = said.get("serviceType", "").partition(":service:")[2]
            path = said.get("controlURL", "")
            with contextlib.suppress(ValueError):
                if kind and path.startswith("/"):
                    services.setdefault(kind, URL(path).path)
    serial = texts.get("serialNumber") or texts.get("UDN", "").rpartition("-")[2]
    return Description(
        texts.get("modelName", ""),
        serial.replace(":", "").upper(),
        texts.get("Display", ""),
        services,
    )


__all__ = [
    "Address",
    "Description",
    "Tr064Client",
    "fingerprint",
]
