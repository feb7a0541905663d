"""HTTP of libraries that use ``requests`` (exchangelib, msal), with bounds.

``requests`` bounds only the time between two bytes: a server that sends a byte of its
headers every few seconds holds a thread for as long as it likes. It reads an answer
without a limit. exchangelib, besides, reads XML forgivingly: of an answer cut short it
takes what is there, and appointments would be missing without anybody noticing. So
every answer is read here first, whole and within bounds.
"""

from contextlib import suppress
from io import BytesIO
import re
import socket
import ssl
import threading
import time
from typing import Any, Final, override

from requests import PreparedRequest, Response
from requests.adapters import HTTPAdapter
from urllib3 import HTTPResponse
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.exceptions import HTTPError, NewConnectionError, ReadTimeoutError

from ..source import SourceUnavailable
from .addresses import IsAllowed, anywhere, resolve
from .documents import check_xml
from .limits import LIMITS, Limits

BACK_OFF: Final = frozenset({429, 503})
OUTAGES: Final = frozenset({502, 504})
"""What a gateway answers whose server does not."""
SCHEME: Final = re.compile(r"(?:^|,)\s*([A-Za-z]+)(?=\s|,|$)")
"""How a challenge begins (RFC 9110, 11.6.1); a parameter is followed by ``=``."""


class Watch:
    """The time that a reading has left, and the sockets to shut down when it is over.

    One thread reads; any other may end that.
    """

    def __init__(
        self, limits: Limits = LIMITS, is_allowed: IsAllowed = anywhere
    ) -> None:
        """Have no socket, and no time before :meth:`begin`."""
        self.limits = limits
        self.is_allowed = is_allowed
        self._end = 0.0
        self._sockets: set[socket.socket] = set()
        self._lock = threading.Lock()
        self._over = False
        self.timer: threading.Timer | None = None
        """Ends the request that is under way."""
        self.offered: frozenset[str] = frozenset()
        """How the server that refused a sign-in last would let one sign in."""
        self.certificate: bytes | None = None
        """The certificate (DER) of the server that was connected to last."""

    def begin(self) -> None:
        """Begin a reading."""
        # Not time.monotonic(), which a test that moves the clock moves too.
        self._end = time.clock_gettime(time.CLOCK_MONOTONIC) + self.limits.seconds
        self._over = False

    @property
    def left(self) -> float:
        """Return the seconds that the next request may take."""
        return min(
            self.limits.request_seconds,
            self._end - time.clock_gettime(time.CLOCK_MONOTONIC),
        )

    def check(self) -> None:
        """Refuse to go on after the end.

        Raises:
            SourceUnavailable: ``too_slow``.
        """
        if self._over or self.left <= 0:
            raise SourceUnavailable("too_slow")

    def connect(self, host: str, port: int) -> socket.socket:
        """Connect to a host that may be connected to, and watch the socket.

        Raises:
            OSError: it cannot be connected to.
        """
        family, address = resolve(host, port, self.is_allowed)
        self.check()
        made = socket.socket(family, socket.SOCK_STREAM)
        try:
            made.settimeout(max(0.01, self.left))
            made.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            with self._lock:
                self._sockets.add(made)
            made.connect(address)
        except BaseException:
            self.forget(made)
            made.close()
            raise
        return made

    def replace(self, old: socket.socket | None, new: socket.socket) -> None:
        """Watch a socket in place of another, such as one that TLS was put over."""
        with self._lock:
            if old is not None:
                self._sockets.discard(old)
            self._sockets.add(new)

    def forget(self, old: socket.socket | None) -> None:
        """Watch a socket no more."""
        with self._lock:
            if old is not None:
                self._sockets.discard(old)

    def give_up(self) -> None:
        """Abort the request; a thread that waits for a socket wakes up."""
        self._over = True
        if (timer := self.timer) is not None:
            # Here too: the reading thread may be interrupted before it does.
            timer.cancel()
        with self._lock:
            for one in self._sockets:
                # The plain socket's method: TLS would wait for its closing handshake.
                with suppress(OSError):
                    socket.socket.shutdown(one, socket.SHUT_RDWR)


