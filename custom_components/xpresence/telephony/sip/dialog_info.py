"""The event package ``dialog`` (RFC 4235): lamp state and call state."""

from typing import Final

from ...presence.line import CallState
from .document import NotReadable, read

EVENT: Final = "dialog"
TYPE: Final = "application/dialog-info+xml"

MOST_DIALOGS: Final = 100
STATES: Final = frozenset({"trying", "proceeding", "early", "confirmed", "terminated"})


class Dialogs:
    """The dialogs of one subscription, as its notifications tell them one by one."""

    def __init__(self) -> None:
        """Start with none, and nothing told."""
        self._states: dict[str, tuple[str, str]] = {}
        self.told = False

    def update(self, data: bytes) -> None:
        """Take a notification; an empty one says that there is no dialog.

        Raises:
            NotReadable: it stays as it was.
        """
        if not data.strip():
            self._states.clear()
            self.told = True
            return
        root = read(data)
        if root.name != "dialog-info":
            raise NotReadable("no dialog-info")
        states = {}
        if root.attributes.get("state") == "partial":
            states = dict(self._states)
        for dialog in root.all("dialog"):
            state = dialog.get("state").lower()
            key = dialog.attributes.get("id", "")
            if state not in STATES:
                raise NotReadable("a state of no dialog")
            direction = dialog.attributes.get("direction", "").lower()
            states[key] = state, direction
            if state == "terminated":
                del states[key]
        if len(states) > MOST_DIALOGS:
            raise NotReadable("too many dialogs")
        self._states, self.told = states, True

    @property
    def lit(self) -> bool | None:
        """Whether a lamp is on; ``None`` while nothing has been told."""
        return bool(self._states) if self.told else None

    @property
    def call(self) -> CallState | None:
        """What the telephone does; ``None`` while nothing has been told."""
        if not self.told:
            return None
        found = set(self._states.values())
        if any(state == "confirmed" for state, _ in found):
            return CallState.IN_CALL
        # Who dials is in a call as far as others are concerned.
        if any(direction == "initiator" for _, direction in found):
            return CallState.IN_CALL
        return CallState.RINGING if found else CallState.IDLE
