"""Silent calls: dial, wait for the answer, wait until the server hangs up.

Feature codes are dialled so. A phone system stores what was dialled when it likes:
Asterisk about half a second after its 200 OK, FusionPBX after it has spoken. Who
hangs up first loses the setting though everything looked well; so the server's BYE
is awaited, and only one that never hangs up is hung up on.
"""

import asyncio
import contextlib
from dataclasses import dataclass, replace
from typing import Final

from .core import Account, Core, Reply, retry_after
from .dialog import Dialog
from .errors import Malformed, NoAnswer, NotConnected, SipError
from .message import Request, Response
from .sdp import TYPE, inactive, silent_port
from .transaction import ClientTransaction
from .uri import parse_address

MOST_FORKS: Final = 16
"""Telephones that may answer one call; more are not hung up on."""


@dataclass(frozen=True, slots=True)
class CallResult:
    """How a call ended.

    ``status`` is the final one. A call that was answered ended by the server's BYE
    (``hung_up_by_server``), or by ours when it lasted for too long.
    """

    status: int
    hung_up_by_server: bool = False
    seconds: float = 0.0
    """From the answer to the end."""
    retry_after: int | None = None
    """Seconds after which the server wants to be asked again, where it says so."""

    @property
    def answered(self) -> bool:
        """Whether somebody or something answered."""
        return 200 <= self.status < 300


