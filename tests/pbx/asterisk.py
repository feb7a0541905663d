"""Starts and stops a real Asterisk of our own on loopback."""

import asyncio
from collections.abc import Iterator
import contextlib
from dataclasses import dataclass, field
import datetime as dt
import fcntl
import itertools
import json
import os
from pathlib import Path
import random
import re
import secrets
import shutil
import signal
import socket
import sqlite3
import subprocess
import tempfile
import time
from typing import Final, TextIO

CONFIG = Path(__file__).parent / "config"
EXTENSIONS = ("100", "101", "102", "103", "104", "105", "109")
SIP_ACCOUNTS = ("110", "111", "112", "113", "119")
"""Extensions that have to authenticate; none but a telephone that registers is rung."""
FORWARDS = ("CF", "CFB", "CFU")
"""FreePBX's families: forward always, when busy, when nobody answers."""
BOOT_SECONDS = 120
MEMBER: Final = re.compile(r"\b(?:Local|PJSIP|Agent)/[^\s)]+")
"""How a queue shows whom it rings."""
EVENTUALLY = 60.0
"""Seconds that a condition may take to come true on a busy machine."""
PORTS = range(15_000, 32_000)
"""Where ports are taken from: the system gives none of these to anybody by itself."""


class NoAsterisk(Exception):
    """There is no Asterisk on this machine, and none could be made."""


def tools() -> dict[str, str]:
    """Return what script/setup found."""
    found = dict(os.environ)
    env = Path(__file__).parents[2] / ".cache" / "tools.env"
    if env.exists():
        for line in env.read_text().splitlines():
            name, _, value = line.partition("=")
            found.setdefault(name, value.strip("'"))
    return found


def _stands(thread: Path) -> bool:
    """Tell whether a thread is stopped; one that is gone does nothing either."""
    try:
        stat = (thread / "stat").read_text()
    except OSError:
        return True
    return stat.rpartition(")")[2].split()[0] == "T"


_ports = itertools.cycle(random.sample(PORTS, len(PORTS)))
_reservations: list[TextIO] = []
"""The one file whose locks reserve ports: the lock on byte n is port n's."""


def reserve(port: int) -> bool:
    """Reserve a port until this process ends; False if another test run has it.

    A port is often bound long after it was chosen: a telephone's, with its first call.
    """
    if not _reservations:
        name = f"xpresence-test-ports-{os.getuid()}"
        _reservations.append((Path(tempfile.gettempdir()) / name).open("a"))
    try:
        fcntl.lockf(_reservations[0], fcntl.LOCK_EX | fcntl.LOCK_NB, 1, port)
    except OSError:
        return False
    return True


def free_port(kind: socket.SocketKind = socket.SOCK_STREAM) -> int:
    """Return a loopback port that nobody listens on, and that is given only once.

    Not to a test run beside this one either.
    """
    while True:
        port = next(_ports)
        with (
            contextlib.suppress(OSError),
            socket.socket(socket.AF_INET, kind) as probe,
        ):
            probe.bind(("127.0.0.1", port))
            if reserve(port):
                return port


