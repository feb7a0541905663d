"""The core of the user agent: sending, authentication, dispatching."""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine
import contextlib
from dataclasses import dataclass, field, replace
import logging
from typing import Any, Final

from .dialog import Dialog, local_tag, new_token
from .digest import CHALLENGES, Login, challenges, is_final
from .errors import AuthenticationFailed, Malformed, NotConnected, Refused, SipError
from .message import Header, Message, Request, Response, serialize
from .timers import Timers
from .transaction import (
    ClientTransaction,
    OnResponse,
    ServerTransactions,
    branch_of,
    response_to,
)
from .transport import Protocol, Server, Transport, connect
from .uri import bracketed, escape, via_parameters

_LOGGER = logging.getLogger(__name__)

METHODS: Final = "INVITE, ACK, CANCEL, BYE, OPTIONS, NOTIFY, UPDATE, INFO"
REASONS: Final = {
    200: "OK",
    405: "Method Not Allowed",
    480: "Temporarily Unavailable",
    481: "Call/Transaction Does Not Exist",
    489: "Bad Event",
    500: "Server Internal Error",
}
MOST_TRIES: Final = 4
"""Of one request: as it is, with an answer, with one to a stale nonce, and once more
where a proxy and a server both ask."""


@dataclass(frozen=True, slots=True)
class Account:
    """A SIP account at the server."""

    user: str
    """The user part of the address, mostly the extension."""
    password: str = field(repr=False)
    username: str = ""
    """The name to authenticate with, where it is another one."""
    domain: str = ""
    """The domain of the address; empty: the server's host and port."""


@dataclass(frozen=True, slots=True)
class Reply:
    """How a request of the server is answered."""

    status: int
    headers: tuple[Header, ...] = ()
    body: bytes = b""


type OnRequest = Callable[[Request], Reply]
type Make = Callable[[], Request]
type Send = Callable[[Request], Awaitable[Response]]


@dataclass(slots=True)
class _Known:
    """An account's login, and the turn of those who use it for the first time."""

    login: Login
    turn: asyncio.Lock = field(default_factory=asyncio.Lock)
    proved: bool = False


