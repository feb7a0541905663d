"""HTTP client for sipgate, and the meaning of its errors.

Source: the OpenAPI description of its REST interface, version 2. Refusals: 400 a wrong
value, 401 the token, 403 a missing scope or a feature that is not booked (as plain text for
accounts of the product Neo), 429 and 503 with ``Retry-After``.
"""

from collections.abc import Callable
from typing import Any, ClassVar, Final, override

import aiohttp

from ..driver import LicenceMissing, PermissionDenied, PhoneSystemError
from ..http_client import ANSWERS_WITHIN, Answer, Token, TokenClient
from ..oauth import RefreshTokens

CLASSIC: Final = "Classic PBX"
"""The product whose accounts have phone lines; Neo's have none."""
NOT_BOOKED: Final = "not booked"


class SipgateClient(TokenClient):
    """Requests of one login."""

    async def get(self, path: str, scope: str) -> Any:
        """Return an answer; ``scope`` names the right that reading it takes.

        Raises:
            PhoneSystemError: as :meth:`PhoneSystem.read`.
        """
        return self.decoded(await self._asked("GET", path, scope))

    async def put(self, path: str, scope: str, body: Any) -> None:
        """Write something, once.

        Raises:
            OutcomeUnknown: it may have been written.
            PhoneSystemError: it was not.
        """
        await self._asked("PUT", path, scope, writes=True, json=body)

    async def _asked(self, method: str, path: str, scope: str, **more: Any) -> Answer:
        try:
            return await self.ask(method, f"/{path}", **more)
        except PermissionDenied as error:
            raise PermissionDenied(scope) from error
        except LicenceMissing as error:
            if error.licence == NOT_BOOKED:
                raise LicenceMissing(scope.partition(":")[0]) from error
            raise

    @override
    def own_error(self, answer: Answer, *, writes: bool) -> PhoneSystemError | None:
        if answer.status != 403:
            return None
        if CLASSIC.casefold() in answer.text:
            return LicenceMissing(CLASSIC)
        if NOT_BOOKED in answer.text:
            return LicenceMissing(NOT_BOOKED)
        return PermissionDenied("scope")


class PersonalTokenClient(SipgateClient):
    """Requests with a personal access token, which is good until it is refused."""

    most_tokens: ClassVar[int] = 1

    def __init__(
        self,
        session: Callable[[], aiohttp.ClientSession],
        token_id: str,
        token: str,
        extension: str,
        *,
        base: str,
        answers_within: float = ANSWERS_WITHIN,
    ) -> None:
        """Keep the token; nothing is asked yet."""
        super().__init__(
            session, base, extension=extension, answers_within=answers_within
        )
        self._login = aiohttp.encode_basic_auth(token_id, token)

    @override
    async def sign_in(self) -> Token:
        return Token(self._login)

    @override
    def authorization(self, token: str) -> dict[str, str]:
        return {"Authorization": token}

    @override
    def signed_out(self) -> PhoneSystemError:
        return self.refuse()


class SignedInClient(SipgateClient):
    """Requests of somebody who signed in in a browser."""

    def __init__(
        self,
        session: Callable[[], aiohttp.ClientSession],
        tokens: RefreshTokens,
        extension: str,
        *,
        base: str,
        answers_within: float = ANSWERS_WITHIN,
    ) -> None:
        """Take no token yet."""
        super().__init__(
            session, base, extension=extension, answers_within=answers_within
        )
        self._tokens = tokens

    @override
    async def sign_in(self) -> Token:
        return await self._tokens.access_token(self)

    @override
    def authorization(self, token: str) -> dict[str, str]:
        return {"Authorization": f"Bearer {token}"}

    @override
    def signed_out(self) -> PhoneSystemError:
        return self.refuse()
