"""A sipgate in a thread of its own, for the demo."""

from collections.abc import Iterator
import contextlib

from ...own_loop import in_own_loop
from .double import Sipgate

PEOPLE = {"100": "w0", "101": "w1", "102": "w2", "103": "w3"}
"""Extension → user; each has a line, a voicemail, a telephone and a token."""


def login_of(extension: str) -> dict[str, str]:
    """Return the personal access token that a person enters."""
    return {"token_id": f"token-{extension}", "token": f"demo-{extension}"}


@contextlib.contextmanager
def running() -> Iterator[Sipgate]:
    """Run an account with four users."""
    sipgate = Sipgate()
    sipgate.lines = {f"{user}/p0": [] for user in PEOPLE.values()}
    sipgate.devices = {user: {f"e{user}": False} for user in PEOPLE.values()}
    sipgate.tokens = {
        ":".join(login_of(extension).values()): user
        for extension, user in PEOPLE.items()
    }
    with in_own_loop(sipgate.serving()) as found:
        yield found