class Core:
    """One connection to a server, shared by all accounts."""

    def __init__(self, server: Server, timers: Timers, name: str) -> None:
        """Prepare; :meth:`open` connects."""
        self.server = server
        self.timers = timers
        self._name = name
        self._transport: Transport | None = None
        self._clients: dict[tuple[str, str], ClientTransaction] = {}
        self._served = ServerTransactions(timers)
        self._dialogs: dict[tuple[str, str], OnRequest] = {}
        self._logins: dict[Account, _Known] = {}
        self._public: tuple[str, int] | None = None
        self._background: set[asyncio.Task[None]] = set()
        self.lost = asyncio.Event()
        """Set when the connection broke, or the server's machine said that nobody
        listens."""
        self.sent = 0
        """Messages sent, those sent again left out; for measuring."""

    # Connection

    @property
    def connected(self) -> bool:
        """Whether a request can be sent."""
        return self._transport is not None

    async def open(self) -> None:
        """Connect, or connect anew.

        Raises:
            NotConnected, CertificateRefused.
        """
        self.close()
        self.lost.clear()
        self._transport = await connect(
            self.server, self._on_message, self._on_lost, self.timers.connect
        )

    def close(self) -> None:
        """Close the connection and fail everything that is pending on it."""
        transport, self._transport = self._transport, None
        self._public = None
        self._served.clear()
        self._fail(NotConnected("closed"), unanswered_only=False)
        if transport is not None:
            transport.close()

    def _on_lost(self) -> None:
        reliable = self._transport is not None and self._transport.reliable
        if reliable:
            self._transport = None
        self._fail(NotConnected("nobody there"), unanswered_only=not reliable)
        self.lost.set()

    def _fail(self, error: SipError, *, unanswered_only: bool) -> None:
        for key, client in tuple(self._clients.items()):
            if client.proceeding and unanswered_only:
                continue
            del self._clients[key]
            client.fail(error)

    # Addresses

    @property
    def local(self) -> tuple[str, int]:
        """The address that messages are sent from.

        Raises:
            NotConnected.
        """
        return self._alive().local

    def domain(self, account: Account) -> str:
        """Return the host part of an account's address."""
        if account.domain:
            return account.domain
        default = 5061 if self.server.protocol is Protocol.TLS else 5060
        host = bracketed(self.server.host)
        port = self.server.port
        return host if port == default else f"{host}:{port}"

    def address(self, account: Account, user: str | None = None) -> str:
        """Return the address of an account, or of a user or code in its domain."""
        part = escape(account.user if user is None else user)
        return f"sip:{part}@{self.domain(account)}"

    def contact(self, account: Account) -> str:
        """Return the Contact value under which the server reaches us.

        Behind NAT that is what the server saw in our last request (RFC 3581).
        """
        host, port = self._public or self._alive().local
        protocol = self.server.protocol
        more = "" if protocol is Protocol.UDP else f";transport={protocol}"
        return f"<sip:{escape(account.user)}@{bracketed(host)}:{port}{more}>"

    def dialog(self, account: Account, uri: str) -> Dialog:
        """Return the beginning of a dialog with a URI."""
        return Dialog(self.address(account), uri, uri, self.contact(account))

    def _alive(self) -> Transport:
        if self._transport is None:
            raise NotConnected("not connected")
        return self._transport

    # Sending

    def with_via(self, request: Request) -> Request:
        """Return a request that is ready to be sent, as a new transaction."""
        host, port = self._alive().local
        via = (
            f"SIP/2.0/{self.server.protocol.upper()} {bracketed(host)}:{port}"
            f";rport;branch=z9hG4bK{new_token()}"
        )
        headers = (("via", via), *request.headers, ("user-agent", self._name))
        return replace(request, headers=headers)

    def start(
        self,
        request: Request,
        on_response: OnResponse,
        on_failure: Callable[[SipError], None],
    ) -> ClientTransaction:
        """Send a request that has a Via; its callbacks get the responses.

        Raises:
            NotConnected, NotSendable: nothing was sent.
        """
        client = ClientTransaction(
            request, self._alive(), self.timers, on_response, on_failure
        )
        # A transaction that is over is swept out by the next ones.
        for key, old in tuple(self._clients.items()):
            if old.over:
                del self._clients[key]
        client.start()
        self._clients[branch_of(request), request.method] = client
        self.sent += 1
        return client

    async def exchange(self, request: Request) -> Response:
        """Send a request other than INVITE and return its final response.

        Raises:
            NotConnected, NotSendable, NoAnswer.
        """
        return await self.exchange_as_is(self.with_via(request))

    async def exchange_as_is(self, request: Request) -> Response:
        """Send a request that has its Via already and return its final response.

        Raises:
            NotConnected, NotSendable, NoAnswer.
        """
        answer: asyncio.Future[Response] = asyncio.get_running_loop().create_future()

        def on_response(response: Response) -> None:
            if response.status >= 200 and not answer.done():
                answer.set_result(response)

        def on_failure(error: SipError) -> None:
            if not answer.done():
                answer.set_exception(error)

        client = self.start(request, on_response, on_failure)
        try:
            return await answer
        finally:
            client.stop()

    def send_once(self, request: Request) -> None:
        """Send a request that no response belongs to (an ACK), if that is possible."""
        with contextlib.suppress(NotConnected):
            self._alive().send(serialize(self.with_via(request)))

    def later(self, work: Coroutine[Any, Any, object]) -> None:
        """Run a coroutine as a background task."""

        async def run() -> None:
            try:
                await work
            except (SipError, TimeoutError) as error:
                _LOGGER.debug("Left off: %s", type(error).__name__)

        task = asyncio.create_task(run())
        self._background.add(task)
        task.add_done_callback(self._background.discard)

    async def finish(self, seconds: float) -> None:
        """Wait for the background tasks, and cancel those that take longer."""
        if self._background:
            await asyncio.wait(self._background, timeout=seconds)
        for task in tuple(self._background):
            task.cancel()
        await asyncio.gather(*self._background, return_exceptions=True)

    async def ask(self, account: Account, make: Make, send: Send) -> Response:
        """Send a request as an account and return its response, whatever it says.

        ``make`` returns the next request of its dialog for each try.

        Raises:
            AuthenticationFailed: the password is wrong; or it was, and nothing was
                sent this time.
            NotConnected, NotSendable, NoAnswer.
        """
        known = self._known(account)
        if known.proved:
            return await self._authenticated(known, make, send)
        async with known.turn:
            # One first try at a time, or a wrong password is tried as often as
            # there is something to be asked.
            return await self._authenticated(known, make, send)

    def _known(self, account: Account) -> _Known:
        known = self._logins.get(account)
        if known is None:
            login = Login(account.username or account.user, account.password)
            known = self._logins[account] = _Known(login)
        return known

    def forget(self, account: Account) -> None:
        """Forget an account, a refusal of its password included."""
        self._logins.pop(account, None)

    def is_locked(self, account: Account) -> bool:
        """Return whether the account is locked: nothing more is sent for it."""
        return self._known(account).login.locked

    async def _authenticated(self, known: _Known, make: Make, send: Send) -> Response:
        login = known.login
        answered: set[tuple[str, str]] = set()
        for _ in range(MOST_TRIES):
            if login.locked:
                raise AuthenticationFailed("refused before")
            request = make()
            credentials = login.headers(request.method, request.uri)
            headers = (*request.headers, *credentials)
            try:
                response = await send(replace(request, headers=headers))
            except SipError:
                if not known.proved:
                    # Whether the password is right is still open: ask anew.
                    login.nonces.clear()
                raise
            if response.status not in CHALLENGES:
                known.proved = True
                if credentials:
                    login.accepted()
                return response
            asked = challenges(response)
            if is_final(asked, answered):
                login.refused()
                raise AuthenticationFailed("challenged again")
            # What was answered of an old nonce is not held against the password.
            answered |= asked.keys()
            login.learn(asked)
        login.refused()
        raise AuthenticationFailed("challenged for ever")

    # Hearing

    def attach(self, dialog: Dialog, on_request: OnRequest) -> None:
        """Hand requests of the other end in a dialog to ``on_request``."""
        self._dialogs[dialog.call_id, dialog.local_tag] = on_request

    def detach(self, dialog: Dialog) -> None:
        """Stop dispatching requests of the dialog."""
        self._dialogs.pop((dialog.call_id, dialog.local_tag), None)

    def _on_message(self, message: Message) -> None:
        try:
            if isinstance(message, Response):
                self._on_response(message)
            else:
                self._on_request(message)
        except (Malformed, NotConnected) as error:
            # Its kind alone: the text may quote what was sent.
            _LOGGER.debug("A SIP message was left aside: %s", type(error).__name__)

    def _on_response(self, response: Response) -> None:
        _, method = response.cseq
        client = self._clients.get((branch_of(response), method))
        if client is None:
            return
        self._learn_address(response)
        client.take(response)
        if client.over:
            self._clients.pop((branch_of(response), method), None)

    def _learn_address(self, response: Response) -> None:
        seen = via_parameters(response.all("via")[0])
        host, port = seen.get("received"), seen.get("rport", "")
        local = self._alive().local
        if port.isdecimal() and len(port) <= 5:
            self._public = (host or local[0], int(port))
        elif host:
            self._public = (host, local[1])

    def _on_request(self, request: Request) -> None:
        transport = self._alive()
        if request.method == "ACK":
            self._served.acknowledged(request)
            return
        if self._served.repeated(request, transport):
            return
        tag = local_tag(request)
        known = self._dialogs.get((request.get("call-id"), tag)) if tag else None
        reply = known(request) if known else _stranger(request, has_tag=bool(tag))
        headers = (*reply.headers, ("user-agent", self._name))
        if reply.status in (200, 405):
            headers = (*headers, ("allow", METHODS))
        response = response_to(
            request,
            reply.status,
            REASONS.get(reply.status, "Refused"),
            new_token(),
            *headers,
            body=reply.body,
        )
        self._served.respond(request, response, transport)


def _stranger(request: Request, *, has_tag: bool) -> Reply:
    """Answer a request that belongs to no dialog of ours."""
    if request.method == "OPTIONS":
        return Reply(200)
    if has_tag or request.method in ("NOTIFY", "BYE", "CANCEL", "UPDATE", "INFO"):
        return Reply(481)
    # A call to us as one of somebody's telephones: the others go on ringing.
    return Reply(480) if request.method == "INVITE" else Reply(405)


def succeeded(response: Response) -> Response:
    """Return a 2xx.

    Raises:
        Refused: it is none.
    """
    if response.status < 300:
        return response
    raise Refused(response.status, retry_after(response))


def retry_after(response: Response) -> int | None:
    """Return the seconds after which the server wants to be asked again."""
    wait = response.get("retry-after").partition(";")[0].partition("(")[0].strip()
    known = wait.isascii() and wait.isdecimal() and len(wait) < 7
    return int(wait) if known else None
