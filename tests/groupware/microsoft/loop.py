"""The rules of the echo, closed into a loop over a world, without any network."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from custom_components.xpresence.presence.teams.mapping import (
    DesiredTeams,
    Pair,
    TeamsReading,
)
from custom_components.xpresence.presence.teams.readings import after_reading
from custom_components.xpresence.presence.teams.serialization import (
    remembered,
    restarted,
)
from custom_components.xpresence.presence.teams.state import (
    ClearSession,
    ClearShown,
    EchoPolicy,
    Outcome,
    SetMessage,
    SetSession,
    SetShown,
    TeamsState,
    Write,
)
from custom_components.xpresence.presence.teams.writes import (
    begun,
    ended,
    next_due,
    next_writes,
    reading_due,
)

from .world import TeamsWorld

START = datetime(2026, 11, 24, 9, tzinfo=UTC)
OWN = "our session"
BUSY = Pair("Busy", "Busy")


@dataclass
class Loop:
    """One person: a telephone, Teams, a meeting below calls, a choice above them."""

    world: TeamsWorld
    policy: EchoPolicy = field(default_factory=EchoPolicy)
    now: datetime = START
    on_the_phone: bool = False
    in_meeting: bool = False
    chosen: Pair | None = None
    info_text: str = ""
    online: bool = True
    lost_answers: bool = False
    teams: TeamsState = field(default_factory=TeamsState)
    kept: Mapping[str, Any] | None = None
    switches: list[tuple[datetime, bool]] = field(default_factory=list)
    asked: list[tuple[datetime, str]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.restart(with_memory=False)

    def restart(self, *, with_memory: bool = True) -> None:
        self.teams = restarted(
            self.kept if with_memory else None, self.policy, self.now
        )

    @property
    def in_teams_call(self) -> bool:
        return bool(self.teams.calls)

    @property
    def desired(self) -> DesiredTeams:
        """Return what the profile wants: the choice, else the call, else the meeting."""
        shown = self.chosen
        if shown is None and self.in_meeting and not self.in_teams_call:
            shown = BUSY
        return DesiredTeams(self.on_the_phone, shown, self.info_text)

    def step(self) -> None:
        """Read if it is time, then write what is to be written."""
        was = self.in_teams_call
        due = reading_due(self.teams, self.desired, self.policy, self.now)
        if due is not None and due <= self.now:
            self.asked.append((self.now, "read"))
            if self.online:
                reading = TeamsReading(
                    Pair(*self.world.shown(self.now)), self.world.says(self.now)
                )
                self.teams = after_reading(self.teams, reading, self.policy, self.now)
        self.teams, writes = next_writes(
            self.teams, self.desired, self.policy, self.now
        )
        if self.in_teams_call != was:
            self.switches.append((self.now, self.in_teams_call))
            self.teams, writes = next_writes(
                self.teams, self.desired, self.policy, self.now
            )
        for write in writes:
            self.teams = begun(self.teams, write, self.now)
            self.kept = remembered(self.teams)
            outcome = self.send(write)
            self.teams = ended(self.teams, write, outcome, self.policy, self.now)
        self.kept = remembered(self.teams)

    def send(self, write: Write) -> Outcome:
        self.asked.append((self.now, type(write).__name__))
        if not self.online and not self.lost_answers:
            return Outcome.UNKNOWN
        outcome = Outcome.DONE
        match write:
            case SetSession(pair, length):
                said = (pair.availability, pair.activity)
                self.world.set_session(self.now, OWN, said, length)
            case ClearSession():
                if not self.world.clear_session(self.now, OWN):
                    outcome = Outcome.GONE
            case SetShown(pair, length):
                said = (pair.availability, pair.activity)
                self.world.prefer(self.now, said, length)
            case ClearShown():
                self.world.prefer(self.now, None, timedelta())
            case SetMessage(text, expires):
                self.world.say(text, expires)
        return outcome if self.online else Outcome.UNKNOWN

    def run(self, length: timedelta) -> None:
        """Let time pass, and do what is due in it."""
        end = self.now + length
        while True:
            self.step()
            due = next_due(self.teams, self.desired, self.policy, self.now)
            least = self.now + timedelta(seconds=5)
            due = end if due is None else max(due, least)
            if due >= end:
                self.now = end
                return
            self.now = due

    # What a test tells.

    def phone(self, *, on: bool) -> None:
        self.on_the_phone = on

    def teams_shows(self, availability: str, activity: str) -> None:
        self.world.client(self.now, availability, activity)
