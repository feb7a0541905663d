"""Dialogs (RFC 3261 §12): the state that two ends share."""

from collections.abc import Iterable
import contextlib
from dataclasses import dataclass, field
import secrets

from .errors import Malformed
from .message import Header, Request, Response
from .uri import parse_address, parse_uri


def new_token() -> str:
    """Return a random tag, branch or Call-ID."""
    return secrets.token_hex(10)


@dataclass(slots=True)
class Dialog:
    """One end of a dialog, from before the other end has answered."""

    local: str
    """Our URI, as in From."""
    remote: str
    """Their URI, as in To."""
    target: str
    """Where requests go: first what is asked for, later their Contact."""
    contact: str
    """Our Contact value."""
    call_id: str = field(default_factory=new_token)
    local_tag: str = field(default_factory=new_token)
    remote_tag: str = ""
    route: tuple[str, ...] = ()
    local_seq: int = 0
    remote_seq: int = -1

    def request(
        self, method: str, headers: Iterable[Header] = (), body: bytes = b""
    ) -> Request:
        """Return the next request of this end; its Via is still missing."""
        self.local_seq += 1
        return self.numbered(self.local_seq, method, headers, body)

    def numbered(
        self,
        number: int,
        method: str,
        headers: Iterable[Header] = (),
        body: bytes = b"",
    ) -> Request:
        """Return a request with a given sequence number, as an ACK needs it."""
        uri, route = self._routed()
        to = f"<{self.remote}>"
        if self.remote_tag:
            to += f";tag={self.remote_tag}"
        lines: list[Header] = [("route", value) for value in route]
        lines += [
            ("max-forwards", "70"),
            ("from", f"<{self.local}>;tag={self.local_tag}"),
            ("to", to),
            ("call-id", self.call_id),
            ("cseq", f"{number} {method}"),
            ("contact", self.contact),
        ]
        return Request((*lines, *headers), body, method, uri)

    def _routed(self) -> tuple[str, tuple[str, ...]]:
        """Return the request URI and the Route values (RFC 3261 §12.2.1.1)."""
        if not self.route:
            return self.target, ()
        first = parse_address(self.route[0]).uri
        if "lr" in parse_uri(first).parameters:
            return self.target, self.route
        # A strict router wants itself named, and the target at the end.
        return first, (*self.route[1:], f"<{self.target}>")

    def confirm(self, response: Response) -> None:
        """Complete the dialog from a 2xx to our request.

        Raises:
            Malformed.
        """
        tag = parse_address(response.get("to")).tag
        route = tuple(reversed(response.all("record-route")))
        self._confirm(tag, response.all("contact"), route)

    def confirm_by(self, request: Request) -> None:
        """Complete the dialog from the other end's first request, if it came first.

        Raises:
            Malformed.
        """
        tag = parse_address(request.get("from")).tag
        route = tuple(request.all("record-route"))
        self._confirm(tag, request.all("contact"), route)

    def _confirm(self, tag: str, contacts: list[str], route: tuple[str, ...]) -> None:
        for value in route:
            parse_uri(parse_address(value).uri)
        # A contact that names nothing to send to leaves the target as it is: what was
        # answered must be acknowledged and ended all the same.
        with contextlib.suppress(Malformed):
            if contacts:
                uri = parse_address(contacts[0]).uri
                parse_uri(uri)
                self.target = uri
        if not self.remote_tag:
            self.remote_tag, self.route = tag, route

    def take(self, request: Request) -> bool:
        """Record a request of the other end; return whether its CSeq is in order.

        Raises:
            Malformed.
        """
        number, _ = request.cseq
        if number <= self.remote_seq:
            return False
        self.remote_seq = number
        return True


def local_tag(request: Request) -> str:
    """Return the tag by which a request of the other end names us.

    Raises:
        Malformed.
    """
    return parse_address(request.get("to")).tag


def remote_tag(request: Request) -> str:
    """Return the tag of the one who sent a request.

    Raises:
        Malformed: it has none.
    """
    tag = parse_address(request.get("from")).tag
    if not tag:
        raise Malformed("From without a tag")
    return tag
