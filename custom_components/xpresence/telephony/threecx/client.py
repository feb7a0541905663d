"""HTTP client of 3CX's configuration interface, and the meaning of its errors.

Source: the vendor's OpenAPI description (XAPI, 2026-06) and its example program. A token
comes from ``/connect/token`` by client credentials. **Only one token of a client is valid
at a time**: whoever takes one ends the token of everybody else with the same client, whose
next request is answered with 401. A request so answered was not carried out.
"""

import asyncio
from collections.abc import Callable, Mapping
import ssl
import time
from typing import Any, Final

import aiohttp

from ..driver import (
    AuthenticationFailed,
    CertificateRejected,
    LicenceMissing,
    NotSupported,
    OutcomeUnknown,
    PermissionDenied,
    PhoneSystemError,
    Rejected,
    RetryLater,
    Unavailable,
)
from ..http import Once, decoded, limited_body, retry_after
from ..tls import trusting

ANSWERS_WITHIN: Final = 20.0
"""Seconds for one request."""
LONGEST_ANSWER: Final = 2 * 1024 * 1024
"""Bytes of one page of users."""
MOST_TOKENS: Final = 3
"""Tokens taken for one request before it is given up."""
EARLY: Final = 5.0
"""Seconds before its end at which a token is not used any more."""
SHORTEST_LIFE: Final = 10.0
LONGEST_LIFE: Final = 3600.0
LICENCE: Final = "Enterprise"
ROLE: Final = "XAPI"


class TokenTaken(Unavailable):
    """Another program keeps taking tokens of the same API client."""

    key = "threecx_token_taken"
    needs_person = True
    try_again = True


class XapiClient:
    """Requests of one API client.

    After a refused login no request is sent; during ``Retry-After`` neither.
    """

    def __init__(
        self,
        session: Callable[[], aiohttp.ClientSession],
        base: str,
        client_id: str,
        client_secret: str,
        *,
        ca: str | None = None,
        answers_within: float = ANSWERS_WITHIN,
    ) -> None:
        """Keep the login; nothing is asked yet.

        Args:
            session: verifies certificates by the system's authorities.
            base: scheme, host and port.
            client_id: the number under which the client stands in 3CX.
            client_secret: its API key.
            ca: PEM text that is trusted in place of those authorities.
            answers_within: seconds for one request.
        """
        self._session = session
        self._base = base
        self._login = {
            "client_id": client_id,
            "client_secret": client_secret,
            "grant_type": "client_credentials",
        }
        self._ca = ca
        self._tls: ssl.SSLContext | bool | None = None if ca else True
        self._timeout = aiohttp.ClientTimeout(total=answers_within)
        self._token = ""
        self._token_ends = 0.0
        self._taking = asyncio.Lock()
        self._refused = False
        self._again_at = 0.0

    async def get(self, path: str, query: Mapping[str, str]) -> Any:
        """Return an answer.

        Raises:
            PhoneSystemError: as :meth:`PhoneSystem.read`.
        """
        return decoded(await self._ask("GET", path, query, None), LONGEST_ANSWER)

    async def patch(self, path: str, body: Mapping[str, Any]) -> None:
        """Write something, once.

        Raises:
            OutcomeUnknown: it may have been written.
            PhoneSystemError: it was not.
        """
        await self._ask("PATCH", path, {}, body)

    async def _ask(
        self,
        method: str,
        path: str,
        query: Mapping[str, str],
        body: Mapping[str, Any] | None,
    ) -> bytes:
        for _ in range(MOST_TOKENS):
            token = await self._valid_token()
            status, headers, read = await self._send(
                method,
                f"{self._base}/xapi/v1/{path}",
                params=dict(query),
                json=body,
                headers={"Authorization": f"Bearer {token}"},
            )
            if status == 401:
                # Refused before it was looked at, a write as well.
                self._forget(token)
                continue
            if status >= 300:
                raise self._error(status, headers, read, writes=method != "GET")
            return read
        raise TokenTaken("another program uses the API client")

    def _forget(self, token: str) -> None:
        if self._token == token:
            self._token = ""

    async def _valid_token(self) -> str:
        async with self._taking:
            if self._token and time.monotonic() < self._token_ends:
                return self._token
            status, headers, read = await self._send(
                "POST", f"{self._base}/connect/token", data=self._login
            )
            if status in (400, 401):
                self._refused = True
                raise AuthenticationFailed("refused")
            if status >= 300:
                raise self._error(status, headers, read, writes=False)
            said = decoded(read)
            token = said.get("access_token") if isinstance(said, dict) else None
            if not isinstance(token, str) or not token.isascii() or " " in token:
                raise Unavailable("no token")
            lives = said.get("expires_in")
            if isinstance(lives, bool) or not isinstance(lives, int | float):
                lives = SHORTEST_LIFE
            life = min(max(float(lives), SHORTEST_LIFE), LONGEST_LIFE)
            self._token_ends = time.monotonic() + life - EARLY
            self._token = token
            return token

    async def _send(
        self, method: str, url: str, **more: Any
    ) -> tuple[int, Mapping[str, str], bytes]:
        """Send one request and return status, headers and body."""
        if self._refused:
            raise AuthenticationFailed("refused before")
        if (pause := self._again_at - time.monotonic()) > 0:
            raise RetryLater(pause)
        if self._tls is None:
            self._tls = await asyncio.to_thread(trusting, self._ca)
        writes = method == "PATCH"
        try:
            async with self._session().request(
                method,
                url,
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
        self, status: int, headers: Mapping[str, str], body: bytes, *, writes: bool
    ) -> PhoneSystemError:
        text = body[:2000].decode(errors="replace").casefold()
        match status:
            case 402:
                return LicenceMissing(LICENCE)
            case 403:
                if "licen" in text:
                    return LicenceMissing(LICENCE)
                return PermissionDenied(ROLE)
            case 404 if not writes and "user" not in text:
                # A 3CX without this interface: before version 20, or switched off.
                return NotSupported("xapi")
            case 429 | 503:
                pause = retry_after(headers.get("Retry-After"))
                self._again_at = time.monotonic() + pause
                return RetryLater(pause)
            case 400 | 404 | 409 | 422:
                return Rejected(f"status {status}")
            case _:
                kind = OutcomeUnknown if writes else Unavailable
                return kind(f"status {status}")
