"""Addresses: SIP URIs, name-addr values and the parameters behind them."""

from collections.abc import Mapping
from dataclasses import dataclass
import re
from typing import Final
from urllib.parse import quote

from .errors import Malformed
from .message import split_list

LONGEST_NUMBER: Final = 64

_UNESCAPED: Final = "!*'()+-_.~"
"""Marks that stand for themselves in a user part. ``#`` is not one: RFC 3261 §25.1
has no ``#`` in a URI, and servers cut the number off there."""
_URI: Final = re.compile(
    r"(?P<scheme>sips?):(?:(?P<user>[^@]*)@)?"
    r"(?P<host>\[[0-9A-Fa-f:.]+\]|[^:;?\[\]]+)(?::(?P<port>[0-9]{1,5}))?"
    r"(?P<rest>[;?].*)?",
    re.IGNORECASE,
)


def escape(user: str) -> str:
    """Return a user part (a number, a code) as it may stand in a URI."""
    return quote(user, safe=_UNESCAPED)


def bracketed(host: str) -> str:
    """Return a host as it may stand before a port."""
    return f"[{host}]" if ":" in host and not host.startswith("[") else host


def parameters(text: str) -> Mapping[str, str]:
    """Read ``;name=value;name`` into a mapping with names in lower case."""
    found: dict[str, str] = {}
    for part in split_list(text, ";"):
        name, _, value = part.partition("=")
        found.setdefault(name.strip().lower(), _unquoted(value.strip()))
    found.pop("", None)
    return found


def _unquoted(value: str) -> str:
    if len(value) > 1 and value[0] == value[-1] == '"':
        return re.sub(r"\\(.)", r"\1", value[1:-1])
    return value


@dataclass(frozen=True, slots=True)
class Address:
    """The value of From, To, Contact, Route: a URI and the header's parameters."""

    uri: str
    parameters: Mapping[str, str]

    @property
    def tag(self) -> str:
        """The tag of the one who is named; empty if there is none."""
        return self.parameters.get("tag", "")


def parse_address(value: str) -> Address:
    """Read a name-addr or addr-spec (RFC 3261 §20.10).

    Raises:
        Malformed.
    """
    text = _without_display_name(value.strip())
    if text.startswith("<"):
        uri, end, rest = text[1:].partition(">")
        uri = uri.strip() if end else ""
    else:
        uri, _, rest = text.partition(";")
    if not uri or set(uri) & set(' <>"'):
        raise Malformed("address")
    return Address(uri, parameters(rest))


def _without_display_name(value: str) -> str:
    """Return a name-addr from its ``<`` on; an addr-spec as it is."""
    if not value.startswith('"'):
        return value[found:] if (found := value.find("<")) >= 0 else value
    escaped = False
    for index, mark in enumerate(value[1:], 1):
        if escaped:
            escaped = False
        elif mark == "\\":
            escaped = True
        elif mark == '"':
            return value[index + 1 :].lstrip()
    raise Malformed("address")


@dataclass(frozen=True, slots=True)
class Uri:
    """A SIP URI, as far as a user agent looks into it."""

    user: str
    host: str
    port: int | None
    parameters: Mapping[str, str]


def parse_uri(text: str) -> Uri:
    """Read a ``sip:`` or ``sips:`` URI.

    Raises:
        Malformed: it is none.
    """
    found = _URI.fullmatch(text)
    if found is None:
        raise Malformed("URI")
    rest = (found["rest"] or "").partition("?")[0]
    port = int(found["port"]) if found["port"] else None
    return Uri(found["user"] or "", found["host"], port, parameters(rest))


def via_parameters(value: str) -> Mapping[str, str]:
    """Return the parameters of a Via value."""
    return parameters(value.partition(";")[2])
