"""An office's own sign-in at Microsoft, for everybody in it: client credentials.

An administrator of Microsoft 365 grants application permissions once; nobody signs in.
The application proves itself by a secret or by a certificate whose private key never
leaves Home Assistant (learn.microsoft.com/entra/identity-platform/
v2-oauth2-client-creds-grant-flow). Tokens are kept in memory alone.
"""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
import time
from typing import Any, Final, Self
from urllib.parse import quote
from uuid import uuid4

from ..source import SourceUnavailable
from .account import LIMITS, Executor
from .clouds import Cloud
from .failures import SignInRefused, failure
from .msal_calls import authority_translated, http_session, requests_translated

READ_PRESENCE: Final = "Presence.Read.All"
WRITE_PRESENCE: Final = "Presence.ReadWrite.All"
READ_CALENDARS: Final = "Calendars.ReadBasic.All"
READ_USERS: Final = "User.Read.All"

VALID_FOR: Final = timedelta(days=730)
"""How long a certificate made here is good; Entra sets no limit of its own."""
KEY_BITS: Final = 3072
ASSERTION: Final = 600
"""Seconds that a proof by certificate is good, by Microsoft's clock."""
CLOCK_MATTERS: Final = 60.0
"""Seconds by which a clock must differ before the proof is dated by Microsoft's."""


@dataclass(frozen=True, slots=True)
class Certificate:
    """A key pair as PEM: ``private_key`` stays here, ``public`` is given to Microsoft."""

    private_key: str
    public: str

    @classmethod
    def make(cls, now: datetime) -> Self:
        """Make a key and a certificate that signs itself; blocks for a second."""
        from cryptography import x509
        from cryptography.hazmat.primitives import hashes, serialization
        from cryptography.hazmat.primitives.asymmetric import rsa
        from cryptography.x509.oid import NameOID

        key = rsa.generate_private_key(public_exponent=65537, key_size=KEY_BITS)
        name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "xpresence")])
        certificate = (
            x509.CertificateBuilder()
            .subject_name(name)
            .issuer_name(name)
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            # A day back, for clocks that are behind.
            .not_valid_before(now - timedelta(days=1))
            .not_valid_after(now + VALID_FOR)
            .sign(key, hashes.SHA256())
        )
        pem = serialization.Encoding.PEM
        return cls(
            key.private_bytes(
                pem,
                serialization.PrivateFormat.PKCS8,
                serialization.NoEncryption(),
            ).decode(),
            certificate.public_bytes(pem).decode(),
        )

    @property
    def expires(self) -> datetime:
        """Return until when it is good.

        Raises:
            ValueError: it is no certificate.
        """
        from cryptography import x509

        read = x509.load_pem_x509_certificate(self.public.encode())
        return read.not_valid_after_utc

    @property
    def thumbprint(self) -> str:
        """Return the SHA-1 thumbprint, by which Entra lists it.

        Raises:
            ValueError: it is no certificate.
        """
        from cryptography import x509
        from cryptography.hazmat.primitives import hashes

        read = x509.load_pem_x509_certificate(self.public.encode())
        return read.fingerprint(hashes.SHA1()).hex().upper()  # noqa: S303


@dataclass(frozen=True, slots=True)
class Application:
    """An app registration that acts for itself; ``proof``: its secret or certificate."""

    client_id: str
    tenant: str
    cloud: Cloud
    proof: str | Certificate


class ApplicationTokens:
    """Access tokens of an application; no request is sent before one is needed."""

    def __init__(self, application: Application, run: Executor) -> None:
        """Keep the parts."""
        self.application: Final = application
        self._run = run
        self._lock = asyncio.Lock()
        self._app: Any = None
        self._watch: Any = None
        self._ahead = 0.0
        """Seconds by which Microsoft's clock is ahead of this machine's."""

    async def token(self, claims: str | None = None, *, fresh: bool = False) -> str:
        """Return an access token, renewed where that is needed.

        Raises:
            SignInRefused: only an administrator can make it work.
            SourceUnavailable: the sign-in cannot be reached; try again later.
        """
        async with self._lock:
            if fresh:
                # msal would return the refused one from its cache.
                self._app = None
            answer = await self._call(claims)
            if "access_token" not in answer:
                error = failure(answer)
                if isinstance(error, SignInRefused):
                    self._app = None
                raise error
            return str(answer["access_token"])

    async def _call(self, claims: str | None) -> Mapping[str, Any]:
        scopes = [self.application.cloud.scope(".default")]

        def call() -> Mapping[str, Any]:
            from msal.exceptions import MsalServiceError

            from ..network.adapter import Watch

            if self._watch is None:
                self._watch = Watch(LIMITS)
            self._watch.begin()
            try:
                if self._app is None:
                    self._app = self._application()
                answer = self._app.acquire_token_for_client(
                    scopes, claims_challenge=claims
                )
            except MsalServiceError as error:
                raise SourceUnavailable("sign_in_failing") from error
            return answer if isinstance(answer, Mapping) else {}

        with requests_translated():
            return await self._run(call)

    def _application(self) -> Any:
        """Make msal's client; it asks the tenant's address for its configuration."""
        import msal

        application = self.application
        session = http_session(self._watch)
        # Its own configuration tells what time it is there, before anything is proven.
        session.hooks["response"].append(self._note_time)
        with authority_translated():
            return msal.ConfidentialClientApplication(
                application.client_id,
                authority=f"{application.cloud.login}/{quote(application.tenant, safe='')}",
                client_credential=self._credential(),
                http_client=session,
                instance_discovery=False,
                client_capabilities=["CP1"],
            )

    def _note_time(self, response: Any, *_: Any, **__: Any) -> None:
        try:
            there = parsedate_to_datetime(response.headers.get("Date", ""))
        except TypeError, ValueError:
            return
        ahead = there.timestamp() - time.time()
        self._ahead = ahead if abs(ahead) > CLOCK_MATTERS else 0.0

    def _credential(self) -> str | dict[str, Any]:
        proof = self.application.proof
        if isinstance(proof, str):
            return proof
        return {"client_assertion": lambda: self._signed(proof)}

    def _signed(self, proof: Certificate) -> str:
        """Return a proof by certificate, dated by Microsoft's clock."""
        import jwt

        now = int(time.time() + self._ahead)
        client, cloud = self.application.client_id, self.application.cloud
        tenant = quote(self.application.tenant, safe="")
        return str(
            jwt.encode(
                {
                    "aud": f"{cloud.login}/{tenant}/oauth2/v2.0/token",
                    "iss": client,
                    "sub": client,
                    "jti": str(uuid4()),
                    "iat": now,
                    "nbf": now,
                    "exp": now + ASSERTION,
                },
                proof.private_key,
                algorithm="PS256",
                headers={"x5t#S256": _sha256_thumbprint(proof.public)},
            )
        )


def _sha256_thumbprint(certificate: str) -> str:
    """Return the thumbprint as the header of a proof has it (RFC 7515, 4.1.8)."""
    import base64

    from cryptography import x509
    from cryptography.hazmat.primitives import hashes

    read = x509.load_pem_x509_certificate(certificate.encode())
    digest = read.fingerprint(hashes.SHA256())
    return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()


def days_left(certificate: Certificate, now: datetime | None = None) -> int:
    """Return for how many whole days a certificate is good.

    Raises:
        ValueError: it is no certificate.
    """
    return (certificate.expires - (now or datetime.now(UTC))).days
