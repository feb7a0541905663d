"""Transactions (RFC 3261 §17, RFC 6026): retransmissions, sent and received."""

import asyncio
from collections import OrderedDict
from collections.abc import Callable
from typing import Final

from .errors import Malformed, NoAnswer, NotConnected, SipError
from .message import Header, Request, Response, serialize
from .timers import Timers
from .transport import Transport
from .uri import parse_address, via_parameters

MOST_SERVED: Final = 512
"""Requests of the server that are remembered to recognise them when they come again."""

type OnResponse = Callable[[Response], None]
type OnFailure = Callable[[SipError], None]


class ClientTransaction:
    """A request that we sent.

    ``on_response`` gets every response that is no repetition: provisional ones, the
    final one, and for an INVITE each 2xx of each fork. ``on_failure`` gets the one
    error that ends it instead.
    """

    def __init__(
        self,
        request: Request,
        transport: Transport,
        timers: Timers,
        on_response: OnResponse,
        on_failure: OnFailure,
    ) -> None:
        """Prepare; :meth:`start` sends."""
        self.request = request
        self._transport = transport
        self._timers = timers
        self._on_response = on_response
        self._on_failure = on_failure
        self._data = serialize(request)
        self._invite = request.method == "INVITE"
        self._wait = timers.t1
        self._resend: asyncio.TimerHandle | None = None
        self._end: asyncio.TimerHandle | None = None
        self._acknowledgement: bytes | None = None
        self.proceeding = False
        """Whether a provisional response came."""
        self.final = False
        self.over = False
        """Whether nothing of it is awaited any more."""

    def start(self) -> None:
        """Send the request.

        Raises:
            NotConnected: it was not sent.
        """
        loop = asyncio.get_running_loop()
        self._transport.send(self._data)
        if not self._transport.reliable:
            self._resend = loop.call_later(self._wait, self._again)
        self._end = loop.call_later(self._timers.transaction, self._timed_out)

    def _again(self) -> None:
        self._wait *= 2
        if not self._invite:
            wait = self._timers.t2 if self.proceeding else self._wait
            self._wait = min(wait, self._timers.t2)
        try:
            self._transport.send(self._data)
        except NotConnected as error:
            self.fail(error)
            return
        self._resend = asyncio.get_running_loop().call_later(self._wait, self._again)

    def take(self, response: Response) -> None:
        """Take a response that belongs here."""
        if self.over:
            return
        if response.status < 200:
            self._proceed()
            if not self.final:
                self._on_response(response)
            return
        self._stop_sending()
        if self._invite:
            self._take_final_of_invite(response)
        elif not self.final:
            self.final = True
            self.stop()
            self._on_response(response)

    def _proceed(self) -> None:
        self.proceeding = True
        if self._invite:
            # How long somebody may be rung is for the one who calls to say.
            self._stop_sending()
            if self._end is not None and not self.final:
                self._end.cancel()
                self._end = None

    def _take_final_of_invite(self, response: Response) -> None:
        first, self.final = not self.final, True
        if first:
            self._linger()
        if response.status < 300:
            # Every 2xx goes up, repetitions included: they ask for another ACK.
            self._on_response(response)
            return
        if self._acknowledgement is None:
            self._acknowledgement = serialize(self._acknowledge(response))
        self._send_quietly(self._acknowledgement)
        if first:
            self._on_response(response)

    def _acknowledge(self, response: Response) -> Request:
        number, _ = self.request.cseq
        kept = ("from", "call-id", "route")
        headers: list[Header] = [
            ("via", self.request.get("via")),
            ("max-forwards", "70"),
            ("to", response.get("to")),
            ("cseq", f"{number} ACK"),
        ]
        headers += [each for each in self.request.headers if each[0] in kept]
        return Request(tuple(headers), b"", "ACK", self.request.uri)

    def _linger(self) -> None:
        """Wait for repetitions and for other forks (timers D and M)."""
        if self._end is not None:
            self._end.cancel()
        self._end = asyncio.get_running_loop().call_later(
            self._timers.transaction, self.stop
        )

    def _send_quietly(self, data: bytes) -> None:
        try:
            self._transport.send(data)
        except NotConnected:
            self.stop()

    def _stop_sending(self) -> None:
        if self._resend is not None:
            self._resend.cancel()
            self._resend = None

    def _timed_out(self) -> None:
        self.fail(NoAnswer("no answer in time"))

    def fail(self, error: SipError) -> None:
        """End it with an error; a transaction that has its final response just ends."""
        if self.over:
            return
        tell = not self.final
        self.stop()
        if tell:
            self._on_failure(error)

    def stop(self) -> None:
        """Forget it."""
        self.over = True
        self._stop_sending()
        if self._end is not None:
            self._end.cancel()
            self._end = None


