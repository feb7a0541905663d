"""How much of a busy phone system reaches Python, with our filters and without.

Three logins listen to the same 50 calls a second at the same time: one to all that
there is, one to the classes of events that we ask for, one as our driver does. Run it
with ``python -m tests.bench.bench_events``.
"""

import asyncio

from custom_components.xpresence.telephony.asterisk.ami import (
    AmiClient,
    Message,
    Settings,
)
from custom_components.xpresence.telephony.asterisk.driver import EVENTS
from tests.pbx.asterisk import Asterisk, running
from tests.pbx.sip import flood, phone

from .bench_switch import row

SECONDS = 20
LISTENERS = {
    "every event that the login may read": {"events": (), "event_mask": "on"},
    "our classes, not filtered": {"events": (), "event_mask": "system,call,agent,user"},
    "as the driver listens": {
        "events": EVENTS,
        "event_mask": "system,call,agent,user",
    },
}


class Counting:
    """A login that counts what reaches it."""

    def __init__(self, pbx: Asterisk, *, events: tuple[str, ...], event_mask: str):
        self.heard = 0
        self.client = AmiClient(
            Settings(
                "127.0.0.1",
                pbx.ami_port,
                pbx.username,
                pbx.secret,
                events=events,
                event_mask=event_mask,
            ),
            self.hear,
            lambda _connected, _error: None,
        )

    def hear(self, _message: Message) -> None:
        self.heard += 1


async def main() -> None:
    """Print the table."""
    with running() as pbx:
        # 103 and 104 are telephones like any other, and nobody's of ours.
        found = {
            name: Counting(pbx, **settings)  # type: ignore[arg-type]
            for name, settings in LISTENERS.items()
        }
        for listener in found.values():
            await listener.client.start()
        async with phone(pbx, "104"), flood(pbx, "103", "104"):
            for listener in found.values():
                listener.heard = 0
            await asyncio.sleep(SECONDS)
            heard = {name: listener.heard for name, listener in found.items()}
        for listener in found.values():
            await listener.client.close()
    whole = max(heard.values())
    row("50 calls/s", "events/s", "part")
    for name, number in heard.items():
        row(name, f"{number / SECONDS:.0f}", f"{number / whole:.1%}")


if __name__ == "__main__":
    asyncio.run(main())
