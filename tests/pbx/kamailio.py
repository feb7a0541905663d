"""Starts and stops a real Kamailio of our own on loopback, with as-feature-event."""

from collections.abc import Iterator
import contextlib
from dataclasses import dataclass, field
import os
from pathlib import Path
import secrets
import shutil
import signal
import socket
import sqlite3
import subprocess
import tempfile
import time

from .asterisk import CONFIG, free_port, tools

START_SECONDS = 60
SCHEMAS = ("standard", "presence")


class NoKamailio(Exception):
    """There is no Kamailio on this machine."""


@dataclass(slots=True)
class Kamailio:
    """One Kamailio with its own configuration and port; one password for everybody."""

    port: int = field(default_factory=free_port)
    password: str = field(default_factory=lambda: secrets.token_hex(8))
    root: str = ""
    folder: Path = Path()
    process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Write the configuration and start; returns when it answers."""
        self.root = tools().get("XPRESENCE_ASTERISK_ROOT", "")
        if not Path(f"{self.root}/usr/sbin/kamailio").exists():
            raise NoKamailio("run script/setup where Kamailio can be had")
        self.folder = Path(
            tempfile.mkdtemp(prefix="xpresence-kamailio-", dir=f"{self.root}/tmp")
        )
        text = (CONFIG / "kamailio.cfg").read_text()
        text = text.replace("SIP_PORT", str(self.port))
        text = text.replace("PASSWORD", self.password).replace("FOLDER", self.inner)
        (self.folder / "kamailio.cfg").write_text(text)
        self._create_tables()
        self.launch()

    def launch(self) -> None:
        """Start the process; it knows nothing of what was before."""
        end = time.monotonic() + START_SECONDS
        self._run()
        while not self._answers():
            if self.process is None or self.process.poll() is None:
                ended = ""
            else:
                # The processes of before may hold the port a little longer.
                ended = " ".join(["ended:", *self.log().splitlines()[-3:]])
            if (ended and "Address already in use" not in ended) or (
                time.monotonic() > end
            ):
                raise RuntimeError(f"Kamailio did not start: {self.log()[-2000:]}")
            if ended:
                time.sleep(0.2)
                self._run()

    def _run(self) -> None:
        inside = ["chroot", self.root] if self.root else []
        with (self.folder / "log").open("ab") as log:
            self.process = subprocess.Popen(
                [
                    *inside,
                    "/usr/sbin/kamailio",
                    "-DD",
                    "-E",
                    "-f",
                    f"{self.inner}/kamailio.cfg",
                    "-Y",
                    self.inner,
                    "-m",
                    "32",
                ],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )

    def stop(self) -> None:
        """End it and remove everything."""
        self.kill()
        if self.folder != Path():
            shutil.rmtree(self.folder, ignore_errors=True)

    def kill(self) -> None:
        """End it as a power cut would."""
        if self.process is not None and self.process.poll() is None:
            # Only the group that was started here is meant.
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait(60)

    def restart(self) -> None:
        """End it and start it anew; subscriptions and what was set are forgotten."""
        self.kill()
        self._create_tables()
        self.launch()

    def log(self) -> str:
        """Return the log so far."""
        return (self.folder / "log").read_text(errors="replace")

    @property
    def inner(self) -> str:
        """Return the folder as the process sees it."""
        return str(self.folder).removeprefix(self.root)

    def _create_tables(self) -> None:
        share = Path(f"{self.root}/usr/share/kamailio/db_sqlite")
        path = self.folder / "kamailio.sqlite"
        for old in self.folder.glob("kamailio.sqlite*"):
            old.unlink()
        with contextlib.closing(sqlite3.connect(path)) as database:
            # Or whoever reads keeps it from writing.
            database.execute("PRAGMA journal_mode=WAL")
            for name in SCHEMAS:
                database.executescript((share / f"{name}-create.sql").read_text())
            database.commit()

    def _answers(self) -> bool:
        request = (
            f"OPTIONS sip:127.0.0.1:{self.port} SIP/2.0\r\n"
            "Via: SIP/2.0/UDP 127.0.0.1:9;rport;branch=z9hG4bKstart\r\n"
            "From: <sip:a@127.0.0.1>;tag=a\r\nTo: <sip:a@127.0.0.1>\r\n"
            "Call-ID: start\r\nCSeq: 1 OPTIONS\r\nMax-Forwards: 70\r\n"
            "Content-Length: 0\r\n\r\n"
        )
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
            probe.settimeout(0.2)
            probe.connect(("127.0.0.1", self.port))
            try:
                probe.send(request.encode())
                return b" 200 " in probe.recv(4096)
            except OSError:
                time.sleep(0.05)
                return False


@contextlib.contextmanager
def running() -> Iterator[Kamailio]:
    """Yield a running Kamailio; nothing of it is left afterwards."""
    server = Kamailio()
    try:
        server.start()
        yield server
    finally:
        server.stop()
