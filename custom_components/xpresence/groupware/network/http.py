"""HTTP over aiohttp, with bounds: what Domino, Graph and calendars by address use."""

from collections.abc import Mapping
from dataclasses import dataclass
import ssl
from typing import Any

from aiohttp import (
    ClientConnectorCertificateError,
    ClientConnectorError,
    ClientError,
    ClientResponse,
    ClientSession,
    ClientSSLError,
    ClientTimeout,
)
from multidict import CIMultiDictProxy
from yarl import URL

from ..source import CertificateRejected, SourceError, SourceUnavailable
from ..tls import certificate_problem
from .addresses import IsAllowed, anywhere, check_literal
from .limits import LIMITS, Limits


@dataclass(frozen=True, slots=True)
class Fetched:
    """An answer that was read to its end, whatever its status."""

    status: int
    headers: CIMultiDictProxy[str]
    content_type: str
    charset: str | None
    body: bytes

    @property
    def retry_after(self) -> float | None:
        """Return the seconds that the server asks to wait, if it tells seconds."""
        asked = self.headers.get("Retry-After", "").strip()
        return float(asked) if asked.isdecimal() and len(asked) < 10 else None


async def fetch(
    http: ClientSession,
    method: str,
    url: URL,
    *,
    trusted: ssl.SSLContext,
    limits: Limits = LIMITS,
    is_allowed: IsAllowed = anywhere,
    headers: Mapping[str, str] | None = None,
    **more: Any,
) -> Fetched:
    """Send a request and read its answer; redirects are not followed.

    ``http`` resolves with a ``CheckedResolver`` where ``is_allowed`` is not
    ``anywhere``; a host that is itself an address is checked here.

    Raises:
        SourceUnavailable: too slow, too long, or not reachable.
        CertificateRejected: its certificate is not trusted.
    """
    try:
        check_literal(url.host or "", is_allowed)
        async with http.request(
            method,
            url,
            headers=headers,
            ssl=trusted,
            timeout=ClientTimeout(total=limits.request_seconds),
            allow_redirects=False,
            **more,
        ) as response:
            most = limits.size if response.ok else limits.refusal_size
            return Fetched(
                status=response.status,
                headers=response.headers,
                content_type=response.content_type,
                charset=response.charset,
                body=await read_body(response, most),
            )
    except TimeoutError:
        raise SourceUnavailable("too_slow") from None
    except (ClientError, OSError, ValueError) as error:
        raise _of_the_wire(error) from None


async def read_body(response: ClientResponse, most: int) -> bytes:
    """Return the body of an answer, decompressed piece by piece.

    Raises:
        SourceUnavailable: it has more bytes than that.
    """
    body = bytearray()
    async for part in response.content.iter_chunked(65536):
        body += part
        if len(body) > most:
            response.close()
            raise SourceUnavailable("answer_too_long")
    return bytes(body)


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
