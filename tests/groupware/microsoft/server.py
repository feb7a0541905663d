"""Sign-in and Graph on this machine: the one over TLS, as msal insists, the other not."""

import asyncio
from collections.abc import AsyncIterator, Callable, Coroutine, Iterator
import contextlib
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path
import ssl
import threading
from typing import Any

from aiohttp import web
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from .graph import Graph
from .login import Login


@dataclass
class Microsoft:
    """Microsoft on this machine."""

    login: Login
    graph: Graph
    login_url: str
    graph_url: str
    authority: Path
    """The certificate that the sign-in's TLS is to be trusted by."""

    @property
    def broken(self) -> list[str]:
        """Return every breach of the contracts so far, by either side."""
        return [*self.login.broken, *self.graph.broken]

    @property
    def environment(self) -> dict[str, str]:
        """Return what makes a Home Assistant take this for Microsoft."""
        return {
            "REQUESTS_CA_BUNDLE": str(self.authority),
            "XPRESENCE_TEST_CLOUD": f"{self.login_url},{self.graph_url}",
        }


def make_certificate(folder: Path) -> tuple[Path, Path]:
    """Make a certificate for this machine that signs itself."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=2))
        .add_extension(
            x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]),
            critical=False,
        )
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    certificate_file, key_file = folder / "authority.pem", folder / "key.pem"
    pem = serialization.Encoding.PEM
    certificate_file.write_bytes(certificate.public_bytes(pem))
    key_file.write_bytes(
        key.private_bytes(
            pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
    )
    return certificate_file, key_file


@contextlib.asynccontextmanager
async def running(
    folder: Path, clock: Callable[[], datetime] | None = None
) -> AsyncIterator[Microsoft]:
    """Run both, and end them."""
    certificate, key = make_certificate(folder)
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(certificate, key)
    login = Login()
    graph = Graph(login, clock) if clock else Graph(login)
    signing_in = web.Application()
    signing_in.add_routes(login.routes())
    quietly: dict[str, Any] = {
        "access_log": None,
        "handler_cancellation": True,
        "shutdown_timeout": 0.1,
    }
    runners = [
        web.AppRunner(signing_in, **quietly),
        web.AppRunner(graph.app(), **quietly),
    ]
    ports = []
    try:
        for runner, tls in zip(runners, (context, None), strict=True):
            await runner.setup()
            await web.TCPSite(runner, "127.0.0.1", 0, ssl_context=tls).start()
            ports.append(runner.addresses[0][1])
        yield Microsoft(
            login,
            graph,
            f"https://127.0.0.1:{ports[0]}",
            f"http://127.0.0.1:{ports[1]}",
            certificate,
        )
    finally:
        for runner in runners:
            await runner.cleanup()


@contextlib.contextmanager
def elsewhere(
    folder: Path, clock: Callable[[], datetime] | None = None
) -> Iterator[Microsoft]:
    """Run a Microsoft in a loop of its own: Home Assistant's may stand, or be late."""
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, name="microsoft")
    thread.start()

    def there[T](what: Coroutine[Any, Any, T]) -> T:
        return asyncio.run_coroutine_threadsafe(what, loop).result(60)

    microsoft = running(folder, clock)
    try:
        yield there(microsoft.__aenter__())
    finally:
        there(microsoft.__aexit__(None, None, None))
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()
