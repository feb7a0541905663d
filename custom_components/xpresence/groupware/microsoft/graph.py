"""Requests to Microsoft Graph over aiohttp, and what its refusals mean."""

import asyncio
import base64
import binascii
from collections.abc import AsyncIterator, Mapping
import json
import logging
import re
from typing import Any, Final, Protocol

from aiohttp import (
    ClientConnectorCertificateError,
    ClientError,
    ClientResponse,
    ClientSession,
    ClientTimeout,
)
from yarl import URL

from ..network.documents import parse_json
from ..network.http import read_body
from ..network.limits import MEBIBYTE, Limits
from ..source import CertificateRejected, SourceUnavailable
from .failures import (
    MailboxElsewhere,
    NotThere,
    PermissionMissing,
    RequestRefused,
    SignInRefused,
)
from .refusals import Who, of_graph

_LOGGER = logging.getLogger(__name__)

TIMEOUT: Final = ClientTimeout(total=30)
LIMITS: Final = Limits(size=4 * MEBIBYTE, pages=100)
"""Two hundred events, a page of ours, have 300 kB."""
AT_ONCE: Final = 4
"""Requests at a time that Outlook takes for one mailbox (throttling limits)."""
QUIET: Final = (30.0, 600.0)
"""Back-off in seconds after a 429 without ``Retry-After``: first and largest."""
LONGEST_QUIET: Final = 3600.0
CLAIMS: Final = re.compile(r'claims="([^"]+)"')


class Tokens(Protocol):
    """Where access tokens come from."""

    async def token(self, claims: str | None = None, *, fresh: bool = False) -> str:
        """Return an access token that satisfies ``claims``, or just another one."""


