"""HTTP requests of one login at a calendar server, with checked redirects."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
import ssl
from typing import Any, Final
from weakref import WeakValueDictionary

from aiohttp import ClientSession, DigestAuthMiddleware, encode_basic_auth
from yarl import URL

from ..address import BadAddress, parts_of
from ..network.addresses import anywhere, public
from ..network.http import Fetched, fetch
from ..network.limits import LIMITS
from ..source import (
    CertificateRejected,
    Execute,
    NotAllowed,
    SignInNeeded,
    SourceUnavailable,
)
from ..tls import trust
from ..turns import Turns
from .login import Login

CLIENTS: Final[WeakValueDictionary[Login, DavClient]] = WeakValueDictionary()
"""Clients shared by the calendars of a login; removed with the last calendar."""
REDIRECTS: Final = frozenset({301, 302, 303, 307, 308})
SHARED: Final = {"caldav.icloud.com": ".icloud.com"}
"""Servers whose calendars lie on others of the same owner, with the same login."""


@dataclass(frozen=True, slots=True)
class Got:
    """A response, and the final URL after redirects."""

    answer: Fetched
    url: URL


class DavClient(Turns):
    """One login at one server; one request at a time."""

    def __init__(self, http: ClientSession, login: Login, execute: Execute) -> None:
        """Use a client session without a cookie jar; no request is sent yet."""
        super().__init__()
        self.login = login
        self.execute = execute
        self._http = http
        self._trusted: ssl.SSLContext | None = None
        self._digest: DigestAuthMiddleware | None = None

    async def request(
        self,
        method: str,
        url: URL,
        *,
        headers: Mapping[str, str] | None = None,
        body: str | None = None,
    ) -> Got:
        """Send a request, follow redirects, and return the successful response.

        Raises:
            SourceError: the request was refused or failed.
        """
        for _ in range(LIMITS.redirects + 1):
            answer = await self._send(method, url, headers or {}, body)
            if answer.status not in REDIRECTS:
                _judge(answer, with_login=bool(self.login.username))
                return Got(answer, url)
            url = self._next(url, answer)
        raise SourceUnavailable("not_calendar")

    async def _send(
        self, method: str, url: URL, headers: Mapping[str, str], body: str | None
    ) -> Fetched:
        login = self.login
        more: dict[str, Any] = {"data": body.encode()} if body is not None else {}
        told = dict(headers)
        may_sign_in = login.username and self._is_ours(url)
        if may_sign_in and self._digest is not None:
            more["middlewares"] = (self._digest,)
        elif may_sign_in:
            told["Authorization"] = encode_basic_auth(login.username, login.password)
        answer = await fetch(
            self._http,
            method,
            url,
            trusted=await self._trust(),
            limits=LIMITS,
            is_allowed=public if login.public_only else anywhere,
            headers=told,
            **more,
        )
        if answer.status == 401 and may_sign_in and self._digest is None:
            offered = " ".join(answer.headers.getall("WWW-Authenticate", [])).casefold()
            if "digest" in offered and "basic" not in offered:
                self._digest = DigestAuthMiddleware(login.username, login.password)
                return await self._send(method, url, headers, body)
        return answer

    def _is_ours(self, url: URL) -> bool:
        """Return whether the credentials may be sent to this URL."""
        named = URL(self.login.url)
        if url.origin() == named.origin():
            return True
        owner = SHARED.get(named.host or "")
        return (
            owner is not None
            and url.scheme == "https"
            and url.port == named.port
            and (url.host or "").endswith(owner)
        )

    def _next(self, url: URL, answer: Fetched) -> URL:
        """Return the target URL of a redirect.

        Raises:
            SourceUnavailable: the target is missing or not allowed.
        """
        try:
            to = url.join(URL(answer.headers.get("Location", ""), encoded=True))
            parts_of(str(to))
        except (ValueError, BadAddress) as error:
            raise SourceUnavailable("not_calendar") from error
        if self.login.same_server and to.origin() != URL(self.login.url).origin():
            raise SourceUnavailable("not_calendar")
        return to

    async def _trust(self) -> ssl.SSLContext:
        """Return the TLS context; it is loaded from files once."""
        if self._trusted is None:
            try:
                self._trusted = await self.execute(lambda: trust(self.login.authority))
            except ValueError as error:
                raise CertificateRejected("authority_unreadable") from error
        return self._trusted


def client_of(
    http: ClientSession, login: Login, execute: Execute, *, anew: bool
) -> DavClient:
    """Return the client that all calendars of a login at a server share.

    ``anew``: the settings were confirmed, so a refused login may be tried once
    more. Without a login, every address has its own client.
    """
    if login.username:
        login = replace(login, url=str(URL(login.url, encoded=True).origin()))
    client = CLIENTS.get(login)
    if client is None:
        client = CLIENTS[login] = DavClient(http, login, execute)
    if anew:
        client.try_again()
    return client


def _judge(answer: Fetched, *, with_login: bool) -> None:
    status = answer.status
    if status in (200, 207, 304):
        return
    if status == 401:
        raise SignInNeeded("wrong_password" if with_login else "login_needed")
    if status == 403:
        raise NotAllowed("not_allowed")
    if status in (404, 410):
        raise NotAllowed("address_unknown")
    if status in (429, 503):
        raise SourceUnavailable("busy", answer.retry_after)
    if status >= 500 and status != 501:
        raise SourceUnavailable("server_error")
    raise SourceUnavailable("not_calendar")
