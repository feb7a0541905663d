"""HTTP client of STARFACE's REST interface, and the meaning of its errors.

Source: the vendor's Swagger description (6.7) and its example program. A login is answered
in two steps: a template with a nonce, then a secret made of it. The token goes into the header
``authToken``. An answer 401 means that it is over; a request so answered was not carried out.
A PUT is answered with 204; with 200 it failed, whatever the status says.
"""

import asyncio
import base64
from collections.abc import Callable, Mapping
import hashlib
import ssl
import time
from typing import Any, Final
from urllib.parse import quote

import aiohttp

from ..driver import (
    AuthenticationFailed,
    CertificateRejected,
    NotSupported,
    OutcomeUnknown,
    PermissionDenied,
    PhoneSystemError,
    Rejected,
    RetryLater,
    Unavailable,
)
from ..http import LONGEST_ANSWER, Once, decoded, limited_body, retry_after
from ..tls import trusting

ANSWERS_WITHIN: Final = 20.0
"""Seconds for one request."""
LONGEST_TOKEN: Final = 1000
ON_BEHALF: Final = "actOnBehalfOf"
VERSION: Final = {"X-Version": "2"}


class StarfaceClient:
    """Requests of one login.

    After a refused login no request is sent; during ``Retry-After`` neither.
    """

    def __init__(
        self,
        session: Callable[[], aiohttp.ClientSession],
        base: str,
        username: str,
        password: str,
        *,
        ca: str | None = None,
        extension: str | None = None,
        answers_within: float = ANSWERS_WITHIN,
    ) -> None:
        """Keep the login; nothing is asked yet.

        Args:
            session: verifies certificates by the system's authorities.
            base: scheme, host and port.
            username: the login number of a user.
            password: theirs.
            ca: PEM text that is trusted in place of those authorities.
            extension: whose login it is; ``None``: the administrator's.
            answers_within: seconds for one request.
        """
        self._session = session
        self._base = base
        self._username = username
        self._password = password
        self._ca = ca
        self._extension = extension
        self._tls: ssl.SSLContext | bool | None = None if ca else True
        self._timeout = aiohttp.ClientTimeout(total=answers_within)
        self._token = ""
        self._signing_in = asyncio.Lock()
        self._refused = False
        self._again_at = 0.0

    async def get(self, path: str, *, on_behalf: str | None = None) -> Any:
        """Return an answer.

        Raises:
            PhoneSystemError: as :meth:`PhoneSystem.read`.
        """
        status, read = await self._ask("GET", path, on_behalf, None)
        if status != 200:
            raise Unavailable(f"status {status}")
        return decoded(read)

    async def put(
        self, path: str, body: Mapping[str, Any], *, on_behalf: str | None = None
    ) -> None:
        """Write something, once.

        Raises:
            OutcomeUnknown: it may have been written.
            PhoneSystemError: it was not.
        """
        status, _ = await self._ask("PUT", path, on_behalf, body)
        if status != 204:
            raise OutcomeUnknown(f"status {status}")

    async def _ask(
        self,
        method: str,
        path: str,
        on_behalf: str | None,
        body: Mapping[str, Any] | None,
    ) -> tuple[int, bytes]:
        query = {} if on_behalf is None else {ON_BEHALF: on_behalf}
        for attempt in range(2):
            token = await self._valid_token()
            status, headers, read = await self._send(
                method,
                f"/{path}",
                params=query,
                json=body,
                headers={"authToken": token},
            )
            if status == 401 and not attempt:
                # Over, and refused before it was looked at, a write as well.
                if self._token == token:
                    self._token = ""
                continue
            if status >= 300:
                raise self._error(status, headers, writes=method == "PUT")
            return status, read
        raise Unavailable("signed out again")

    async def _valid_token(self) -> str:
        async with self._signing_in:
            if self._token:
                return self._token
            status, headers, read = await self._send("GET", "/login")
            if status != 200:
                raise self._error(status, headers, writes=False)
            login = self._login(decoded(read))
            status, headers, read = await self._send(
                "POST", "/login", json=login, headers=VERSION
            )
            if status in (400, 401):
                self._refused = True
                raise AuthenticationFailed("refused", extension=self._extension)
            if status != 200:
                raise self._error(status, headers, writes=False)
            said = decoded(read)
            token = said.get("token") if isinstance(said, dict) else None
            if not isinstance(token, str) or not 0 < len(token) <= LONGEST_TOKEN:
                raise Unavailable("no token")
            if not token.isascii() or not token.isprintable():
                raise Unavailable("no token")
            self._token = token
            return token

    def _login(self, template: Any) -> dict[str, str]:
        kind = template.get("loginType") if isinstance(template, dict) else None
        nonce = template.get("nonce") if isinstance(template, dict) else None
        if not isinstance(kind, str) or not isinstance(nonce, str):
            raise Unavailable("no login")
        if len(nonce) > LONGEST_TOKEN or len(kind) > LONGEST_TOKEN:
            raise Unavailable("no login")
        secret = secret_of(kind, self._username, nonce, self._password)
        return {"loginType": kind, "nonce": nonce, "secret": secret}

    async def _send(
        self, method: str, path: str, **more: Any
    ) -> tuple[int, Mapping[str, str], bytes]:
        """Send one request and return status, headers and body."""
        if self._refused:
            raise AuthenticationFailed("refused before", extension=self._extension)
        if (pause := self._again_at - time.monotonic()) > 0:
            raise RetryLater(pause)
        if self._tls is None:
            self._tls = await asyncio.to_thread(trusting, self._ca)
        writes = method == "PUT"
        try:
            async with self._session().request(
                method,
                f"{self._base}/rest{path}",
                timeout=self._timeout,
                allow_redirects=False,
                ssl=self._tls,
                middlewares=(Once(),) if writes else (),
                **more,
            ) as response:
                read = await limited_body(response, LONGEST_ANSWER)
                return response.status, response.headers, read
        except aiohttp.ClientConnectorCertificateError as error:
            raise CertificateRejected("not trusted") from error
        except aiohttp.ClientConnectorError as error:
            raise Unavailable("cannot connect") from error
        except (aiohttp.ClientError, TimeoutError, ValueError) as error:
            kind = OutcomeUnknown if writes else Unavailable
            raise kind(type(error).__name__) from error

    def _error(
        self, status: int, headers: Mapping[str, str], *, writes: bool
    ) -> PhoneSystemError:
        match status:
            case 403:
                return PermissionDenied("administrator")
            case 404 if not writes:
                return NotSupported("rest")
            case 429 | 503:
                pause = retry_after(headers.get("Retry-After"))
                self._again_at = time.monotonic() + pause
                return RetryLater(pause)
            case 400 | 404 | 409 | 422:
                return Rejected(f"status {status}")
            case _:
                kind = OutcomeUnknown if writes else Unavailable
                return kind(f"status {status}")


def secret_of(kind: str, username: str, nonce: str, password: str) -> str:
    """Return the secret of a login, as the vendor describes it for its two kinds."""
    if kind.casefold().replace("_", "") == "activedirectory":
        return base64.b64encode(f"{username}{nonce}{password}".encode()).decode()
    inner = hashlib.sha512(password.encode()).hexdigest()
    outer = hashlib.sha512(f"{username}{nonce}{inner}".encode()).hexdigest()
    return f"{username}:{outer}"


def path_of(redirect_id: str) -> str:
    """Return the path of one redirection."""
    return f"redirects/{quote(redirect_id, safe='')}"
