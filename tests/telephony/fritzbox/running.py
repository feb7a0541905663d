"""A box in a thread of its own, for programs that have no loop yet."""

import asyncio
from collections.abc import Iterator
import contextlib
import threading

from .box import AnsweringMachine, FritzBox, Rule, block

MOBILE = "0171555010"
COLLEAGUES = (("100", "Anna"), ("101", "Bob"), ("102", "Carol"), ("103", "David"))


def household() -> FritzBox:
    """Return a box with numbers, a voicemail for each, and a few rules, all off."""
    rules = [
        Rule(target, mode, number)
        for number, _ in COLLEAGUES
        for mode in ("eImmediately", "eBusy", "eDelayed")
        for target in (MOBILE, *(other for other, _ in COLLEAGUES if other != number))
    ]
    machines = [
        AnsweringMachine(name, numbers=(number,)) for number, name in COLLEAGUES
    ]
    return FritzBox(
        rules=[block("09001234567"), *rules],
        machines=[*machines, AnsweringMachine("Family", on=True, ring_seconds=20)],
        numbers=COLLEAGUES,
    )


@contextlib.contextmanager
def running(box: FritzBox | None = None) -> Iterator[FritzBox]:
    """Run a box, with its call monitor, until the context is left."""
    found = household() if box is None else box
    loop = asyncio.new_event_loop()
    ready = threading.Event()

    async def begin() -> None:
        await found.start()
        await found.start_monitor()
        ready.set()

    def serve() -> None:
        asyncio.set_event_loop(loop)
        loop.run_until_complete(begin())
        loop.run_forever()

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    ready.wait(30)
    try:
        yield found
    finally:
        asyncio.run_coroutine_threadsafe(found.stop(), loop).result(30)
        loop.call_soon_threadsafe(loop.stop)
        thread.join(30)
        loop.close()
