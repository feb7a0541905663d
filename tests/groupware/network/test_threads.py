"""What blocks on a server takes few threads, which end."""

import asyncio
import socket
import threading
import time

import pytest

from custom_components.xpresence.groupware.network.threads import MOST, Threads
from custom_components.xpresence.groupware.source import SourceUnavailable


async def ended(threads: Threads) -> bool:
    for _ in range(100):
        if not threads.running:
            return True
        await asyncio.sleep(0.05)
    return False


async def test_a_job_returns_or_raises_what_it_does() -> None:
    threads = Threads()
    assert await threads.run(lambda: 7) == 7
    with pytest.raises(ZeroDivisionError):
        await threads.run(lambda: 1 // 0)
    assert not threads.running


async def test_no_more_than_a_few_jobs_run_at_once_and_all_are_done() -> None:
    threads, inside, most = Threads(), 0, 0
    together = threading.Barrier(MOST)
    lock = threading.Lock()

    def job() -> None:
        nonlocal inside, most
        with lock:
            inside += 1
            most = max(most, inside)
        together.wait(5)
        with lock:
            inside -= 1

    await asyncio.gather(*(threads.run(job) for _ in range(8 * MOST)))
    assert most <= MOST
    assert not threads.running


async def test_one_owner_leaves_threads_for_others() -> None:
    threads, wait = Threads(), threading.Event()
    greedy = [
        asyncio.create_task(threads.run(lambda: wait.wait(10), owner="a"))
        for _ in range(20)
    ]
    await asyncio.sleep(0.05)
    assert await threads.run(lambda: "served", owner="b", seconds=1) == "served"
    wait.set()
    assert all(await asyncio.gather(*greedy))


async def test_a_job_that_never_ends_is_interrupted() -> None:
    threads = Threads()

    def forever() -> None:
        while True:
            try:
                time.sleep(0.01)
            except Exception:
                continue

    started = time.monotonic()
    with pytest.raises(SourceUnavailable, match="too_slow"):
        await threads.run(forever, seconds=0.2)
    assert time.monotonic() - started < 1
    assert await ended(threads)


async def test_who_waits_for_a_silent_socket_is_woken_up() -> None:
    threads = Threads()
    ours, theirs = socket.socketpair()
    with ours, theirs:
        with pytest.raises(SourceUnavailable, match="too_slow"):
            await threads.run(
                lambda: ours.recv(1),
                seconds=0.2,
                give_up=lambda: ours.shutdown(socket.SHUT_RDWR),
            )
        assert await ended(threads)


async def test_a_job_that_nobody_waits_for_ends_and_frees_its_place() -> None:
    threads, wait = Threads(most=1), threading.Event()
    task = asyncio.create_task(threads.run(lambda: wait.wait(10)))
    await asyncio.sleep(0.05)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    with pytest.raises(SourceUnavailable):  # Its thread still runs: no second one.
        await threads.run(lambda: None, seconds=0.1)
    wait.set()
    assert await ended(threads)
    assert await threads.run(lambda: 1) == 1
