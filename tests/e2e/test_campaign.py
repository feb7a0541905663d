"""A short fault campaign; script/campaign runs long ones."""

import pytest

from .campaign import campaign

pytestmark = [pytest.mark.asterisk, pytest.mark.e2e]


async def test_whatever_breaks_everything_agrees_in_the_end() -> None:
    report = await campaign(histories=6, seed=1)
    assert report.divergences == [], str(report)
    assert report.histories == 6
    assert report.faults.total() > 5
