"""A short fault campaign; script/campaign runs long ones."""

import pytest

from tests.repetition import times

from .campaign import campaign

pytestmark = [pytest.mark.asterisk, pytest.mark.e2e]

HISTORIES = times(4, 40)


async def test_whatever_breaks_everything_agrees_in_the_end() -> None:
    report = await campaign(histories=HISTORIES, seed=1)
    assert report.divergences == [], str(report)
    assert report.histories == HISTORIES
    assert report.faults.total() >= HISTORIES
