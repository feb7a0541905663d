"""A 3CX in a thread of its own, by TLS, for the demo and for a whole Home Assistant."""

from collections.abc import Iterator
import contextlib
from pathlib import Path
import tempfile

from ...groupware.certificates import Authority
from ...own_loop import in_own_loop
from .double import ThreeCx, user

PEOPLE = (
    ("100", "Anna"),
    ("101", "Bob"),
    ("102", "Carol"),
    ("103", "David"),
)


@contextlib.contextmanager
def running() -> Iterator[ThreeCx]:
    """Run a 3CX with four users; ``authority`` is what its certificate is signed by."""
    pbx, authority = ThreeCx(), Authority()
    pbx.users = [user(place, *person) for place, person in enumerate(PEOPLE, start=31)]
    pbx.authority = authority.pem
    with tempfile.TemporaryDirectory() as folder:
        tls = authority.serving(Path(folder))
        with in_own_loop(pbx.serving(tls)) as found:
            yield found
