"""HTTP client of STARFACE's REST interface, and the meaning of its errors.

Source: the vendor's Swagger description (6.7) and its example program. A login is answered
in two steps: a template with a nonce, then a secret made of it. The token goes into the header
``authToken``. A PUT is answered with 204; with 200 it failed, whatever the status says.
"""

import base64
from collections.abc import Callable, Mapping
import hashlib
from typing import Any, Final, override
from urllib.parse import quote

import aiohttp

from ..driver import (
    NotSupported,
    OutcomeUnknown,
    PermissionDenied,
    PhoneSystemError,
    Unavailable,
)
from ..http_client import ANSWERS_WITHIN, Answer, Token, TokenClient, token_of

LONGEST_NONCE: Final = 1000
ON_BEHALF: Final = "actOnBehalfOf"
VERSION: Final = {"X-Version": "2"}


class StarfaceClient(TokenClient):
    """Requests of one login."""

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
        """Keep the login; ``username`` is the login number of a user."""
        super().__init__(
            session,
            f"{base}/rest",
            ca=ca,
            extension=extension,
            answers_within=answers_within,
        )
        self._username = username
        self._password = password

    async def get(self, path: str, *, on_behalf: str | None = None) -> Any:
        """Return an answer.

        Raises:
            PhoneSystemError: as :meth:`PhoneSystem.read`.
        """
        answer = await self.ask("GET", f"/{path}", params=_behalf(on_behalf))
        if answer.status != 200:
            raise Unavailable(f"status {answer.status}")
        return self.decoded(answer)

    async def put(
        self, path: str, body: Mapping[str, Any], *, on_behalf: str | None = None
    ) -> None:
        """Write something, once.

        Raises:
            OutcomeUnknown: it may have been written.
            PhoneSystemError: it was not.
        """
        answer = await self.ask(
            "PUT", f"/{path}", writes=True, params=_behalf(on_behalf), json=body
        )
        if answer.status != 204:
            raise OutcomeUnknown(f"status {answer.status}")

    @override
    async def sign_in(self) -> Token:
        answer = await self.send("GET", "/login")
        if answer.status != 200:
            raise self.error(answer, writes=False)
        login = self._login(self.decoded(answer))
        answer = await self.send("POST", "/login", json=login, headers=VERSION)
        if answer.status in (400, 401):
            raise self.refuse()
        if answer.status != 200:
            raise self.error(answer, writes=False)
        return Token(token_of(self.decoded(answer), "token"))

    def _login(self, template: Any) -> dict[str, str]:
        kind = template.get("loginType") if isinstance(template, dict) else None
        nonce = template.get("nonce") if isinstance(template, dict) else None
        if not isinstance(kind, str) or not isinstance(nonce, str):
            raise Unavailable("no login")
        if len(nonce) > LONGEST_NONCE or len(kind) > LONGEST_NONCE:
            raise Unavailable("no login")
        secret = secret_of(kind, self._username, nonce, self._password)
        return {"loginType": kind, "nonce": nonce, "secret": secret}

    @override
    def authorization(self, token: str) -> dict[str, str]:
        return {"authToken": token}

    @override
    def own_error(self, answer: Answer, *, writes: bool) -> PhoneSystemError | None:
        match answer.status:
            case 403:
                return PermissionDenied("administrator")
            case 404 if not writes:
                return NotSupported("rest")
        return None


def _behalf(user: str | None) -> dict[str, str]:
    return {} if user is None else {ON_BEHALF: user}


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