class Call:
    """One call that we make."""

    def __init__(self, core: Core, account: Account, uri: str) -> None:
        """Prepare; :meth:`run` calls."""
        self._core = core
        self._account = account
        self._dialog: Dialog = core.dialog(account, uri)
        self._first = replace(self._dialog)
        """As it was before anybody answered: what a second fork's dialog begins as."""
        self._client: ClientTransaction | None = None
        self._invite: Request | None = None
        self._final: asyncio.Future[Response] | None = None
        self._progress = asyncio.Event()
        self._ended = asyncio.Event()
        self._forks: dict[str, Dialog] = {}
        self._cancelled = False
        self._audio = b""

    async def run(self, ring: float, hold: float) -> CallResult:
        """Call; ``ring`` seconds for an answer, ``hold`` seconds for the server's BYE.

        Raises:
            AuthenticationFailed, NotConnected, NotSendable.
            NoAnswer: it was sent and nothing final came: what it did is unknown.
        """
        loop = asyncio.get_running_loop()
        host, _ = self._core.local
        with contextlib.closing(silent_port(host)) as audio:
            self._audio = inactive(host, audio.getsockname()[1])
            self._core.attach(self._dialog, self._on_request)
            answered: float | None = None
            try:
                async with asyncio.timeout(ring):
                    response = await self._core.ask(
                        self._account, self._make, self._send
                    )
                    response = await self._await_final(response)
                if response.status >= 300:
                    wait = retry_after(response)
                    return CallResult(response.status, retry_after=wait)
                answered = loop.time()
                with contextlib.suppress(TimeoutError):
                    async with asyncio.timeout(hold):
                        await self._ended.wait()
                by_server = self._ended.is_set()
                seconds = loop.time() - answered
                return CallResult(response.status, by_server, seconds)
            except TimeoutError:
                raise NoAnswer("nobody answered in time") from None
            finally:
                self._end(answered=answered is not None)

    def _make(self) -> Request:
        headers = (("content-type", TYPE), ("allow", "INVITE, ACK, CANCEL, BYE"))
        return self._dialog.request("INVITE", headers, self._audio)

    async def _send(self, request: Request) -> Response:
        """Send an INVITE; return the first response that says who we are to them."""
        loop = asyncio.get_running_loop()
        first: asyncio.Future[Response] = loop.create_future()
        final: asyncio.Future[Response] = loop.create_future()
        self._final = final

        def on_response(response: Response) -> None:
            if response.status < 300 and response.status >= 200:
                self._on_answer(response)
            if response.status >= 200 and not final.done():
                final.set_result(response)
            if response.status > 100 and not first.done():
                first.set_result(response)
            self._progress.set()

        def on_failure(error: SipError) -> None:
            for future in (first, final):
                if not future.done():
                    future.set_exception(error)
                    # It is told once; the other one may never be looked at.
                    future.exception()
            self._progress.set()

        self._progress.clear()
        self._invite = self._core.with_via(request)
        self._client = self._core.start(self._invite, on_response, on_failure)
        return await first

    async def _await_final(self, response: Response) -> Response:
        if response.status >= 200 or self._final is None:
            return response
        return await self._final

    # What the answer does

    def _on_answer(self, response: Response) -> None:
        """Acknowledge a 2xx: the first is our call, those of other forks are not."""
        tag = parse_address(response.get("to")).tag
        dialog = self._forks.get(tag)
        if dialog is None:
            if len(self._forks) >= MOST_FORKS:
                return
            kept = not self._forks
            dialog = self._dialog if kept else replace(self._first)
            dialog.local_seq = self._dialog.local_seq
            dialog.confirm(response)
            self._forks[tag] = dialog
            self._acknowledge(dialog)
            if not kept or self._cancelled:
                self._hang_up(dialog)
            return
        self._acknowledge(dialog)

    def _acknowledge(self, dialog: Dialog) -> None:
        if self._invite is None:
            return
        number, _ = self._invite.cseq
        proofs = ("authorization", "proxy-authorization")
        headers = [each for each in self._invite.headers if each[0] in proofs]
        self._core.send_once(dialog.numbered(number, "ACK", headers))

    def _hang_up(self, dialog: Dialog) -> None:
        """Send a BYE, with the account's credentials if it is asked for them."""
        self._core.later(
            self._core.ask(
                self._account, lambda: dialog.request("BYE"), self._core.exchange
            )
        )

    def _on_request(self, request: Request) -> Reply:
        tag = parse_address(request.get("from")).tag
        dialog = self._forks.get(tag)
        if dialog is None or not dialog.take(request):
            return Reply(481 if dialog is None else 500)
        if request.method == "BYE":
            if dialog is self._dialog:
                self._ended.set()
            return Reply(200)
        # An INVITE without an offer asks for ours (RFC 3261 §14.1); UPDATE brings one.
        if request.method == "INVITE" or (request.method == "UPDATE" and request.body):
            contact = ("contact", dialog.contact)
            return Reply(200, (contact, ("content-type", TYPE)), self._audio)
        if request.method in ("INVITE", "UPDATE", "OPTIONS", "INFO", "NOTIFY"):
            return Reply(200, (("contact", dialog.contact),))
        return Reply(405)

    # The end

    def _end(self, *, answered: bool) -> None:
        """Leave nothing open: hang up, or cancel what is still ringing."""
        dialog = self._dialog
        if answered or self._forks:
            if not self._ended.is_set():
                self._hang_up(dialog)
        elif self._client is not None and not self._client.final:
            self._cancelled = True
            self._core.later(self._cancel())
        self._core.detach(dialog)

    async def _cancel(self) -> None:
        """Cancel; before anything provisional came that is not allowed (§9.1)."""
        client, invite = self._client, self._invite
        if client is None or invite is None:
            return
        async with asyncio.timeout(self._core.timers.transaction):
            while not client.proceeding and not client.over:
                self._progress.clear()
                await self._progress.wait()
        if client.final or client.over:
            return
        kept = ("via", "route", "from", "to", "call-id", "max-forwards")
        headers = [each for each in invite.headers if each[0] in kept]
        number, _ = invite.cseq
        request = Request(
            (*headers, ("cseq", f"{number} CANCEL")), b"", "CANCEL", invite.uri
        )
        with contextlib.suppress(NoAnswer, NotConnected, Malformed):
            await self._core.exchange_as_is(request)
