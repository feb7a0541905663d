"""The next change that is shown is one that people see."""

from dataclasses import replace
from datetime import timedelta

import pytest

from custom_components.xpresence.presence.decision.next_change import (
    next_visible_change,
)
from custom_components.xpresence.presence.model import (
    ChoiceRole,
    Facts,
    Office,
    Pc,
    Statement,
)

from ..office import DAY, OFFICE, at, chosen, decided, facts, meeting

AT_THE_PC = Pc(
    running=Statement(True, at("8:00")),
    locked=Statement(False, at("8:00")),
    last_input=Statement(at("8:59"), at("8:59")),
)


def foretold(known: Facts, clock: str = "9:00", office: Office = OFFICE) -> object:
    return next_visible_change(office, known, decided(known, clock, office))


@pytest.mark.parametrize(
    ("known", "change"),
    [
        pytest.param(facts(), None, id="nothing-is-known"),
        pytest.param(facts(meeting("10:00", "11:00")), "10:00", id="a-meeting"),
        pytest.param(
            facts(meeting("10:00", "11:00"), choice=chosen("Vacation", "8:00")),
            None,
            id="a-meeting-beneath-a-vacation",
        ),
        pytest.param(
            facts(
                meeting("10:00", "11:00"),
                meeting("14:00", "15:00"),
                choice=chosen("Vacation", "8:00", until=at("14:30")),
            ),
            "14:30",
            id="the-vacation-ends-in-the-second-meeting",
        ),
        pytest.param(
            facts(meeting("10:00", "11:00"), choice=chosen("Quiet", "8:00")),
            "10:00",
            id="calls-follow-a-meeting-beneath-a-choice-without-a-redirect",
        ),
        pytest.param(
            replace(
                facts(
                    meeting("8:00", "10:00"),
                    choice=replace(
                        chosen("Available", "8:00", until=at("12:00")),
                        role=ChoiceRole.STANDS_IN,
                    ),
                ),
                automatic=False,
            ),
            "12:00",
            id="a-choice-ends-that-stands-in-for-the-default-profile",
        ),
        pytest.param(
            facts(meeting("8:00", "12:00"), meeting("10:00", "11:00")),
            "10:00",
            id="another-meeting-decides",
        ),
        pytest.param(
            facts(meeting("8:30", "12:00"), meeting("8:00", "11:00")),
            "12:00",
            id="a-meeting-beneath-ends-first",
        ),
        pytest.param(
            facts(meeting("8:00", "12:00"), pc=replace(AT_THE_PC)),
            "12:00",
            id="a-pc-in-use-beneath-a-meeting",
        ),
        pytest.param(
            facts(pc=Pc(running=Statement(True, at("8:00"), at("8:58")))),
            "9:03",
            id="a-pc-that-fell-silent-is-believed-for-a-while",
        ),
    ],
)
def test_what_is_foretold_is_seen(known: Facts, change: str | None) -> None:
    assert foretold(known) == (at(change) if change else None)


def test_a_calendar_without_end_beneath_a_vacation_is_no_work() -> None:
    many = [
        replace(
            meeting("10:00", "11:00"),
            uid=str(day),
            start=at("10:00", DAY + timedelta(days=day)),
            end=at("11:00", DAY + timedelta(days=day)),
        )
        for day in range(2000)
    ]
    assert foretold(facts(*many, choice=chosen("Vacation", "8:00"))) is None
