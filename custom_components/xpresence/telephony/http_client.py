"""The client of every phone system that is spoken to by HTTP.

A driver derives from :class:`HttpClient`, or from :class:`TokenClient` where a login is
answered with a token, and says what is its own: how to sign in, and what an error means
beside what every server means by it.
"""

from abc import abstractmethod
import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass
import ssl
import time
from typing import Any, ClassVar, Final

import aiohttp

from .driver import (
    AuthenticationFailed,
    CertificateRejected,
    OutcomeUnknown,
    PhoneSystemError,
    Rejected,
    RetryLater,
    Unavailable,
)
from .http import LONGEST_ANSWER, Once, decoded, limited_body, retry_after
from .tls import trusting

ANSWERS_WITHIN: Final = 20.0
"""Seconds for one request."""
LONGEST_TOKEN: Final = 8192
"""Characters."""
EARLY: Final = 5.0
"""Seconds before its end at which a token is not used any more."""
SHORTEST_LIFE: Final = 10.0
LONGEST_LIFE: Final = 3600.0
FOR_EVER: Final = float("inf")


def base_of(host: str, port: int) -> str:
    """Return scheme, host and port; an IPv6 address is put in brackets."""
    return f"https://[{host}]:{port}" if ":" in host else f"https://{host}:{port}"


