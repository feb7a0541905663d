"""A phone system in the test's hand: it keeps what reached it, and breaks on demand."""

from dataclasses import replace
from typing import Any, Self, override

import pytest

from custom_components.xpresence.presence.line import (
    AgentState,
    ForwardingState,
    Line,
    Status,
)
from custom_components.xpresence.telephony.driver import (
    Capability,
    ConnectionChanged,
    LineChanged,
    PhoneSystemError,
)
from custom_components.xpresence.telephony.home_assistant_actions.driver import (
    ActionsPhoneSystem,
)


class Recording(ActionsPhoneSystem):
    """The embedded default with telephones that show a text."""

    made: list[Self]

    def __init__(self, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        self.reached: list[Any] = []
        self.failure: PhoneSystemError | None = None
        self.made.append(self)

    @property
    @override
    def capabilities(self) -> Capability:
        more = Capability.PRESENCE_TEXT | Capability.RING | Capability.DIAL
        return super().capabilities | more

    @override
    async def apply(self, extension: str, desired: ForwardingState) -> Line:
        self.reached.append((extension, desired))
        if self.failure is not None:
            raise self.failure
        return await super().apply(extension, desired)

    @override
    async def set_agent(self, extension: str, queue: str, state: AgentState) -> None:
        self.reached.append((extension, queue, state))
        await super().set_agent(extension, queue, state)

    @override
    async def publish(self, extension: str, status: Status, text: str) -> None:
        self.reached.append((extension, status, text))

    @override
    async def ring(self, extension: str) -> None:
        self.reached.append((extension, "ring"))

    @override
    async def dial(self, extension: str, number: str) -> None:
        self.reached.append((extension, "dial", number))

    def lose(self) -> None:
        """Break the connection."""
        self._ready = False
        self.emit(ConnectionChanged(ready=False))

    def come_back(self) -> None:
        """Mend the connection."""
        self._ready = True
        self.emit(ConnectionChanged(ready=True))

    async def dialled(self, extension: str, **changes: Any) -> None:
        """Let somebody change the redirect at the desk phone."""
        line = self._line(extension)
        await self._keep(replace(line, forwarding=replace(line.forwarding, **changes)))
        self.emit(LineChanged(self._read(extension)))

    def tells(self, extension: str, **said: Any) -> None:
        """Say something of an extension beside its redirect."""
        self.emit(LineChanged(replace(self._read(extension), **said)))


def recording(monkeypatch: pytest.MonkeyPatch) -> list[Recording]:
    """Put it in the place of the embedded default; return those that are made."""
    made: list[Recording] = []
    monkeypatch.setattr(Recording, "made", made, raising=False)
    monkeypatch.setattr(
        "custom_components.xpresence.telephony.home_assistant_actions.driver"
        ".ActionsPhoneSystem",
        Recording,
    )
    return made
