"""A signed-in session at a Domino server that reads JSON."""

from collections.abc import Mapping
from http.cookies import CookieError, SimpleCookie
import ssl
from typing import Any, Final

from aiohttp import ClientSession, DummyCookieJar, encode_basic_auth
from yarl import URL

from ..network.addresses import anywhere, public
from ..network.documents import parse_json
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
from .login import Auth, Login

OTHER_WAYS: Final = {
    "saml_needed": (b"samlrequest", b"/saml2/"),
    "second_factor_needed": (b"loginuserformmfa", b"totp"),
}
"""Why no password is enough → what stands in the address or the page that says so."""
SMALL: Final = 64 * 1024
"""Bytes of an answer that is read on the spot; a larger one in a thread."""
COOKIES: Final = ("LtpaToken2", "LtpaToken", "DomAuthSessId")
"""Names of Domino's session cookies: for several servers, or for one."""


class DominoSession(Turns):
    """One login, shared by all mail files read with it; signs in on demand."""

    def __init__(self, http: ClientSession, login: Login, execute: Execute) -> None:
        """Use a client session without a cookie jar: its cookies are one login's.

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
        """Return the JSON of a URL (``None`` if empty) and the response headers.

        Raises:
            SourceError: it could not be read.
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
            # Refused right after signing in: another try would not help.
            raise NotAllowed("not_allowed") from None

    async def _trust(self) -> ssl.SSLContext:
        """Return the TLS context; it is loaded from files once."""
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
        answer = await self._fetch(
            "GET",
            url,
            trusted,
            params=params,
            cookies=self._cookies or None,
            headers={"Accept": "application/json"} | (self._basic if basic else {}),
        )
        if answer.status != 200 or answer.content_type == "text/html":
            _refuse_other_ways(answer)
        self._judge(answer)
        body = answer.body
        if not body:
            return None, answer.headers
        if answer.content_type == "text/html":
            # Where sessions are on, the page to sign in comes with a 200.
            if basic:
                raise SignInNeeded("session_needed")
            raise _SessionOver
        if len(body) <= SMALL:
            return parse_json(body), answer.headers
        return await self._execute(lambda: parse_json(body)), answer.headers

    async def _fetch(
        self, method: str, url: URL, trusted: ssl.SSLContext, **more: Any
    ) -> Fetched:
        return await fetch(
            self._http,
            method,
            url,
            trusted=trusted,
            limits=LIMITS,
            is_allowed=public if self._login.public_only else anywhere,
            **more,
        )

    @property
    def _basic(self) -> dict[str, str]:
        login = self._login
        return {"Authorization": encode_basic_auth(login.username, login.password)}

    def _judge(self, response: Fetched) -> None:
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
            raise SourceUnavailable("busy", response.retry_after)
        if status != 200:
            raise SourceUnavailable("server_error")

    async def _sign_in(self, trusted: ssl.SSLContext) -> None:
        """Begin a session.

        Raises:
            SignInNeeded: name or password is wrong; Domino then shows its page again.
        """
        self._cookies = {}
        response = await self._fetch(
            "POST",
            self._login.sign_in,
            trusted,
            data={"Username": self._login.username, "Password": self._login.password},
        )
        if response.status in (429, 503):
            raise SourceUnavailable("busy", response.retry_after)
        if response.status >= 500:
            raise SourceUnavailable("server_error")
        if response.status == 404:
            raise SourceUnavailable("not_domino")
        self._cookies = _session_cookies(response)
        if not self._cookies:
            _refuse_other_ways(response)
            raise SignInNeeded("wrong_password")


def _refuse_other_ways(answer: Fetched) -> None:
    """Raise if the server requires another sign-in than a password.

    A redirect or a page leads to a provider of SAML, or is the form that asks for a
    time-based code (``$$LoginUserFormMFA`` since Domino 12).

    Raises:
        SignInNeeded: ``saml_needed`` or ``second_factor_needed``.
    """
    told = answer.headers.get("Location", "").encode() + answer.body
    told = told.lower()
    for reason, marks in OTHER_WAYS.items():
        if any(mark in told for mark in marks):
            raise SignInNeeded(reason)


class _SessionOver(Exception):
    """The session has ended; another may be begun."""


def _session_cookies(response: Fetched) -> dict[str, str]:
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