@dataclass(slots=True)
class Asterisk:
    """One Asterisk with its own configuration, ports and AstDB."""

    ami_port: int = field(default_factory=free_port)
    tls_port: int = field(default_factory=free_port)
    sip_port: int = field(default_factory=lambda: free_port(socket.SOCK_DGRAM))
    phone_ports: dict[str, int] = field(
        default_factory=lambda: {
            extension: free_port(socket.SOCK_DGRAM) for extension in EXTENSIONS
        }
    )
    sip_tls_port: int = field(default_factory=free_port)
    sip_passwords: dict[str, str] = field(
        default_factory=lambda: {
            extension: secrets.token_hex(8) for extension in SIP_ACCOUNTS
        }
    )
    username: str = "xpresence"
    secret: str = field(default_factory=lambda: secrets.token_hex(8))
    root: str = ""
    folder: Path = Path()
    binary: str = ""
    sipp: str = ""
    ca: str = ""
    process: subprocess.Popen[bytes] | None = None

    # Life

    def start(self) -> None:
        """Write the configuration and start; returns when fully booted."""
        found = tools()
        self.binary = found.get("XPRESENCE_ASTERISK", "")
        self.sipp = found.get("XPRESENCE_SIPP", "")
        self.root = found.get("XPRESENCE_ASTERISK_ROOT", "")
        if not self.binary:
            raise NoAsterisk("run script/setup where Asterisk can be had")
        self.folder = Path(
            tempfile.mkdtemp(prefix="xpresence-pbx-", dir=f"{self.root}/tmp")
        )
        for name in ("run", "lib", "db", "spool", "log", "keys", "data"):
            (self.folder / name).mkdir()
        self._configure()
        self.launch()

    def launch(self) -> None:
        """Start the process on the configuration and AstDB there are."""
        self.process = subprocess.Popen(
            [*self.inside(), self.binary, "-f", "-C", f"{self.inner}/asterisk.conf"],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        self.wait_booted()

    def wait_booted(self) -> None:
        """Wait until it says that it is fully booted."""
        end = time.monotonic() + BOOT_SECONDS
        while time.monotonic() < end:
            if self.process is not None and self.process.poll() is not None:
                raise RuntimeError(f"Asterisk ended: {self.log()[-2000:]}")
            if "fully booted" in self.cli("core waitfullybooted"):
                return
            time.sleep(0.1)
        raise RuntimeError(f"Asterisk did not boot: {self.log()[-2000:]}")

    def kill(self) -> None:
        """End it as a power cut would."""
        self._signal(signal.SIGKILL)
        self._reap()

    def stop(self) -> None:
        """End it properly and remove everything."""
        if self.process is not None and self.process.poll() is None:
            with contextlib.suppress(ProcessLookupError):
                self._signal(signal.SIGCONT)
                self._signal(signal.SIGTERM)
            try:
                self.process.wait(20)
            except subprocess.TimeoutExpired:
                self._signal(signal.SIGKILL)
            self._reap()
        if self.folder != Path():
            shutil.rmtree(self.folder, ignore_errors=True)

    def restart(self, *, killed: bool = False) -> None:
        """End it and start it again on the same AstDB."""
        if killed:
            self.kill()
        elif self.process is not None:
            self._signal(signal.SIGTERM)
            self._reap()
        self.launch()

    def freeze(self) -> None:
        """Stop it from doing anything, its connections left open.

        A thread that is busy in the kernel stops later than the signal is sent, and
        would still answer: this returns when all of them stand.
        """
        self._signal(signal.SIGSTOP)
        assert self.process is not None
        threads = Path(f"/proc/{self.process.pid}/task")
        end = time.monotonic() + 60
        while not all(_stands(thread) for thread in threads.iterdir()):
            if time.monotonic() > end:
                raise RuntimeError("Asterisk does not stop")
            time.sleep(0.01)

    def thaw(self) -> None:
        """Let it go on."""
        self._signal(signal.SIGCONT)

    def _signal(self, number: signal.Signals) -> None:
        assert self.process is not None
        # Only the group that was started here is meant.
        os.killpg(self.process.pid, number)

    def _reap(self) -> None:
        assert self.process is not None
        self.process.wait(60)
        with contextlib.suppress(FileNotFoundError):
            (self.folder / "run" / "asterisk.ctl").unlink()

    # Making it slow or unwilling

    def boot_slowly(self) -> None:
        """Make a dialplan that takes a second to read."""
        lines = (f"exten => 7{number:07},1,NoOp()" for number in range(12000))
        self._append("extensions.conf", "[large]", *lines)

    def boot_quickly(self) -> None:
        """Undo :meth:`boot_slowly`."""
        file = self.folder / "extensions.conf"
        file.write_text(file.read_text().partition("[large]")[0])

    def change_secret(self) -> None:
        """Let nobody log in any more who knows only the secret there was."""
        before, self.secret = self.secret, secrets.token_hex(8)
        self._configure_manager(f"secret = {before}", f"secret = {self.secret}")

    def allow(self, *, everything: bool) -> None:
        """Give or take the right that writing needs; it counts from the next login."""
        rights = (" = system,call,agent,reporting,originate", " = call,agent,reporting")
        before, after = rights if not everything else reversed(rights)
        self._configure_manager(f"write{before}\n", f"write{after}\n")

    def _configure_manager(self, before: str, after: str) -> None:
        file = self.folder / "manager.conf"
        file.write_text(file.read_text().replace(before, after))
        self.cli("manager reload")

    def _append(self, name: str, *lines: str) -> None:
        file = self.folder / name
        file.write_text("\n".join([file.read_text(), *lines, ""]))

    # Looking inside, independently of the manager interface

    def cli(self, command: str) -> str:
        """Run a console command and return what it prints."""
        done = subprocess.run(
            [
                *self.inside(),
                self.binary,
                "-C",
                f"{self.inner}/asterisk.conf",
                "-rx",
                command,
            ],
            capture_output=True,
            check=False,
            timeout=120,
        )
        return done.stdout.decode(errors="replace")

    def database(self, family: str, key: str) -> str | None:
        """Return an AstDB value; ``None`` if there is none."""
        for line in self.cli(f"database get {family} {key}").splitlines():
            if line.startswith("Value: "):
                return line.removeprefix("Value: ").strip()
        return None

    def redirects(self, extension: str) -> dict[str, str]:
        """Return what the AstDB says of an extension's forwards, by family."""
        found = {}
        for line in self.cli("database show").splitlines():
            path, _, value = line.partition(":")
            family, _, key = path.strip().lstrip("/").partition("/")
            if family in FORWARDS and key == extension:
                found[family] = value.strip()
        return found

    def put(self, family: str, key: str, value: str) -> None:
        """Set an AstDB value."""
        self.cli(f'database put {family} {key} "{value}"')

    def on_disk(self, family: str, key: str) -> str | None:
        """Return an AstDB value that would survive a kill."""
        uri = f"file:{self.folder}/db/astdb.sqlite3?mode=ro"
        with contextlib.closing(sqlite3.connect(uri, uri=True, timeout=60)) as database:
            found = database.execute(
                "SELECT value FROM astdb WHERE key = ?", (f"/{family}/{key}",)
            ).fetchone()
        return str(found[0]) if found else None

    def lose(self, family: str, key: str) -> None:
        """Make a killed Asterisk forget a value, as it forgets its last second."""
        path = self.folder / "db" / "astdb.sqlite3"
        with contextlib.closing(sqlite3.connect(path)) as database:
            database.execute("DELETE FROM astdb WHERE key = ?", (f"/{family}/{key}",))
            database.commit()

    def forget(self) -> None:
        """Empty what tests set."""
        for family in ("CF", "CFB", "CFU", "DND", "AMPUSER", "QPENALTY"):
            self.cli(f"database deltree {family}")
        for member in MEMBER.findall(self.cli("queue show 400")):
            self.cli(f"queue remove member {member} from 400")

    def talking(self) -> list[tuple[str, str, str]]:
        """Return each channel that is up, its application, and that one's data."""
        found = []
        for line in self.cli("core show channels concise").splitlines():
            parts = line.split("!")
            if len(parts) > 6 and parts[4] == "Up":
                found.append((parts[0], parts[5], parts[6]))
        return found

    def calls(self) -> int:
        """Return how many calls there have been since the start."""
        *_, last = self.cli("core show calls").splitlines()
        return int(last.split()[0])

    def log(self) -> str:
        """Return the log so far."""
        path = self.folder / "log" / "messages"
        return path.read_text(errors="replace") if path.exists() else ""

    # Configuration

    @property
    def inner(self) -> str:
        """Return the folder as the process sees it."""
        return str(self.folder).removeprefix(self.root)

    def inside(self) -> list[str]:
        """Return what a command begins with to run where Asterisk is installed."""
        return ["chroot", self.root] if self.root else []

    def _configure(self) -> None:
        for path in CONFIG.glob("*.conf"):
            shutil.copy(path, self.folder / path.name)
        modules = self._modules()
        self._write(
            "asterisk.conf",
            "[directories]",
            f"astetcdir => {self.inner}",
            f"astmoddir => {modules}",
            f"astvarlibdir => {self.inner}/lib",
            f"astdbdir => {self.inner}/db",
            f"astkeydir => {self.inner}/keys",
            f"astdatadir => {self._data()}",
            f"astagidir => {self.inner}/data",
            f"astspooldir => {self.inner}/spool",
            f"astrundir => {self.inner}/run",
            f"astlogdir => {self.inner}/log",
            "[options]",
            "documentation_language = en_US",
        )
        self._certificate()
        self._write(
            "manager.conf",
            "[general]",
            "enabled = yes",
            "bindaddr = 127.0.0.1",
            f"port = {self.ami_port}",
            "tlsenable = yes",
            f"tlsbindaddr = 127.0.0.1:{self.tls_port}",
            f"tlscertfile = {self.inner}/keys/server.pem",
            f"tlsprivatekey = {self.inner}/keys/server.key",
            f"[{self.username}]",
            f"secret = {self.secret}",
            "read = system,call,agent,user",
            "write = system,call,agent,reporting,originate",
            "[nowrite]",
            f"secret = {self.secret}",
            "read = system,call,agent,user",
            "write = reporting",
            "[nocall]",
            f"secret = {self.secret}",
            "read = system,call,agent,user",
            "write = system,agent,reporting",
            "[deaf]",
            f"secret = {self.secret}",
            "read = call",
            "write = system,call,agent,reporting",
        )
        sip = [
            "[transport]",
            "type=transport",
            "protocol=udp",
            f"bind=127.0.0.1:{self.sip_port}",
            "[transport-tcp]",
            "type=transport",
            "protocol=tcp",
            f"bind=127.0.0.1:{self.sip_port}",
            "[transport-tls]",
            "type=transport",
            "protocol=tls",
            f"bind=127.0.0.1:{self.sip_tls_port}",
            "method=tlsv1_2",
            f"cert_file={self.inner}/keys/server.pem",
            f"priv_key_file={self.inner}/keys/server.key",
        ]
        for extension, port in self.phone_ports.items():
            sip += [
                f"[{extension}]",
                "type=aor",
                f"contact=sip:{extension}@127.0.0.1:{port}",
                f"[{extension}]",
                "type=endpoint",
                "context=from-internal",
                "disallow=all",
                "allow=ulaw",
                f"aors={extension}",
                f"callerid={extension} <{extension}>",
                "redirect_method=user",
                "direct_media=no",
                # Or it asks the domain name service where it is, call by call.
                "media_address=127.0.0.1",
                "bind_rtp_to_media_address=yes",
            ]
        for extension, password in self.sip_passwords.items():
            sip += _sip_account(extension, password)
        self._write("pjsip.conf", *sip)

    def _write(self, name: str, *lines: str) -> None:
        (self.folder / name).write_text("\n".join(lines) + "\n")

    def _modules(self) -> str:
        for path in Path(f"{self.root}/usr/lib").glob("**/asterisk/modules"):
            return str(path).removeprefix(self.root)
        raise NoAsterisk("no modules")

    def _data(self) -> str:
        share = Path(f"{self.root}/usr/share/asterisk")
        return "/usr/share/asterisk" if share.is_dir() else f"{self.inner}/data"

    def _certificate(self) -> None:
        """Make an authority of our own and a certificate for localhost."""
        from cryptography import x509
        from cryptography.hazmat.primitives import hashes, serialization
        from cryptography.hazmat.primitives.asymmetric import ec
        from cryptography.x509.oid import NameOID

        def name(text: str) -> x509.Name:
            return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text)])

        now = dt.datetime.now(dt.UTC)
        ca_key = ec.generate_private_key(ec.SECP256R1())
        key = ec.generate_private_key(ec.SECP256R1())

        def build(
            subject: str, public: ec.EllipticCurvePublicKey
        ) -> x509.CertificateBuilder:
            return (
                x509.CertificateBuilder()
                .subject_name(name(subject))
                .issuer_name(name("xpresence test authority"))
                .public_key(public)
                .serial_number(x509.random_serial_number())
                .not_valid_before(now - dt.timedelta(days=1))
                .not_valid_after(now + dt.timedelta(days=1))
                .add_extension(
                    x509.SubjectKeyIdentifier.from_public_key(public), critical=False
                )
                .add_extension(
                    x509.AuthorityKeyIdentifier.from_issuer_public_key(
                        ca_key.public_key()
                    ),
                    critical=False,
                )
            )

        authority = (
            build("xpresence test authority", ca_key.public_key())
            .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
            .add_extension(
                x509.KeyUsage(
                    digital_signature=True,
                    content_commitment=False,
                    key_encipherment=False,
                    data_encipherment=False,
                    key_agreement=False,
                    key_cert_sign=True,
                    crl_sign=True,
                    encipher_only=False,
                    decipher_only=False,
                ),
                critical=True,
            )
            .sign(ca_key, hashes.SHA256())
        )
        server = (
            build("localhost", key.public_key())
            .add_extension(
                x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False
            )
            .sign(ca_key, hashes.SHA256())
        )
        pem = serialization.Encoding.PEM
        self.ca = authority.public_bytes(pem).decode()
        (self.folder / "keys" / "server.pem").write_bytes(server.public_bytes(pem))
        (self.folder / "keys" / "server.key").write_bytes(
            key.private_bytes(
                pem,
                serialization.PrivateFormat.TraditionalOpenSSL,
                serialization.NoEncryption(),
            )
        )