def branch_of(message: Request | Response) -> str:
    """Return the branch of the topmost Via.

    Raises:
        Malformed: there is none.
    """
    vias = message.all("via")
    branch = via_parameters(vias[0]).get("branch", "") if vias else ""
    if not branch:
        raise Malformed("Via without a branch")
    return branch


type _Key = tuple[str, str, str]


class ServerTransactions:
    """Requests of the server: a repetition gets the same response again.

    A final response to an INVITE is sent again until it is acknowledged.
    """

    def __init__(self, timers: Timers) -> None:
        """Start with none."""
        self._timers = timers
        self._sent: OrderedDict[_Key, bytes] = OrderedDict()
        self._waiting: dict[tuple[str, int], asyncio.TimerHandle] = {}

    def repeated(self, request: Request, transport: Transport) -> bool:
        """Answer a repetition; tell whether it was one."""
        data = self._sent.get(_key(request))
        if data is None:
            return False
        transport.send(data)
        return True

    def respond(
        self, request: Request, response: Response, transport: Transport
    ) -> None:
        """Send the final response to a request and remember it."""
        data = serialize(response)
        self._sent[_key(request)] = data
        if len(self._sent) > MOST_SERVED:
            self._sent.popitem(last=False)
        transport.send(data)
        if request.method == "INVITE":
            end = asyncio.get_running_loop().time() + self._timers.transaction
            self._await_ack(_call(request), data, transport, self._timers.t1, end)

    def acknowledged(self, request: Request) -> None:
        """Take an ACK."""
        if timer := self._waiting.pop(_call(request), None):
            timer.cancel()

    def clear(self) -> None:
        """Forget everything."""
        for timer in self._waiting.values():
            timer.cancel()
        self._waiting.clear()
        self._sent.clear()

    def _await_ack(
        self,
        call: tuple[str, int],
        data: bytes,
        transport: Transport,
        wait: float,
        end: float,
    ) -> None:
        loop = asyncio.get_running_loop()

        def again() -> None:
            self._waiting.pop(call, None)
            if loop.time() >= end:
                return
            try:
                transport.send(data)
            except NotConnected:
                return
            longer = min(wait * 2, self._timers.t2)
            self._await_ack(call, data, transport, longer, end)

        self._waiting[call] = loop.call_later(wait, again)


def _key(request: Request) -> _Key:
    vias = request.all("via")
    sent_by = vias[0].partition(";")[0] if vias else ""
    return branch_of(request), sent_by, request.method


def _call(request: Request) -> tuple[str, int]:
    return request.get("call-id"), request.cseq[0]


def response_to(
    request: Request,
    status: int,
    reason: str,
    tag: str = "",
    *headers: Header,
    body: bytes = b"",
) -> Response:
    """Return a response; ``tag`` is ours where the request has none in its To."""
    to = request.get("to")
    if tag and not parse_address(to).tag:
        to = f"{to};tag={tag}"
    kept: list[Header] = [each for each in request.headers if each[0] == "via"]
    kept += [each for each in request.headers if each[0] == "record-route"]
    kept += [
        ("from", request.get("from")),
        ("to", to),
        ("call-id", request.get("call-id")),
        ("cseq", request.get("cseq")),
    ]
    return Response((*kept, *headers), body, status, reason)
