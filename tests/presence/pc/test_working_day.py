"""When somebody's day has begun, by what their PC tells."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from custom_components.xpresence.presence.model import Health, Pc, Statement
from custom_components.xpresence.presence.pc.working_day import day_has_begun

BERLIN = ZoneInfo("Europe/Berlin")
LONG_AGO = datetime(2026, 11, 1, tzinfo=UTC)


def at(hour: int, minute: int = 0, day: int = 30) -> datetime:
    return datetime(2026, 11, day, hour, minute, tzinfo=BERLIN)


def used(when: datetime) -> Pc:
    return Pc(last_input=Statement(when, when))


@pytest.mark.parametrize(
    ("pc", "now", "begun"),
    [
        (Pc(), at(5, 59), False),
        (Pc(), at(6), True),
        (Pc(), at(19, 59), True),
        (Pc(), at(20), False),
        (Pc(running=Statement(True, at(22))), at(23), True),
        (Pc(running=Statement(False, at(17))), at(18), False),
        (Pc(running=Statement(False, at(17, day=29))), at(10), False),
        (used(at(7)), at(12), True),
        (used(at(18, day=29)), at(8), False),
        (used(at(23, day=29)), at(1), True),
        (used(at(23, day=29)), at(4), False),
        (Pc(active=Statement(True, at(5))), at(5, 30), True),
        (Pc(locked=Statement(True, LONG_AGO)), at(12), True),
    ],
)
def test_a_day_begins_at_the_pc_and_ends_when_it_is_off(
    pc: Pc, now: datetime, *, begun: bool
) -> None:
    assert day_has_begun(pc, Health(), BERLIN, now) is begun


def test_a_pc_that_fell_silent_says_nothing_after_the_grace_time() -> None:
    silent = at(20)
    pc = Pc(running=Statement(True, at(7), silent_since=silent))
    assert day_has_begun(pc, Health(), BERLIN, silent + timedelta(minutes=4))
    assert not day_has_begun(pc, Health(), BERLIN, silent + timedelta(minutes=6))
