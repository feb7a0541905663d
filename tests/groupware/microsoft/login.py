"""A sign-in as Entra's version 2.0: device code, authorization code, refresh."""

import base64
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from email.utils import formatdate
import hashlib
import json
import secrets
import time
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

from aiohttp import web
from cryptography import x509
from cryptography.hazmat.primitives import hashes
import jwt

TENANT = "11111111-2222-3333-4444-555555555555"
DOMAIN = "example.onmicrosoft.com"
CLIENT_ID = "22553876-f5ab-4529-bffb-cfe50aa89f87"


def encoded(value: Any) -> str:
    raw = json.dumps(value).encode()
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


@dataclass
class Grant:
    """Something that will become tokens once the person agrees."""

    scope: str
    user: str | None = None
    declined: bool = False
    nonce: str = ""
    challenge: str = ""
    back_to: str = ""
    polls: int = 0


@dataclass
class Token:
    """An access token that was given out."""

    user: str
    scopes: frozenset[str]
    expires: float
    claims: str = ""


@dataclass
class Refused:
    """An answer that the token endpoint gives instead of tokens."""

    error: str
    suberror: str = ""
    code: int = 0
    status: int = 400


ASSERTION_TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"


@dataclass
class Application:
    """What the tenant's administrator set at the app registration for itself."""

    secrets: set[str] = field(default_factory=set)
    expired: set[str] = field(default_factory=set)
    certificates: list[str] = field(default_factory=list)
    """Uploaded certificates as PEM."""
    roles: frozenset[str] = frozenset()
    """Application permissions that were consented to."""
    group: frozenset[str] | None = None
    """Whose mailboxes RBAC for Applications lets it read; ``None``: everybody's."""
    proofs: set[str] = field(default_factory=set)
    """The ids of proofs that were used."""


