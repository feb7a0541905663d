"""What of an Exchange Server's HTTP answers reaches exchangelib.

exchangelib reads XML forgivingly: of an answer cut short it takes what is there, and
appointments would be missing without anybody noticing. It also reads without a limit.
So every answer is looked at here first.
"""

from contextlib import suppress
from io import BytesIO
import ssl
import time
from typing import Any, Final, override
from xml.parsers import expat

from requests import PreparedRequest, Response
from requests.adapters import HTTPAdapter
from urllib3 import HTTPResponse
from urllib3.exceptions import HTTPError, ReadTimeoutError

from ..source import SourceUnavailable

TIMEOUT: Final = 30
"""Seconds that an answer may take, from the first byte sent to the last received."""
LIMIT: Final = 16 * 2**20
"""Bytes that an answer may have; a thousand appointments have one million."""
BACK_OFF: Final = frozenset({429, 503})


class GuardedAdapter(HTTPAdapter):
    """One connection to one server, its certificate checked by our own rules."""

    def __init__(self, trust: ssl.SSLContext) -> None:
        """Prepare a connection; none is opened yet."""
        self._trust = trust
        super().__init__(pool_connections=1, pool_maxsize=1, pool_block=True)

    @override
    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        super().init_poolmanager(*args, ssl_context=self._trust, **kwargs)

    @override
    def cert_verify(self, conn: Any, url: str, verify: Any, cert: Any) -> None:
        # requests would add the public authorities to those of the context.
        conn.cert_reqs = "CERT_REQUIRED"

    @override
    def send(self, request: PreparedRequest, *args: Any, **kwargs: Any) -> Response:
        deadline = time.monotonic() + TIMEOUT
        response = super().send(request, *args, **kwargs)
        if response.status_code == 401:
            return response  # NTLM goes on talking over this very connection.
        raw: Any = response.raw
        if response.status_code in BACK_OFF:
            raw.close()
            raise SourceUnavailable("busy", _seconds(response))
        body = _body(raw, deadline)
        raw.release_conn()
        if response.status_code in (200, 500):
            _check(body)
        response.headers.pop("Content-Encoding", None)
        response.raw = BytesIO(body)
        return response


def _seconds(response: Response) -> float | None:
    """Return what the server asks to be waited; a date instead is left to us."""
    with suppress(ValueError):
        return float(response.headers.get("Retry-After", ""))
    return None


def _body(raw: HTTPResponse, deadline: float) -> bytes:
    """Read an answer to its end.

    Raises:
        SourceUnavailable: it is too long, too slow, or breaks off.
    """
    parts: list[bytes] = []
    size = 0
    try:
        while part := raw.read1(65536, decode_content=True):
            parts.append(part)
            size += len(part)
            if size > LIMIT:
                raw.close()
                raise SourceUnavailable("answer_too_long")
            if time.monotonic() > deadline:
                raw.close()
                raise SourceUnavailable("too_slow")
    except ReadTimeoutError as error:
        raise SourceUnavailable("too_slow") from error
    except HTTPError as error:
        raise SourceUnavailable("answer_cut_short") from error
    return b"".join(parts)


def _check(body: bytes) -> None:
    """Refuse what is no whole XML document, and what declares entities.

    SOAP 1.1 §3 forbids a document type declaration; only an attack needs one.

    Raises:
        SourceUnavailable: it is not what an Exchange Server answers.
    """
    parser = expat.ParserCreate()
    parser.StartDoctypeDeclHandler = _refuse
    try:
        parser.Parse(body, True)
    except expat.ExpatError as error:
        raise SourceUnavailable("answer_unreadable") from error


def _refuse(*_: Any) -> None:
    raise SourceUnavailable("answer_unreadable")
