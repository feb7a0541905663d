"""A loopback proxy that does to a connection what networks do."""

import asyncio
from collections.abc import AsyncIterator, Callable
import contextlib
from enum import Enum, auto


class Fault(Enum):
    """What happens to the bytes on their way."""

    NONE = auto()
    BYTEWISE = auto()
    """Both ways arrive byte by byte."""
    SWALLOW_ANSWERS = auto()
    """What is asked arrives; what is answered is lost."""
    HOLD_REQUESTS = auto()
    """What is asked arrives only after :meth:`FaultProxy.release`, even when the
    one who asked has gone by then."""
    BLACK_HOLE = auto()
    """Nothing arrives either way, and nobody is told."""


WRITES = (b"Action: DBPut\r\n", b"Action: DBDel\r\n")


class FaultProxy:
    """Passes connections on to a port, with a fault that may change at any time."""

    def __init__(self, port: int) -> None:
        self._target = port
        self.fault = Fault.NONE
        self.on_write: Fault | None = None
        """The fault that begins with the next request that writes."""
        self.port = 0
        self.connections = 0
        self.refuses = False
        """Whether nobody is let through."""
        self.writes = 0
        self.logins = 0
        self.answered = 0
        """Bytes of answers that arrived."""
        self.answers_left: int | None = None
        """Bytes of answers that still arrive before ``then`` happens."""
        self.then: Callable[[], None] = lambda: None
        self._server: asyncio.Server | None = None
        self._writers: set[asyncio.StreamWriter] = set()
        self._tasks: set[asyncio.Task[None]] = set()
        self._released = asyncio.Event()

    async def start(self) -> None:
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        self.port = self._server.sockets[0].getsockname()[1]

    async def close(self) -> None:
        if self._server is not None:
            self._server.close()
        for task in tuple(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        self.cut()

    def cut(self) -> None:
        """Break every connection there is."""
        for writer in tuple(self._writers):
            writer.transport.abort()

    def release(self) -> None:
        """Let arrive what was held."""
        self.fault, self.on_write = Fault.NONE, None
        self._released.set()

    async def _serve(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        if self.refuses:
            writer.transport.abort()
            return
        self.connections += 1
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        self._writers.add(writer)
        far_writer = None
        try:
            far_reader, far_writer = await asyncio.open_connection(
                "127.0.0.1", self._target
            )
            self._writers.add(far_writer)
            asking = asyncio.create_task(self._pump(reader, far_writer, asks=True))
            answering = asyncio.create_task(self._pump(far_reader, writer, asks=False))
            try:
                await asyncio.wait(
                    (asking, answering), return_when=asyncio.FIRST_COMPLETED
                )
                # What is held is still on its way when the one who asked has gone.
                if not asking.done() and self.fault is Fault.HOLD_REQUESTS:
                    await asking
                if asking.done() and far_writer.can_write_eof():
                    # The far end acts on what it was sent, and then hangs up itself.
                    far_writer.write_eof()
                    await asyncio.wait((answering,), timeout=10)
            finally:
                asking.cancel()
                answering.cancel()
                await asyncio.gather(asking, answering, return_exceptions=True)
        except OSError:
            pass
        finally:
            for each in (writer, far_writer):
                if each is not None:
                    self._writers.discard(each)
                    each.close()
            self._tasks.discard(task)

    def _let_through(self, data: bytes) -> bytes:
        if self.answers_left is not None:
            data = data[: self.answers_left]
            self.answers_left -= len(data)
        self.answered += len(data)
        if self.answers_left == 0:
            self.answers_left = None
            asyncio.get_running_loop().call_soon(self.then)
        return data

    async def _pump(
        self,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
        *,
        asks: bool,
    ) -> None:
        deaf = False
        with contextlib.suppress(OSError):
            while data := await reader.read(65536):
                if asks:
                    self.writes += sum(data.count(write) for write in WRITES)
                    self.logins += data.count(b"Action: Login\r\n")
                if asks and self.on_write and any(write in data for write in WRITES):
                    self.fault, self.on_write = self.on_write, None
                if asks and self.fault is Fault.HOLD_REQUESTS:
                    self._released.clear()
                    await self._released.wait()
                if (
                    deaf
                    or self.fault is Fault.BLACK_HOLE
                    or (not asks and self.fault is Fault.SWALLOW_ANSWERS)
                ):
                    continue
                if not asks:
                    data = self._let_through(data)
                step = 1 if self.fault is Fault.BYTEWISE else len(data)
                try:
                    for start in range(0, len(data), step):
                        writer.write(data[start : start + step])
                        await writer.drain()
                        if step == 1:
                            await asyncio.sleep(0)
                except OSError:
                    # Whoever asked has gone; what it asked for is done all the same.
                    deaf = True


@contextlib.asynccontextmanager
async def proxy_to(port: int) -> AsyncIterator[FaultProxy]:
    """Yield a proxy to a loopback port."""
    proxy = FaultProxy(port)
    await proxy.start()
    try:
        yield proxy
    finally:
        await proxy.close()