@dataclass
class Login:
    """The state of the sign-in; a test plays the person and the administrator."""

    granted: frozenset[str] | None = None
    """Permissions that may be consented to; ``None``: all."""
    lasts: int = 3600
    interval: int = 1
    """Seconds between two polls of a device code."""
    refuse: Refused | None = None
    """What every token request is answered with."""
    grants: dict[str, Grant] = field(default_factory=dict)
    refreshes: dict[str, tuple[str, str]] = field(default_factory=dict)
    tokens: dict[str, Token] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    broken: list[str] = field(default_factory=list)
    claims_needed: str = ""
    application: Application = field(default_factory=Application)
    clock: Callable[[], float] = time.time
    """Microsoft's clock, in seconds since 1970."""

    def routes(self) -> list[web.RouteDef]:
        return [
            web.get("/{tenant}/v2.0/.well-known/openid-configuration", self.configure),
            web.get("/{tenant}/oauth2/v2.0/authorize", self.authorize),
            web.post("/{tenant}/oauth2/v2.0/devicecode", self.device_code),
            web.post("/{tenant}/oauth2/v2.0/token", self.token),
        ]

    # What a test does.

    def enter(self, user_code: str, user: str) -> None:
        """Let a person enter a device code and agree."""
        self._of_code(user_code).user = user

    def decline(self, user_code: str) -> None:
        self._of_code(user_code).declined = True

    def _of_code(self, user_code: str) -> Grant:
        return self.grants[user_code]

    def agree(self, page: str, user: str) -> dict[str, str]:
        """Let a person agree on a page, and return what the browser comes back with."""
        query = dict(parse_qsl(urlsplit(page).query))
        self._check(
            query,
            "client_id",
            "response_type",
            "redirect_uri",
            "scope",
            "state",
            "code_challenge",
        )
        if query.get("code_challenge_method") != "S256":
            self.broken.append("PKCE without S256")
        code = secrets.token_urlsafe(12)
        self.grants[code] = Grant(
            query["scope"],
            user,
            nonce=query.get("nonce", ""),
            challenge=query["code_challenge"],
            back_to=query["redirect_uri"],
        )
        return {"code": code, "state": query["state"]}

    def revoke(self) -> None:
        """End every sign-in: no refresh token is good any more."""
        self.refreshes.clear()
        self.tokens.clear()

    def expire_tokens(self) -> None:
        """Let every access token be refused, the refresh tokens staying good."""
        self.tokens.clear()

    # What is asked of it.

    async def configure(self, request: web.Request) -> web.Response:
        self.asked.append("configuration")
        tenant = request.match_info["tenant"]
        if tenant not in (TENANT, DOMAIN, "organizations"):
            return web.json_response({"error": "invalid_tenant"}, status=400)
        base = f"https://{request.host}/{tenant}"
        return web.json_response(
            headers=self._date(),
            data={
                "issuer": f"https://{request.host}/{TENANT}/v2.0",
                "authorization_endpoint": f"{base}/oauth2/v2.0/authorize",
                "token_endpoint": f"{base}/oauth2/v2.0/token",
                "device_authorization_endpoint": f"{base}/oauth2/v2.0/devicecode",
            },
        )

    async def authorize(self, request: web.Request) -> web.Response:
        """Agree at once, as somebody who is signed in and has consented."""
        answer = self.agree(str(request.url), next(iter(USERS)))
        back_to = request.query["redirect_uri"]
        raise web.HTTPFound(f"{back_to}?{urlencode(answer)}")

    async def device_code(self, request: web.Request) -> web.Response:
        said = {key: str(value) for key, value in (await request.post()).items()}
        self.asked.append("device code")
        self._check(said, "client_id", "scope")
        if refusal := self._refusal(said):
            return refusal
        user_code = secrets.token_hex(4).upper()
        grant = Grant(said["scope"])
        device_code = secrets.token_urlsafe(12)
        self.grants[user_code] = self.grants[device_code] = grant
        return web.json_response(
            {
                "user_code": user_code,
                "device_code": device_code,
                "verification_uri": f"https://{request.host}/device",
                "expires_in": 900,
                "interval": self.interval,
                "message": "Enter the code.",
            }
        )

    async def token(self, request: web.Request) -> web.Response:
        said = {key: str(value) for key, value in (await request.post()).items()}
        kind = said.get("grant_type", "")
        self.asked.append(kind.rpartition(":")[2])
        self._check(said, "client_id", "grant_type")
        if refusal := self._refusal(said):
            return refusal
        match kind.rpartition(":")[2]:
            case "client_credentials":
                return self._by_credentials(request, said)
            case "device_code":
                return self._by_device_code(request, said)
            case "authorization_code":
                return self._by_code(request, said)
            case "refresh_token":
                known = self.refreshes.pop(said.get("refresh_token", ""), None)
                if known is None:
                    return refused(Refused("invalid_grant", "bad_token", 700082))
                user, scope = known
                scope = said.get("scope", scope)
                return self._give(request, user, scope, said.get("claims", ""))
        self.broken.append(f"grant_type {kind}")
        return refused(Refused("unsupported_grant_type"))

    def _refusal(self, said: Mapping[str, str]) -> web.Response | None:
        if said.get("client_id") != CLIENT_ID:
            return refused(Refused("unauthorized_client", code=700016))
        return refused(self.refuse) if self.refuse else None

    def _date(self) -> dict[str, str]:
        return {"Date": formatdate(self.clock(), usegmt=True)}

    def _by_credentials(
        self, request: web.Request, said: Mapping[str, str]
    ) -> web.Response:
        tenant = request.match_info["tenant"]
        if tenant == "organizations":
            return refused(Refused("invalid_request", code=50194))
        (scope,) = said.get("scope", "").split()
        if not scope.endswith("/.default"):
            self.broken.append("an application asks for its own permissions only")
        application = self.application
        if secret := said.get("client_secret"):
            if secret in application.expired:
                return refused(Refused("invalid_client", code=7000222, status=401))
            if secret not in application.secrets:
                return refused(Refused("invalid_client", code=7000215, status=401))
        elif problem := self._proof_problem(request, said):
            return refused(Refused("invalid_client", code=problem, status=401))
        access = secrets.token_urlsafe(24)
        self.tokens[access] = Token(
            "", application.roles, time.time() + self.lasts, said.get("claims", "")
        )
        # Neither a refresh token nor anybody's name.
        return web.json_response(
            {
                "token_type": "Bearer",
                "expires_in": self.lasts,
                "ext_expires_in": self.lasts,
                "access_token": access,
            },
            headers=self._date(),
        )

    def _proof_problem(self, request: web.Request, said: Mapping[str, str]) -> int:
        """Judge a proof by certificate; return Microsoft's number, 0 for a good one."""
        self._check(said, "client_assertion", "client_assertion_type")
        if said.get("client_assertion_type") != ASSERTION_TYPE:
            self.broken.append("another type of proof")
        proof = said.get("client_assertion", "")
        header = jwt.get_unverified_header(proof)
        known = {thumbprint(one): one for one in self.application.certificates}
        if (certificate := known.get(header.get("x5t#S256"))) is None:
            return 700027
        key = x509.load_pem_x509_certificate(certificate.encode()).public_key()
        try:
            claims = jwt.decode(
                proof,
                key,
                algorithms=["PS256"],
                audience=f"https://{request.host}{request.path}",
                options={"verify_exp": False, "verify_nbf": False, "verify_iat": False},
            )
        except jwt.InvalidTokenError:
            return 700027
        if claims["iss"] != CLIENT_ID or claims["sub"] != CLIENT_ID:
            self.broken.append("a proof of somebody else")
        if claims["jti"] in self.application.proofs:
            self.broken.append("a proof was used twice")
        self.application.proofs.add(claims["jti"])
        now = self.clock()
        # Entra forgives five minutes.
        fits = claims["nbf"] - 300 <= now <= claims["exp"] + 300
        return 0 if fits else 700024

    def _by_device_code(
        self, request: web.Request, said: Mapping[str, str]
    ) -> web.Response:
        self._check(said, "device_code")
        grant = self.grants[said["device_code"]]
        grant.polls += 1
        if grant.declined:
            return refused(Refused("authorization_declined"))
        if grant.user is None:
            return refused(Refused("authorization_pending", code=70016))
        return self._give(request, grant.user, grant.scope)

    def _by_code(self, request: web.Request, said: Mapping[str, str]) -> web.Response:
        self._check(said, "code", "redirect_uri", "code_verifier")
        grant = self.grants.pop(said["code"], None)
        if grant is None or grant.user is None:
            return refused(Refused("invalid_grant", code=54005))
        digest = hashlib.sha256(said["code_verifier"].encode()).digest()
        proof = base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
        if proof != grant.challenge or said["redirect_uri"] != grant.back_to:
            self.broken.append("the proof does not fit")
            return refused(Refused("invalid_grant", code=501481))
        return self._give(request, grant.user, grant.scope, nonce=grant.nonce)

    def _give(
        self,
        request: web.Request,
        user: str,
        scope: str,
        claims: str = "",
        nonce: str = "",
    ) -> web.Response:
        asked = [one for one in scope.split() if "/" in one]
        names = frozenset(one.rpartition("/")[2] for one in asked)
        if self.granted is not None and not names <= self.granted:
            return refused(Refused("invalid_grant", "consent_required", 65001))
        access, refresh = secrets.token_urlsafe(24), secrets.token_urlsafe(24)
        self.tokens[access] = Token(user, names, time.time() + self.lasts, claims)
        self.refreshes[refresh] = (user, scope)
        now = int(time.time())
        identity = {
            "aud": CLIENT_ID,
            "iss": f"https://{request.host}/{TENANT}/v2.0",
            "iat": now,
            "exp": now + 3600,
            "oid": user,
            "sub": user,
            "tid": TENANT,
            "preferred_username": USERS[user],
            **({"nonce": nonce} if nonce else {}),
        }
        return web.json_response(
            {
                "token_type": "Bearer",
                "scope": " ".join(asked),
                "expires_in": self.lasts,
                "access_token": access,
                "refresh_token": refresh,
                "id_token": f"{encoded({'alg': 'none'})}.{encoded(identity)}.",
                "client_info": encoded({"uid": user, "utid": TENANT}),
            }
        )

    def _check(self, said: Mapping[str, str], *needed: str) -> None:
        self.broken += [f"no {one} was sent" for one in needed if not said.get(one)]


def thumbprint(certificate: str) -> str:
    read = x509.load_pem_x509_certificate(certificate.encode())
    digest = read.fingerprint(hashes.SHA256())
    return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()


def refused(refusal: Refused) -> web.Response:
    answer: dict[str, Any] = {
        "error": refusal.error,
        "error_description": f"AADSTS{refusal.code}: refused.",
        "error_codes": [refusal.code],
    }
    if refusal.suberror:
        answer["suberror"] = refusal.suberror
    return web.json_response(answer, status=refusal.status)


ANNA = "aaaaaaaa-0000-0000-0000-000000000001"
BOB = "bbbbbbbb-0000-0000-0000-000000000002"
USERS = {ANNA: "anna@example.com", BOB: "bob@example.com"}
