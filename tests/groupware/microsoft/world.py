"""Teams as Microsoft documents it: sessions, preferred presence, fading, lag.

The rules are those of ``contracts/presence_rules.json``; time is handed in.
"""

from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
import json
from pathlib import Path
from typing import Any

CONTRACTS = Path(__file__).parent / "contracts"
RULES: dict[str, Any] = json.loads((CONTRACTS / "presence_rules.json").read_text())
ORDER: list[str] = RULES["precedence"]["sessions"]
FADES = RULES["setPresence"]["available_session_fades"]
CLIENT = "the Teams client"
FOREVER = datetime.max.replace(tzinfo=UTC)


@dataclass(frozen=True)
class Held:
    """A session or a preferred presence."""

    availability: str
    activity: str
    since: datetime
    expires: datetime = FOREVER

    def at(self, now: datetime) -> tuple[str, str]:
        """Return what it says at a moment; *Available* fades."""
        if (self.availability, self.activity) == ("Available", "Available"):
            if now - self.since >= timedelta(minutes=10):
                return tuple(FADES["after_10_min"])
            if now - self.since >= timedelta(minutes=5):
                return tuple(FADES["after_5_min"])
        return self.availability, self.activity


@dataclass(frozen=True)
class Moment:
    """What holds from a moment on."""

    since: datetime
    sessions: dict[str, Held] = field(default_factory=dict)
    preferred: Held | None = None


@dataclass
class TeamsWorld:
    """One person's Teams. ``tie``: whether the newer of two busy sessions shows."""

    lag: timedelta = timedelta()
    newer_wins: bool = True
    moments: list[Moment] = field(default_factory=list)
    message: str = ""
    message_expires: datetime = FOREVER
    written: list[tuple[datetime, str]] = field(default_factory=list)

    @property
    def now_holds(self) -> Moment:
        long_ago = datetime.min.replace(tzinfo=UTC)
        return self.moments[-1] if self.moments else Moment(long_ago)

    def change(self, now: datetime, **what: Any) -> None:
        self.moments.append(replace(self.now_holds, since=now, **what))

    # What Teams itself does.

    def client(self, now: datetime, availability: str, activity: str) -> None:
        """Show what a Teams client that is signed in shows; it never fades."""
        held = Held(availability, activity, now)
        if (availability, activity) == ("Available", "Available"):
            held = replace(held, since=FOREVER)
        self.change(now, sessions={**self.now_holds.sessions, CLIENT: held})

    def client_gone(self, now: datetime) -> None:
        left = {k: v for k, v in self.now_holds.sessions.items() if k != CLIENT}
        self.change(now, sessions=left)

    # What is asked of it.

    def set_session(
        self, now: datetime, name: str, pair: tuple[str, str], length: timedelta
    ) -> None:
        held = Held(*pair, now, now + length)
        self.written.append((now, "set"))
        self.change(now, sessions={**self.now_holds.sessions, name: held})

    def clear_session(self, now: datetime, name: str) -> bool:
        """Return whether there was one."""
        held = self.now_holds.sessions.get(name)
        if held is None or held.expires <= now:
            return False
        self.written.append((now, "clear"))
        left = {k: v for k, v in self.now_holds.sessions.items() if k != name}
        self.change(now, sessions=left)
        return True

    def prefer(
        self, now: datetime, pair: tuple[str, str] | None, length: timedelta
    ) -> None:
        self.written.append((now, "prefer" if pair else "unprefer"))
        held = Held(*pair, now, now + length) if pair else None
        self.change(now, preferred=held)

    def say(self, text: str, expires: datetime = FOREVER) -> None:
        self.message, self.message_expires = text, expires

    # What it shows.

    def alive(self, now: datetime, name: str) -> bool:
        """Return whether a session really stands, seen or not."""
        held = self.now_holds.sessions.get(name)
        return held is not None and held.expires > now

    def shown(self, now: datetime) -> tuple[str, str]:
        """Return what is read at a moment, as late as it is."""
        then = now - self.lag
        holds = next((m for m in reversed(self.moments) if m.since <= then), None)
        if holds is None:
            return "Offline", "Offline"
        alive = [held for held in holds.sessions.values() if held.expires > then]
        if not alive:
            return "Offline", "Offline"
        if holds.preferred is not None and holds.preferred.expires > then:
            return holds.preferred.availability, holds.preferred.activity
        said = [(held.at(then), held) for held in alive]

        def rank(one: tuple[tuple[str, str], Held]) -> tuple[int, float]:
            (availability, _), held = one
            rank = ORDER.index(availability) if availability in ORDER else len(ORDER)
            age = then.timestamp() - min(held.since, then).timestamp()
            return rank, age if self.newer_wins else -age

        return min(said, key=rank)[0]

    def says(self, now: datetime) -> str:
        return self.message if now < self.message_expires else ""
