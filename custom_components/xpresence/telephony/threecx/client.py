"""HTTP client of 3CX's configuration interface, and the meaning of its errors.

Source: the vendor's OpenAPI description (XAPI, 2026-06) and its example program. A token
comes from ``/connect/token`` by client credentials. **Only one token of a client is valid
at a time**: whoever takes one ends the token of everybody else with the same client, whose
next request is answered with 401.
"""

from collections.abc import AsyncIterator, Callable, Mapping
import contextlib
from typing import Any, ClassVar, Final, override

import aiohttp

from ..driver import (
    LicenceMissing,
    NotSupported,
    PermissionDenied,
    PhoneSystemError,
    Unavailable,
)
from ..http_client import (
    ANSWERS_WITHIN,
    Answer,
    Token,
    TokenClient,
    life_of,
    token_of,
)

LONGEST_ANSWER: Final = 2 * 1024 * 1024
"""Bytes of one page of users."""
CLOSES_WITHIN: Final = 2.0
"""Seconds for the end of a websocket."""
LICENCE: Final = "Enterprise"
ROLE: Final = "XAPI"


class TokenTaken(Unavailable):
    """Another program keeps taking tokens of the same API client."""

    key = "threecx_token_taken"
    needs_person = True
    try_again = True


class XapiClient(TokenClient):
    """Requests of one API client."""

    most_tokens: ClassVar[int] = 3

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
        """Keep the login; ``client_id`` is the number of the client in 3CX."""
        super().__init__(
            session,
            base,
            ca=ca,
            answers_within=answers_within,
            longest=LONGEST_ANSWER,
        )
        self._login = {
            "client_id": client_id,
            "client_secret": client_secret,
            "grant_type": "client_credentials",
        }

    async def get(self, path: str, query: Mapping[str, str]) -> Any:
        """Return an answer.

        Raises:
            PhoneSystemError: as :meth:`PhoneSystem.read`.
        """
        answer = await self.ask("GET", f"/xapi/v1/{path}", params=dict(query))
        return self.decoded(answer)

    async def get_calls(self, path: str) -> Any:
        """Return what the Call Control interface says of calls.

        Raises:
            PhoneSystemError: as :meth:`PhoneSystem.read`.
        """
        return self.decoded(await self.ask("GET", f"/callcontrol{path}"))

    @contextlib.asynccontextmanager
    async def events(
        self, longest: int, heartbeat: float
    ) -> AsyncIterator[aiohttp.ClientWebSocketResponse]:
        """Connect the websocket that tells of calls.

        Raises:
            PhoneSystemError: it is not connected, or not any more.
        """
        token = await self.token()
        self.check_allowed()
        tls = await self.tls()
        try:
            async with self.session().ws_connect(
                self.base.replace("http", "ws", 1) + "/callcontrol/ws",
                headers=self.authorization(token),
                ssl=tls,
                heartbeat=heartbeat,
                max_msg_size=longest,
                timeout=aiohttp.ClientWSTimeout(ws_close=CLOSES_WITHIN),
            ) as socket:
                yield socket
        except aiohttp.WSServerHandshakeError as error:
            if error.status == 401:
                self.forget(token)
            raise Unavailable(f"status {error.status}") from error
        except (aiohttp.ClientError, TimeoutError) as error:
            raise Unavailable(type(error).__name__) from error

    async def patch(self, path: str, body: Mapping[str, Any]) -> None:
        """Write something, once.

        Raises:
            OutcomeUnknown: it may have been written.
            PhoneSystemError: it was not.
        """
        await self.ask("PATCH", f"/xapi/v1/{path}", writes=True, json=body)

    @override
    async def sign_in(self) -> Token:
        answer = await self.send("POST", "/connect/token", data=self._login)
        if answer.status in (400, 401):
            raise self.refuse()
        if answer.status >= 300:
            raise self.error(answer, writes=False)
        said = self.decoded(answer)
        return Token(token_of(said, "access_token"), life_of(said))

    @override
    def authorization(self, token: str) -> dict[str, str]:
        return {"Authorization": f"Bearer {token}"}

    @override
    def signed_out(self) -> PhoneSystemError:
        return TokenTaken("another program uses the API client")

    @override
    def own_error(self, answer: Answer, *, writes: bool) -> PhoneSystemError | None:
        match answer.status:
            case 402:
                return LicenceMissing(LICENCE)
            case 403:
                if "licen" in answer.text:
                    return LicenceMissing(LICENCE)
                return PermissionDenied(ROLE)
            case 404 if not writes and "user" not in answer.text:
                # A 3CX without this interface: before version 20, or switched off.
                return NotSupported("xapi")
        return None