class BoundedAdapter(HTTPAdapter):
    """One connection to each server that is bounded by a :class:`Watch`."""

    def __init__(
        self, trust: ssl.SSLContext | None, watch: Watch, *, xml: bool = False
    ) -> None:
        """Prepare a connection; none is opened yet.

        ``trust`` decides on certificates; with none ``requests`` does, by its settings.
        ``xml``: answers must be whole XML documents, as those of EWS.
        """
        self._trust = trust
        self._watch = watch
        self._xml = xml
        super().__init__(pool_connections=1, pool_maxsize=1, pool_block=True)

    @override
    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        if self._trust is not None:
            kwargs["ssl_context"] = self._trust
        super().init_poolmanager(*args, **kwargs)
        watch = self._watch

        class Plain(_Watched, HTTPConnection):
            watching = watch

        class Encrypted(_Watched, HTTPSConnection):
            watching = watch

        class PlainPool(HTTPConnectionPool):
            ConnectionCls = Plain

        class EncryptedPool(HTTPSConnectionPool):
            ConnectionCls = Encrypted

        self.poolmanager.pool_classes_by_scheme = {
            "http": PlainPool,
            "https": EncryptedPool,
        }

    @override
    def cert_verify(self, conn: Any, url: str, verify: Any, cert: Any) -> None:
        if self._trust is None:
            super().cert_verify(conn, url, verify, cert)
        else:
            # requests would add the public authorities to those of the context.
            conn.cert_reqs = "CERT_REQUIRED"

    @override
    def send(self, request: PreparedRequest, *args: Any, **kwargs: Any) -> Response:
        watch = self._watch
        watch.check()
        kwargs["timeout"] = watch.left
        slow = threading.Event()

        def end() -> None:
            slow.set()
            watch.give_up()

        watch.timer = timer = threading.Timer(watch.left, end)
        timer.daemon = True
        try:
            timer.start()
            return self._answered(super().send(request, *args, **kwargs))
        except Exception:
            if slow.is_set():
                raise SourceUnavailable("too_slow") from None
            raise
        finally:
            timer.cancel()
            if timer.is_alive():
                timer.join()

    def _answered(self, response: Response) -> Response:
        """Return an answer that has been read to its end."""
        raw: Any = response.raw
        limits = self._watch.limits
        if response.status_code == 401 and self._xml:
            # NTLM goes on talking over this very connection: the object stays.
            _read(raw, limits.refusal_size)
            self._watch.offered = _schemes(response)
            response._content, response._content_consumed = b"", True  # noqa: SLF001
            return response
        if self._xml and response.status_code in BACK_OFF:
            raw.close()
            raise SourceUnavailable("busy", _seconds(response))
        if self._xml and response.status_code in OUTAGES:
            raw.close()
            raise SourceUnavailable("server_error")
        is_answer = response.status_code in (200, 500)
        body = _read(raw, limits.size if is_answer else limits.refusal_size)
        raw.release_conn()
        if is_answer and self._xml:
            check_xml(body, limits)
        response.headers.pop("Content-Encoding", None)
        response.raw = BytesIO(body)
        return response


class _Watched:
    """A connection whose socket is watched; to be mixed into one of urllib3."""

    watching: Watch
    sock: socket.socket | None
    host: str

    def _new_conn(self) -> socket.socket:
        try:
            return self.watching.connect(self._dns_host, self.port)  # type: ignore[attr-defined]
        except OSError as error:
            raise NewConnectionError(self, type(error).__name__) from error  # type: ignore[arg-type]

    def connect(self) -> None:
        super().connect()  # type: ignore[misc]
        if self.sock is not None:
            self.watching.replace(None, self.sock)
        self.watching.certificate = (
            self.sock.getpeercert(binary_form=True)
            if isinstance(self.sock, ssl.SSLSocket)
            else None
        )

    def close(self) -> None:
        self.watching.forget(self.sock)
        super().close()  # type: ignore[misc]


def _schemes(response: Response) -> frozenset[str]:
    """Return the authentication schemes that a 401 offers, in small letters."""
    told = response.headers.get("WWW-Authenticate", "")
    return frozenset(scheme.casefold() for scheme in SCHEME.findall(told))


def _seconds(response: Response) -> float | None:
    """Return what the server asks to be waited; a date instead is left to us."""
    with suppress(ValueError):
        return float(response.headers.get("Retry-After", ""))
    return None


def _read(raw: HTTPResponse, most: int) -> bytes:
    """Read an answer to its end, decompressed piece by piece.

    Raises:
        SourceUnavailable: it is too long, too slow, or breaks off.
    """
    parts: list[bytes] = []
    size = 0
    try:
        while part := raw.read1(65536, decode_content=True):
            parts.append(part)
            size += len(part)
            if size > most:
                raw.close()
                raise SourceUnavailable("answer_too_long")
    except ReadTimeoutError as error:
        raise SourceUnavailable("too_slow") from error
    except HTTPError as error:
        raise SourceUnavailable("answer_cut_short") from error
    return b"".join(parts)