def _sip_account(extension: str, password: str) -> list[str]:
    """Return the configuration of an extension that authenticates.

    It keeps one contact and throws out the one before, as many phone systems do. Some
    want MD5, some nothing but SHA-256.
    """
    algorithm = "SHA-256" if int(extension) % 2 else "MD5"
    return [
        f"[{extension}]",
        "type=aor",
        "max_contacts=1",
        "remove_existing=yes",
        f"[{extension}-auth]",
        "type=auth",
        "auth_type=userpass",
        f"username={extension}",
        f"password={password}",
        f"supported_algorithms_uas={algorithm}",
        f"[{extension}]",
        "type=endpoint",
        f"context={'from-grandstream' if extension == '119' else 'from-sip'}",
        "disallow=all",
        "allow=ulaw",
        f"aors={extension}",
        f"auth={extension}-auth",
        f"callerid={extension} <{extension}>",
        "direct_media=no",
        "media_address=127.0.0.1",
        "bind_rtp_to_media_address=yes",
        "subscribe_context=from-internal",
    ]


@contextlib.contextmanager
def running() -> Iterator[Asterisk]:
    """Yield a running Asterisk; nothing of it is left afterwards."""
    pbx = Asterisk()
    try:
        pbx.start()
        yield pbx
    finally:
        pbx.stop()


async def eventually(check: object, seconds: float = EVENTUALLY) -> None:
    """Wait until ``check()`` is true.

    Raises:
        AssertionError: it did not become true in time.
    """
    assert callable(check)
    end = time.monotonic() + seconds
    while not check():
        if time.monotonic() > end:
            raise AssertionError("it did not come about in time")
        await asyncio.sleep(0.02)


def describe(pbx: Asterisk) -> str:
    """Return where it is and how to log in, as JSON."""
    return json.dumps(
        {
            "ami_port": pbx.ami_port,
            "sip_port": pbx.sip_port,
            "username": pbx.username,
            "secret": pbx.secret,
            "phones": pbx.phone_ports,
        }
    )
