"""Digest authentication: RFC 3261 §22 and RFC 8760 (MD5 and SHA-256)."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
import hashlib
import re
import secrets
from typing import Final

from .message import Header, Response, split_list

ALGORITHMS: Final = {"MD5": "md5", "SHA-256": "sha256", "SHA-512-256": "sha512_256"}
CHALLENGES: Final = {
    401: ("www-authenticate", "authorization"),
    407: ("proxy-authenticate", "proxy-authorization"),
}
"""Status → the header that asks, the header that answers."""


@dataclass(frozen=True, slots=True)
class Challenge:
    """What a server asks. Quoted values are kept as they came, escapes included."""

    answer_header: str
    realm: str
    nonce: str
    algorithm: str
    """As it was spelled; empty where the server left it out (MD5)."""
    opaque: str | None
    qop: bool
    stale: bool

    @property
    def key(self) -> tuple[str, str]:
        """Return who asks."""
        return self.answer_header, self.realm


def _parameters(text: str) -> dict[str, str]:
    found: dict[str, str] = {}
    for part in split_list(text):
        name, equals, value = part.partition("=")
        value = value.strip()
        if equals and len(value) > 1 and value[0] == value[-1] == '"':
            value = value[1:-1]
        found.setdefault(name.strip().lower(), value)
    return found


def _challenge(value: str, answer_header: str) -> Challenge | None:
    scheme, _, rest = value.strip().partition(" ")
    if scheme.lower() != "digest":
        return None
    said = _parameters(rest)
    algorithm = said.get("algorithm", "")
    base = algorithm.upper().removesuffix("-SESS") or "MD5"
    offered = {part.strip().lower() for part in said.get("qop", "").split(",")} - {""}
    if base not in ALGORITHMS or "nonce" not in said or "realm" not in said:
        return None
    if offered and "auth" not in offered:
        return None
    return Challenge(
        answer_header,
        said["realm"],
        said["nonce"],
        algorithm,
        said.get("opaque"),
        bool(offered),
        said.get("stale", "").lower() == "true",
    )


def challenges(response: Response) -> dict[tuple[str, str], Challenge]:
    """Return what a 401 or 407 asks, one challenge for each who asks.

    Of several algorithms the first that is known counts: servers list the one that
    they prefer first (RFC 8760 §2.4).
    """
    ask, answer = CHALLENGES[response.status]
    found: dict[tuple[str, str], Challenge] = {}
    for value in response.all(ask):
        challenge = _challenge(value, answer)
        if challenge is not None:
            found.setdefault(challenge.key, challenge)
    return found


@dataclass(slots=True)
class Nonce:
    """A challenge that is being answered, and how often it has been."""

    challenge: Challenge
    count: int = 0

    def answer(self, username: str, password: str, method: str, uri: str) -> Header:
        """Return the header that answers the challenge for one request."""
        asked = self.challenge
        self.count += 1
        cnonce, count = secrets.token_hex(8), f"{self.count:08x}"
        digest = response_digest(
            asked, username, password, method, uri, cnonce=cnonce, count=count
        )
        fields = [
            f'username="{_quoted(username)}"',
            f'realm="{asked.realm}"',
            f'nonce="{asked.nonce}"',
            f'uri="{uri}"',
            f'response="{digest}"',
        ]
        if asked.algorithm:
            fields.append(f"algorithm={asked.algorithm}")
        if asked.qop:
            fields += ["qop=auth", f"nc={count}", f'cnonce="{cnonce}"']
        elif asked.algorithm.upper().endswith("-SESS"):
            fields.append(f'cnonce="{cnonce}"')
        if asked.opaque is not None:
            fields.append(f'opaque="{asked.opaque}"')
        return asked.answer_header, "Digest " + ", ".join(fields)


def response_digest(
    asked: Challenge,
    username: str,
    password: str,
    method: str,
    uri: str,
    *,
    cnonce: str,
    count: str,
) -> str:
    """Return the request-digest of RFC 7616 §3.4.1."""
    upper = asked.algorithm.upper()
    name = ALGORITHMS[upper.removesuffix("-SESS") or "MD5"]

    def digest(*parts: str) -> str:
        text = ":".join(parts).encode(errors="surrogateescape")
        return hashlib.new(name, text, usedforsecurity=False).hexdigest()

    realm, nonce = _unescaped(asked.realm), _unescaped(asked.nonce)
    first = digest(username, realm, password)
    if upper.endswith("-SESS"):
        first = digest(first, nonce, cnonce)
    second = digest(method, uri)
    if asked.qop:
        return digest(first, nonce, count, cnonce, "auth", second)
    return digest(first, nonce, second)


def _unescaped(text: str) -> str:
    return re.sub(r"\\(.)", r"\1", text)


def _quoted(text: str) -> str:
    return text.replace("\\", "\\\\").replace('"', '\\"')


MOST_REFUSALS: Final = 3
"""How often a login that once worked may be refused before it counts as wrong: a
server that starts up refuses everybody for a moment."""


@dataclass(slots=True)
class Login:
    """What is known of one account's credentials at one server."""

    username: str
    password: str = field(repr=False)
    nonces: dict[tuple[str, str], Nonce] = field(default_factory=dict)
    worked: bool = False
    refusals: int = 0

    @property
    def locked(self) -> bool:
        """Whether another try would only lock the account."""
        return self.refusals >= (MOST_REFUSALS if self.worked else 1)

    def headers(self, method: str, uri: str) -> list[Header]:
        """Return the headers that answer every challenge known so far."""
        return [
            nonce.answer(self.username, self.password, method, uri)
            for nonce in self.nonces.values()
        ]

    def learn(self, found: Mapping[tuple[str, str], Challenge]) -> None:
        """Take over fresh challenges."""
        for key, challenge in found.items():
            self.nonces[key] = Nonce(challenge)

    def accepted(self) -> None:
        """Remember that the server let a request pass that was authenticated."""
        self.worked, self.refusals = True, 0

    def refused(self) -> None:
        """Record that the server refused the password."""
        self.refusals += 1
        self.nonces.clear()


def is_final(
    found: Mapping[tuple[str, str], Challenge], answered: Iterable[tuple[str, str]]
) -> bool:
    """Return whether to give up: no known challenge, or one already answered."""
    done = set(answered)
    return not found or any(
        key in done and not challenge.stale for key, challenge in found.items()
    )