@dataclass(frozen=True, slots=True)
class Answer:
    """What a server answered; ``body`` is longer than allowed by one byte at most."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def text(self) -> str:
        """The beginning of the body in lower case, to look for words in it."""
        return self.body[:2000].decode(errors="replace").casefold()


class HttpClient:
    """Requests of one login.

    After a refused login no request is sent; during ``Retry-After`` neither. A write is
    sent once.
    """

    def __init__(
        self,
        session: Callable[[], aiohttp.ClientSession],
        base: str,
        *,
        ca: str | None = None,
        extension: str | None = None,
        answers_within: float = ANSWERS_WITHIN,
        longest: int = LONGEST_ANSWER,
    ) -> None:
        """Ask nothing yet.

        Args:
            session: verifies certificates by the system's authorities.
            base: what stands before every path.
            ca: PEM text that is trusted in place of those authorities.
            extension: whose login it is; ``None``: the phone system's.
            answers_within: seconds for one request.
            longest: bytes of an answer.
        """
        self.session = session
        self.base = base
        self.longest = longest
        self._ca = ca
        self._extension = extension
        self._tls: ssl.SSLContext | bool | None = None if ca else True
        self._timeout = aiohttp.ClientTimeout(total=answers_within)
        self._refused = False
        self._again_at = 0.0

    async def tls(self) -> ssl.SSLContext | bool:
        """Return what certificates are verified with.

        Raises:
            CertificateRejected: the authority that was entered is none.
        """
        if self._tls is None:
            self._tls = await asyncio.to_thread(trusting, self._ca)
        return self._tls

    def check_allowed(self) -> None:
        """Return if a request may be sent now.

        Raises:
            AuthenticationFailed: the login was refused before.
            RetryLater: the server asked to wait.
        """
        if self._refused:
            raise AuthenticationFailed("refused before", extension=self._extension)
        if (pause := self._again_at - time.monotonic()) > 0:
            raise RetryLater(pause)

    async def send(
        self, method: str, url: str, *, writes: bool = False, **more: Any
    ) -> Answer:
        """Send one request and return whatever was answered.

        Raises:
            PhoneSystemError: nothing was answered, or nothing was sent.
        """
        self.check_allowed()
        tls = await self.tls()
        try:
            async with self.session().request(
                method,
                url if url.startswith("http") else self.base + url,
                timeout=self._timeout,
                allow_redirects=False,
                ssl=tls,
                middlewares=(Once(),) if writes else (),
                **more,
            ) as response:
                body = await limited_body(response, self.longest)
                return Answer(response.status, response.headers, body)
        except aiohttp.ClientConnectorCertificateError as error:
            raise CertificateRejected("not trusted") from error
        except aiohttp.ClientConnectorError as error:
            raise Unavailable("cannot connect") from error
        except (
            aiohttp.ClientError,
            TimeoutError,
            ValueError,
            asyncio.IncompleteReadError,
        ) as error:
            kind = OutcomeUnknown if writes else Unavailable
            raise kind(type(error).__name__) from error

    def refuse(self) -> AuthenticationFailed:
        """Send nothing any more, and return why."""
        self._refused = True
        return AuthenticationFailed("refused", extension=self._extension)

    def error(self, answer: Answer, *, writes: bool) -> PhoneSystemError:
        """Return what an answer that is no success means.

        A driver says by :meth:`own_error` what is special.
        """
        if (own := self.own_error(answer, writes=writes)) is not None:
            return own
        match answer.status:
            case 429 | 503:
                pause = retry_after(answer.headers.get("Retry-After"))
                self._again_at = time.monotonic() + pause
                return RetryLater(pause)
            case 400 | 404 | 409 | 422:
                return Rejected(f"status {answer.status}")
            case status:
                kind = OutcomeUnknown if writes else Unavailable
                return kind(f"status {status}")

    def own_error(self, answer: Answer, *, writes: bool) -> PhoneSystemError | None:
        """Return what an answer means here alone; ``None``: what it means everywhere."""
        return None

    def decoded(self, answer: Answer) -> Any:
        """Return an answer's JSON.

        Raises:
            Unavailable: it is none, or longer than it may be.
        """
        return decoded(answer.body, self.longest)


@dataclass(frozen=True, slots=True)
class Token:
    """What a login was answered with; ``lives``: seconds for which it is used."""

    value: str
    lives: float = FOR_EVER


class TokenClient(HttpClient):
    """Requests that carry a token, which is taken when it is needed.

    An answer 401 means that it is over: such a request was not carried out, a write
    neither, and is sent again with another token.
    """

    most_tokens: ClassVar[int] = 2
    """Taken for one request before it is given up."""

    def __init__(
        self,
        session: Callable[[], aiohttp.ClientSession],
        base: str,
        **more: Any,
    ) -> None:
        """Have no token yet; the arguments are those of :class:`HttpClient`."""
        super().__init__(session, base, **more)
        self._token: Token | None = None
        self._token_ends = 0.0
        self._taking = asyncio.Lock()

    @abstractmethod
    async def sign_in(self) -> Token:
        """Take a token.

        Raises:
            PhoneSystemError: there is none now.
        """

    @abstractmethod
    def authorization(self, token: str) -> dict[str, str]:
        """Return the headers that carry a token."""

    def signed_out(self) -> PhoneSystemError:
        """Return what it means that no token stays valid."""
        return Unavailable("signed out again")

    async def token(self) -> str:
        """Return a token, a new one if there is none.

        Raises:
            PhoneSystemError: there is none now.
        """
        async with self._taking:
            if self._token is None or time.monotonic() >= self._token_ends:
                # One that is over is not used while another cannot be had.
                self._token = None
                token = await self.sign_in()
                self._token_ends = time.monotonic() + token.lives
                self._token = token
            return self._token.value

    def forget(self, token: str) -> None:
        """Do not use a token any more; a newer one is kept."""
        if self._token is not None and self._token.value == token:
            self._token = None

    async def ask(
        self, method: str, path: str, *, writes: bool = False, **more: Any
    ) -> Answer:
        """Send one request with a token and return its success.

        Raises:
            PhoneSystemError: anything else.
        """
        for _ in range(self.most_tokens):
            token = await self.token()
            answer = await self.send(
                method, path, writes=writes, headers=self.authorization(token), **more
            )
            if answer.status == 401:
                self.forget(token)
                continue
            if answer.status >= 300:
                raise self.error(answer, writes=writes)
            return answer
        raise self.signed_out()


def token_of(said: Any, key: str) -> str:
    """Return a token of an answer, fit to stand in a header.

    Raises:
        Unavailable: there is none.
    """
    token = said.get(key) if isinstance(said, dict) else None
    if (
        not isinstance(token, str)
        or not 0 < len(token) <= LONGEST_TOKEN
        or not (token.isascii() and token.isprintable())
        or " " in token
    ):
        raise Unavailable("no token")
    return token


def life_of(said: Mapping[str, Any]) -> float:
    """Return for how many seconds a token is used, within reason."""
    lives = said.get("expires_in")
    if isinstance(lives, bool) or not isinstance(lives, int | float):
        lives = SHORTEST_LIFE
    # In this order: JSON may hold NaN, and whole numbers too long for a float.
    if not lives > SHORTEST_LIFE:
        lives = SHORTEST_LIFE
    return float(min(lives, LONGEST_LIFE)) - EARLY