class GraphClient:
    """Graph for one account.

    After a 429 nothing is sent before the time that Graph asked for.
    """

    def __init__(self, session: ClientSession, tokens: Tokens, base: str) -> None:
        """Keep the parts; ``base`` is the cloud's address of Graph."""
        self._session = session
        self._tokens = tokens
        self._base = f"{base}/v1.0"
        self._gate = asyncio.Semaphore(AT_ONCE)
        self._quiet_until = 0.0
        self._refusals = 0
        self.requests = 0
        """How many requests were sent."""

    async def get(
        self,
        path: str,
        permission: str,
        *,
        query: Mapping[str, str] | None = None,
        prefer: str | None = None,
    ) -> dict[str, Any]:
        """Read something; ``permission`` is what a 403 would mean is missing.

        Raises:
            SourceError: of the kinds in ``source`` and ``failures``.
        """
        return await self._request(
            "GET", f"{self._base}{path}", permission, query=query, prefer=prefer
        )

    async def post(
        self, path: str, permission: str, body: Mapping[str, Any]
    ) -> dict[str, Any]:
        """Do something; the answer may be empty.

        Raises:
            SourceError: of the kinds in ``source`` and ``failures``.
        """
        return await self._request("POST", f"{self._base}{path}", permission, body=body)

    async def pages(
        self,
        path: str,
        permission: str,
        *,
        query: Mapping[str, str] | None = None,
        prefer: str | None = None,
    ) -> AsyncIterator[dict[str, Any]]:
        """Read a list, page by page, and yield what it holds.

        Raises:
            SourceError: of the kinds in ``source`` and ``failures``.
        """
        url: str | None = f"{self._base}{path}"
        for _ in range(LIMITS.pages):
            if url is None:
                return
            # The next page's address says everything; the query is for the first.
            answer = await self._request(
                "GET", url, permission, query=query, prefer=prefer
            )
            query = None
            rows = answer.get("value")
            if not isinstance(rows, list):
                raise SourceUnavailable("rubbish")
            for row in rows:
                if isinstance(row, dict):
                    yield row
            url = answer.get("@odata.nextLink")
            if url is not None and not str(url).startswith(self._base):
                # The token is never sent to another host.
                raise SourceUnavailable("rubbish")
        raise SourceUnavailable("endless")

    async def _request(
        self,
        method: str,
        url: str,
        permission: str,
        *,
        query: Mapping[str, str] | None = None,
        prefer: str | None = None,
        body: Mapping[str, Any] | None = None,
    ) -> dict[str, Any]:
        claims: str | None = None
        again = False
        while True:
            wait = self._quiet_until - asyncio.get_running_loop().time()
            if wait > 0:
                raise SourceUnavailable("throttled", wait)
            token = await self._tokens.token(claims, fresh=again)
            headers = {"Authorization": f"Bearer {token}"}
            if prefer:
                headers["Prefer"] = prefer
            try:
                async with (
                    self._gate,
                    self._session.request(
                        method,
                        # A next page's address is to be sent as it came.
                        URL(url, encoded=query is None),
                        params=query,
                        json=body,
                        headers=headers,
                        timeout=TIMEOUT,
                        allow_redirects=False,
                    ) as response,
                ):
                    self.requests += 1
                    content = await read_body(response, LIMITS.size)
            except TimeoutError as error:
                raise SourceUnavailable("timeout") from error
            except ClientConnectorCertificateError as error:
                raise CertificateRejected("certificate") from error
            except ClientError as error:
                raise SourceUnavailable("unreachable") from error
            if response.status == 401 and not again:
                # Continuous access evaluation says what the next token must carry.
                claims, again = _claims(response), True
                continue
            return self._judge(response, content, permission)

    def _judge(
        self, response: ClientResponse, content: bytes, permission: str
    ) -> dict[str, Any]:
        status = response.status
        if 200 <= status < 300:
            self._refusals = 0
            return _object(content) if content.strip() else {}
        if status == 429:
            self._refusals += 1
            wait = _seconds(response) or min(
                QUIET[0] * 2 ** (self._refusals - 1), QUIET[1]
            )
            self._quiet_until = asyncio.get_running_loop().time() + wait
            raise SourceUnavailable("throttled", wait)
        if status >= 500 or status in (408, 410):
            raise SourceUnavailable("server_error", _seconds(response))
        if status == 401:
            raise SignInRefused("refused")
        code = _code(content)
        refusal = of_graph(status, code)
        if refusal.who is Who.TIME:
            raise SourceUnavailable(refusal.reason, _seconds(response))
        if refusal.reason == MailboxElsewhere.reason:
            raise MailboxElsewhere(code)
        if status == 403:
            raise PermissionMissing(permission, code)
        if status == 404:
            raise NotThere(permission, code)
        raise RequestRefused(code, refusal.reason)


def _claims(response: ClientResponse) -> str | None:
    """Return the claims that a refusal asks for (base64 of JSON, in the header)."""
    found = CLAIMS.search(response.headers.get("WWW-Authenticate", ""))
    if found is None:
        return None
    said = found[1]
    try:
        decoded = base64.urlsafe_b64decode(said + "=" * (-len(said) % 4)).decode()
        json.loads(decoded)
    except binascii.Error, ValueError:
        _LOGGER.debug("Graph asked for claims in a form that nobody knows")
        return None
    return decoded


def _seconds(response: ClientResponse) -> float | None:
    """Return what ``Retry-After`` asks for, if it is a number of seconds."""
    said = response.headers.get("Retry-After", "").strip()
    if not said.isdecimal():
        return None
    return min(float(said), LONGEST_QUIET)


def _object(body: bytes) -> dict[str, Any]:
    try:
        answer = parse_json(body, LIMITS)
    except SourceUnavailable as error:
        raise SourceUnavailable("rubbish") from error
    if not isinstance(answer, dict):
        raise SourceUnavailable("rubbish")
    return answer


def _code(body: bytes) -> str:
    """Return Graph's short word for an error; never its text, which may name people."""
    try:
        code = parse_json(body, LIMITS)["error"]["code"]
    except SourceUnavailable, KeyError, TypeError:
        return "unknown"
    return str(code)[:80]
