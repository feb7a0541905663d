"""Signed in at a Domino server, getting what it tells as JSON."""

from collections.abc import Mapping
from http.cookies import CookieError, SimpleCookie
import json
import ssl
from typing import Any, Final

from aiohttp import (
    ClientConnectorCertificateError,
    ClientConnectorError,
    ClientError,
    ClientResponse,
    ClientSession,
    ClientSSLError,
    ClientTimeout,
    DummyCookieJar,
    encode_basic_auth,
)
from yarl import URL

from ..source import (
    CertificateRejected,
    Execute,
    NotAllowed,
    SignInNeeded,
    SourceError,
    SourceUnavailable,
)
from ..tls import certificate_problem, trust
from ..turns import Turns
from .login import Auth, Login

TIMEOUT: Final = ClientTimeout(total=30)
LIMIT: Final = 16 * 2**20
"""Bytes that an answer may have."""
COOKIES: Final = ("LtpaToken2", "LtpaToken", "DomAuthSessId")
"""What Domino knows a session by, across servers or on one."""


class DominoSession(Turns):
    """One login, for all mail files that are read with it; it signs in when it must."""

    def __init__(self, http: ClientSession, login: Login, execute: Execute) -> None:
        """Take a client session that keeps no cookies: they are one person's.

        Raises:
            TypeError: it keeps cookies.
        """
        if not isinstance(http.cookie_jar, DummyCookieJar):
            raise TypeError("a client session that keeps cookies mixes people up")
        super().__init__()
        self._http = http
        self._login = login
        self._execute = execute
        self._trusted: ssl.SSLContext | None = None
        self._cookies: dict[str, str] = {}

    async def get(
        self, url: URL, params: Mapping[str, str]
    ) -> tuple[Any, Mapping[str, str]]:
        """Return what an address tells, ``None`` for an empty answer, and its headers.

        Raises:
            SourceError: it could not be had.
        """
        try:
            trusted = await self._trust()
            if self._login.auth is Auth.SESSION and not self._cookies:
                await self._sign_in(trusted)
            try:
                return await self._ask(url, params, trusted)
            except _SessionOver:
                await self._sign_in(trusted)
                return await self._ask(url, params, trusted)
        except _SessionOver:
            # Signed in anew, and not let in: there is no use in trying on.
            raise NotAllowed("not_allowed") from None
        except TimeoutError:
            raise SourceUnavailable("too_slow") from None
        except (ClientError, OSError) as error:
            raise _of_the_wire(error) from None

    async def _trust(self) -> ssl.SSLContext:
        """Return whose certificates count; that is read from files, once."""
        if self._trusted is None:
            try:
                self._trusted = await self._execute(
                    lambda: trust(self._login.authority)
                )
            except ValueError as error:
                raise CertificateRejected("authority_unreadable") from error
        return self._trusted

    async def _ask(
        self, url: URL, params: Mapping[str, str], trusted: ssl.SSLContext
    ) -> tuple[Any, Mapping[str, str]]:
        basic = self._login.auth is Auth.BASIC
        async with self._http.get(
            url,
            params=params,
            cookies=self._cookies or None,
            headers={"Accept": "application/json"} | (self._basic if basic else {}),
            ssl=trusted,
            timeout=TIMEOUT,
            allow_redirects=False,
        ) as response:
            self._judge(response)
            body = await _body(response)
            if not body:
                return None, response.headers
            if response.content_type == "text/html":
                # Where sessions are on, the page to sign in comes with a 200.
                if basic:
                    raise SignInNeeded("session_needed")
                raise _SessionOver
            return _parsed(body), response.headers

    @property
    def _basic(self) -> dict[str, str]:
        login = self._login
        return {"Authorization": encode_basic_auth(login.username, login.password)}

    def _judge(self, response: ClientResponse) -> None:
        status = response.status
        in_session = self._login.auth is Auth.SESSION
        if status == 401:
            raise _SessionOver if in_session else SignInNeeded("wrong_password")
        if status in (301, 302, 303, 307, 308):
            if "login" not in response.headers.get("Location", "").lower():
                raise SourceUnavailable("not_domino")
            raise _SessionOver if in_session else SignInNeeded("session_needed")
        if status == 403:
            raise NotAllowed("not_allowed")
        if status in (404, 405):
            raise NotAllowed("mail_file_unknown")
        if status in (429, 503):
            raise SourceUnavailable("busy", _seconds(response))
        if status != 200:
            raise SourceUnavailable("server_error")

    async def _sign_in(self, trusted: ssl.SSLContext) -> None:
        """Begin a session.

        Raises:
            SignInNeeded: name or password is wrong; Domino then shows its page again.
        """
        self._cookies = {}
        async with self._http.post(
            self._login.sign_in,
            data={"Username": self._login.username, "Password": self._login.password},
            ssl=trusted,
            timeout=TIMEOUT,
            allow_redirects=False,
        ) as response:
            if response.status in (429, 503):
                raise SourceUnavailable("busy", _seconds(response))
            if response.status >= 500:
                raise SourceUnavailable("server_error")
            if response.status == 404:
                raise SourceUnavailable("not_domino")
            self._cookies = _session_cookies(response)
        if not self._cookies:
            raise SignInNeeded("wrong_password")


class _SessionOver(Exception):
    """The session has ended; another may be begun."""


def _session_cookies(response: ClientResponse) -> dict[str, str]:
    found: dict[str, str] = {}
    for header in response.headers.getall("Set-Cookie", []):
        try:
            cookies = SimpleCookie(header)
        except CookieError:
            continue  # Another's; without one of Domino's the sign-in has failed.
        for name, cookie in cookies.items():
            if name in COOKIES and cookie.value:
                found[name] = cookie.value
    return found


async def _body(response: ClientResponse) -> bytes:
    body = bytearray()
    async for part in response.content.iter_chunked(65536):
        body += part
        if len(body) > LIMIT:
            response.close()
            raise SourceUnavailable("answer_too_long")
    return bytes(body)


def _parsed(body: bytes) -> Any:
    try:
        return json.loads(body)
    except (ValueError, RecursionError) as error:
        raise SourceUnavailable("answer_unreadable") from error


def _seconds(response: ClientResponse) -> float | None:
    """Return what the server asks to be waited; a date instead is left to us."""
    asked = response.headers.get("Retry-After", "")
    return float(asked) if asked.isdecimal() else None


def _of_the_wire(error: Exception) -> SourceError:
    if isinstance(error, ClientConnectorCertificateError):
        return CertificateRejected(
            certificate_problem(error.certificate_error) or "certificate_unknown"
        )
    if isinstance(error, ClientSSLError):
        return SourceUnavailable("not_encrypted")
    if isinstance(error, ClientConnectorError | OSError):
        return SourceUnavailable("unreachable")
    return SourceUnavailable("answer_cut_short")
