"""A thousand random days: what is told are exactly the differences that a model saw.

Several people choose, meetings begin, somebody dials at the desk, the connection is
lost, Home Assistant is reloaded. The model keeps where calls go and who sent them there
last; it knows nothing of how a change is found.
"""

from dataclasses import replace
import random

import pytest

from custom_components.xpresence.presence.line import (
    Destination,
    DestinationKind,
    ForwardingState,
)
from custom_components.xpresence.presence.redirect.changes import (
    ChangedBy,
    RedirectChange,
    RedirectReports,
    destinations,
    seen,
    writing,
)

RINGS = ForwardingState(unconditional=None, busy=None, no_reply=None, follow_me=None)
TARGETS = (
    None,
    Destination(DestinationKind.VOICEMAIL, "*100"),
    Destination(DestinationKind.NUMBER, "101"),
    Destination(DestinationKind.NUMBER, "102"),
)
PEOPLE = ("Anna", "Dora", "the administrator")
DAYS = 1000


class Day:
    """One person's day at a phone system, and what was told of it."""

    def __init__(self, number: int) -> None:
        self.dice = random.Random(number)
        self.there = RINGS
        """What the phone system says."""
        self.connected = True
        self.reports = RedirectReports()
        self.author: str | None = None
        """Who makes a change just now."""
        self.told: list[tuple[ForwardingState, str]] = []
        self.true: list[tuple[ForwardingState, str]] = []
        self.known: ForwardingState | None = None
        """What the model saw last."""
        self.look()

    def look(self, by: str = "the phone") -> None:
        """Let a reading come in, or none; the model compares for itself."""
        reading = self.there if self.connected else None
        self.reports, change = seen(
            self.reports, reading, has_origin=self.author is not None
        )
        if change is not None:
            self.told.append((self.there, self.named(change)))
        if reading is None:
            return
        if self.known is not None and self.known != reading:
            self.true.append((reading, by))
        self.known = reading

    def named(self, change: RedirectChange) -> str:
        assert destinations(self.there) == change.after
        match change.by:
            case ChangedBy.ORIGIN:
                return str(self.author)
            case ChangedBy.DECISION:
                return "a meeting"
            case ChangedBy.PHONE:
                return "the phone"

    def write(self, by: str) -> None:
        """Let xpresence set a redirect; its driver may tell of it once or twice."""
        wish = self.dice.choice(TARGETS)
        if not self.connected:
            return
        self.reports = writing(self.reports, ForwardingState(unconditional=wish))
        self.there = replace(self.there, unconditional=wish)
        for _ in range(self.dice.randint(1, 2)):
            self.look(by)
        # The phone system is as desired: whoever made the change has made it.
        self.author = None

    def somebody_chooses(self) -> None:
        self.author = self.dice.choice(PEOPLE)
        author = self.author
        if not self.connected or self.dice.random() < 0.3:
            # What holds already is chosen once more: nothing is to be written.
            self.author = None
            self.look(author)
            return
        self.write(author)

    def a_meeting_begins(self) -> None:
        self.write("a meeting")

    def somebody_dials(self) -> None:
        part = self.dice.choice(("unconditional", "busy"))
        self.there = replace(self.there, **{part: self.dice.choice(TARGETS)})
        self.look()

    def somebody_dials_while_another_chooses(self) -> None:
        """Let a dial be read before the choice is written: it is nobody's choice."""
        if not self.connected:
            return
        self.author = self.dice.choice(PEOPLE)
        author = self.author
        self.somebody_dials()
        self.write(author)

    def the_connection_is_lost(self) -> None:
        self.connected = False
        self.look()

    def the_connection_comes_back(self) -> None:
        self.connected = True
        self.look()

    def home_assistant_is_reloaded(self) -> None:
        self.reports, self.author, self.known = RedirectReports(), None, None
        self.look()

    def goes_on(self) -> None:
        step = self.dice.choice(
            (
                self.somebody_chooses,
                self.somebody_chooses,
                self.a_meeting_begins,
                self.somebody_dials,
                self.somebody_dials_while_another_chooses,
                self.the_connection_is_lost,
                self.the_connection_comes_back,
                self.home_assistant_is_reloaded,
            )
        )
        step()


@pytest.mark.parametrize("first", range(0, DAYS, 250))
def test_what_is_told_are_the_differences_that_a_model_saw(first: int) -> None:
    changes = 0
    for number in range(first, first + 250):
        day = Day(number)
        for _ in range(40):
            day.goes_on()
        assert day.told == day.true, number
        changes += len(day.told)
    assert changes > 1000
