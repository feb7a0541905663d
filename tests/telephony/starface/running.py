"""A STARFACE in a thread of its own, by TLS, for the demo."""

from collections.abc import Iterator
import contextlib
from pathlib import Path
import tempfile

from ...groupware.certificates import Authority
from ...own_loop import in_own_loop
from .double import TRIGGERS, Starface, redirection

PEOPLE = {"100": "Anna", "101": "Bob", "102": "Carol", "103": "David"}


@contextlib.contextmanager
def running() -> Iterator[Starface]:
    """Run a STARFACE with four users; ``authority`` signed its certificate."""
    pbx, authority = Starface(), Authority()
    pbx.names = dict(PEOPLE)
    pbx.redirects = {
        user: [redirection(user, trigger, f"9{user}") for trigger in TRIGGERS]
        for user in PEOPLE
    }
    pbx.authority = authority.pem
    with tempfile.TemporaryDirectory() as folder:
        tls = authority.serving(Path(folder))
        with in_own_loop(pbx.serving(tls)) as found:
            yield found
