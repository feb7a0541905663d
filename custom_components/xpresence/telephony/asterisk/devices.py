"""Call state of an extension's telephones, from Asterisk's devices and hints.

A hint names the devices of an extension; the devices tell their state. The hint's
own state is taken only where no device told, for FreePBX mixes *do not disturb*
into it (``PJSIP/100&Custom:DND100``): by it everybody with *do not disturb* would seem
to be in a call.
"""

import asyncio
from collections.abc import Callable, Iterable
from dataclasses import dataclass
import re
from typing import Final

from ...presence.line import CallState

DEVICE_STATES: Final = {
    "NOT_INUSE": CallState.IDLE,
    "INUSE": CallState.IN_CALL,
    "BUSY": CallState.IN_CALL,
    "ONHOLD": CallState.IN_CALL,
    "RINGING": CallState.RINGING,
    "RINGINUSE": CallState.IN_CALL,
    "UNAVAILABLE": CallState.UNAVAILABLE,
    "INVALID": CallState.UNAVAILABLE,
}
"""Mind ``device_state_busy_at=1``: a telephone that rings is BUSY then."""

TELEPHONE: Final = re.compile(r"(?!Local/)[A-Za-z0-9]{1,20}/[A-Za-z0-9._-]{1,80}")
"""A device that is a telephone, and no way through the dialplan."""

HINT_IN_USE: Final = 1 | 2 | 16
HINT_UNAVAILABLE: Final = 4
HINT_RINGING: Final = 8

_FOREMOST: Final = (
    CallState.IN_CALL,
    CallState.RINGING,
    CallState.IDLE,
    CallState.UNAVAILABLE,
)
"""Of several telephones, the first of these is what the extension does."""


@dataclass(frozen=True, slots=True)
class Hint:
    """One extension's hint: its telephones, and its own state if that is theirs."""

    devices: frozenset[str]
    call: CallState | None


class Telephones:
    """The last known state of every device and every hint."""

    def __init__(self) -> None:
        """Start with nothing known."""
        self._devices: dict[str, CallState] = {}
        self._hints: dict[str, Hint] = {}

    def forget(self) -> None:
        """Forget everything: the connection is lost."""
        self._devices.clear()
        self._hints.clear()

    @property
    def hinted(self) -> frozenset[str]:
        """The extensions that have a hint with a telephone in it."""
        return frozenset(self._hints)

    def forget_hints(self) -> None:
        """Forget the hints; a reload may have taken some away."""
        self._hints.clear()

    def note_device(self, device: str, state: str) -> bool:
        """Store a device's state; return whether it has just become idle."""
        call = DEVICE_STATES.get(state)
        if call is None or "/" not in device:
            return False
        before = self._devices.get(device)
        self._devices[device] = call
        return call is CallState.IDLE and before is not CallState.IDLE

    def note_hint(self, extension: str, hint: str, status: str) -> None:
        """Take a hint's state as ``ExtensionStatus`` gives it, -1 for "no hint"."""
        parts = [part for part in hint.partition(",")[0].split("&") if part]
        devices = frozenset(part for part in parts if "/" in part)
        if not devices or not status.isdecimal():
            self._hints.pop(extension, None)
            return
        pure = len(devices) == len(parts)
        call = _hint_state(int(status)) if pure else None
        self._hints[extension] = Hint(devices, call)

    def owns(self, extension: str, names: Iterable[str], device: str) -> bool:
        """Tell whether a device is one of the extension's telephones.

        ``names`` are the devices that the phone system lists for it, without
        their technology.
        """
        hint = self._hints.get(extension)
        if hint is not None and device in hint.devices:
            return True
        return device.partition("/")[2] in names

    def reachable(self, extension: str, names: Iterable[str]) -> str | None:
        """Return a telephone of the extension that can ring; ``None``: there is none.

        The first by its name where there are several. ``names`` as in :meth:`owns`.
        """
        listed = frozenset(names)
        return min(
            (
                device
                for device, call in self._devices.items()
                if call is not CallState.UNAVAILABLE
                and TELEPHONE.fullmatch(device)
                and self.owns(extension, listed, device)
            ),
            default=None,
        )

    def call(self, extension: str, names: Iterable[str]) -> CallState | None:
        """Return the extension's call state; ``None`` if unknown."""
        hint = self._hints.get(extension)
        if hint is not None:
            told = {
                self._devices[device]
                for device in hint.devices
                if device in self._devices
            }
        else:
            desired = frozenset(names)
            told = {
                call
                for device, call in self._devices.items()
                if device.partition("/")[2] in desired
            }
        for call in _FOREMOST:
            if call in told:
                return call
        return hint.call if hint is not None else None


class Calls:
    """The call state that is shown for each extension, debounced.

    A telephone that is gone may be back soon: a registration may be renewed a little
    late. It is shown as gone only after ``flapping`` seconds, and then ``gone`` is
    called.
    """

    def __init__(self, flapping: float, gone: Callable[[str], None]) -> None:
        """Start with nothing shown."""
        self._flapping = flapping
        self._emit_gone = gone
        self._calls: dict[str, CallState] = {}
        self._going: dict[str, asyncio.TimerHandle] = {}

    def get(self, extension: str) -> CallState | None:
        """Return the call state that is shown for an extension."""
        return self._calls.get(extension)

    def note(self, extension: str, call: CallState | None) -> None:
        """Store an extension's call state; ``None`` if it is not known any more."""
        shown = self._calls.get(extension)
        if call is CallState.UNAVAILABLE and shown is not None:
            if shown is not call and extension not in self._going:
                self._going[extension] = asyncio.get_running_loop().call_later(
                    self._flapping, self._gone, extension
                )
            return
        self.forget(extension)
        if call is not None:
            self._calls[extension] = call

    def forget(self, extension: str) -> None:
        """Clear an extension's call state."""
        self._calls.pop(extension, None)
        if timer := self._going.pop(extension, None):
            timer.cancel()

    def forget_all(self) -> None:
        """Clear all call states: the connection is lost."""
        for extension in (*self._calls, *self._going):
            self.forget(extension)

    def _gone(self, extension: str) -> None:
        del self._going[extension]
        self._calls[extension] = CallState.UNAVAILABLE
        self._emit_gone(extension)


def _hint_state(bits: int) -> CallState:
    if bits & HINT_IN_USE:
        return CallState.IN_CALL
    if bits & HINT_RINGING:
        return CallState.RINGING
    if bits & HINT_UNAVAILABLE:
        return CallState.UNAVAILABLE
    return CallState.IDLE
