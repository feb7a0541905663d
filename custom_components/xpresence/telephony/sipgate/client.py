"""HTTP client for sipgate, and the meaning of its errors.

Source: the OpenAPI description of its REST interface, version 2. Refusals: 400 a wrong
value, 401 the token, 403 a missing scope or a feature that is not booked (as plain text for
accounts of the product Neo), 429 and 503 with ``Retry-After``.
"""

import asyncio
from collections.abc import Callable
import time
from typing import Any, Final

import aiohttp

from ..driver import (
    AuthenticationFailed,
    LicenceMissing,
    OutcomeUnknown,
    PermissionDenied,
    PhoneSystemError,
    Rejected,
    RetryLater,
    Unavailable,
)
from ..http import Once, decoded, limited_body, retry_after

BASE: Final = "https://api.sipgate.com/v2"
ANSWERS_WITHIN: Final = 20.0
"""Seconds for one request."""
CLASSIC: Final = "Classic PBX"
"""The product whose accounts have phone lines; Neo's have none."""
NOT_BOOKED: Final = "not booked"


class SipgateClient:
    """Requests of one login.

    After a refused login no request is sent; during ``Retry-After`` neither.
    """

    def __init__(
        self,
        session: Callable[[], aiohttp.ClientSession],
        token_id: str,
        token: str,
        extension: str,
        *,
        base: str = BASE,
        answers_within: float = ANSWERS_WITHIN,
    ) -> None:
        """Keep the login; nothing is asked yet."""
        self._session = session
        login = aiohttp.encode_basic_auth(token_id, token)
        self._headers = {"Authorization": login}
        self._extension = extension
        self._base = base
        self._timeout = aiohttp.ClientTimeout(total=answers_within)
        self._refused = False
        self._again_at = 0.0

    async def get(self, path: str, scope: str) -> Any:
        """Return an answer; ``scope`` names the right that reading it takes.

        Raises:
            PhoneSystemError: as :meth:`PhoneSystem.read`.
        """
        return await self._ask("GET", path, scope)

    async def put(self, path: str, scope: str, body: Any) -> None:
        """Write something, once.

        Raises:
            OutcomeUnknown: it may have been written.
            PhoneSystemError: it was not.
        """
        await self._ask("PUT", path, scope, body)

    async def _ask(self, method: str, path: str, scope: str, body: Any = None) -> Any:
        if self._refused:
            raise AuthenticationFailed("refused before", extension=self._extension)
        if (pause := self._again_at - time.monotonic()) > 0:
            raise RetryLater(pause)
        writes = method != "GET"
        try:
            async with self._session().request(
                method,
                f"{self._base}/{path}",
                headers=self._headers,
                json=body,
                timeout=self._timeout,
                allow_redirects=False,
                middlewares=(Once(),) if writes else (),
            ) as response:
                read = await limited_body(response)
                if response.status >= 300:
                    raise self._error(response, read, scope, writes=writes)
        except aiohttp.ClientConnectorError as error:
            raise Unavailable("cannot connect") from error
        except (
            aiohttp.ClientError,
            TimeoutError,
            asyncio.IncompleteReadError,
        ) as error:
            kind = OutcomeUnknown if writes else Unavailable
            raise kind(type(error).__name__) from error
        if writes:
            return None
        return decoded(read)

    def _error(
        self,
        response: aiohttp.ClientResponse,
        body: bytes,
        scope: str,
        *,
        writes: bool,
    ) -> PhoneSystemError:
        match response.status:
            case 401:
                self._refused = True
                return AuthenticationFailed("refused", extension=self._extension)
            case 403:
                text = body[:2000].decode(errors="replace").casefold()
                if CLASSIC.casefold() in text:
                    return LicenceMissing(CLASSIC)
                if NOT_BOOKED in text:
                    return LicenceMissing(scope.partition(":")[0])
                return PermissionDenied(scope)
            case 429 | 503:
                pause = retry_after(response.headers.get("Retry-After"))
                self._again_at = time.monotonic() + pause
                return RetryLater(pause)
            case 400 | 404 | 409 | 422:
                return Rejected(f"status {response.status}")
            case _:
                kind = OutcomeUnknown if writes else Unavailable
                return kind(f"status {response.status}")
