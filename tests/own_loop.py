"""A server of a test in a thread and a loop of its own, for programs without a loop."""

import asyncio
from collections.abc import Iterator
import contextlib
import threading


@contextlib.contextmanager
def in_own_loop[Served](
    serving: contextlib.AbstractAsyncContextManager[Served],
) -> Iterator[Served]:
    """Enter an asynchronous context in a thread, and leave it at the end."""
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()

    def done[Result](answer: asyncio.Future[Result] | object) -> Result:
        return asyncio.run_coroutine_threadsafe(answer, loop).result(30)  # type: ignore[arg-type]

    try:
        yield done(serving.__aenter__())
        done(serving.__aexit__(None, None, None))
    finally:
        loop.call_soon_threadsafe(loop.stop)
        thread.join(30)
        loop.close()
