"""A 3CX in a thread of its own, by TLS, for the demo and for a whole Home Assistant."""

import contextlib

from .double import ThreeCx, user

PEOPLE = (
    ("100", "Anna"),
    ("101", "Bob"),
    ("102", "Carol"),
    ("103", "David"),
)


def running() -> contextlib.AbstractContextManager[ThreeCx]:
    """Run a 3CX with four users; ``authority`` is what its certificate is signed by."""
    pbx = ThreeCx()
    pbx.users = [user(place, *person) for place, person in enumerate(PEOPLE, start=31)]
    return pbx.in_a_thread()
