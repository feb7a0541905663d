"""A STARFACE in a thread of its own, by TLS, for the demo."""

import contextlib

from .double import TRIGGERS, Starface, redirection

PEOPLE = {"100": "Anna", "101": "Bob", "102": "Carol", "103": "David"}


def running() -> contextlib.AbstractContextManager[Starface]:
    """Run a STARFACE with four users; ``authority`` signed its certificate."""
    pbx = Starface()
    pbx.names = dict(PEOPLE)
    pbx.redirects = {
        user: [redirection(user, trigger, f"9{user}") for trigger in TRIGGERS]
        for user in PEOPLE
    }
    return pbx.in_a_thread()
