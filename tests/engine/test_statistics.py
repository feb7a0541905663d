"""How fast redirects followed is counted, and what had to be tried again."""

from homeassistant.core import HomeAssistant
import pytest

from custom_components.xpresence.engine.redirect_loop import RedirectLoop
from custom_components.xpresence.engine.statistics import (
    KEPT,
    SwitchStatistics,
    percentile,
)
from custom_components.xpresence.presence.line import ForwardingState, Line
from custom_components.xpresence.presence.model import RedirectMode
from custom_components.xpresence.presence.redirect.desired import DesiredRedirect
from custom_components.xpresence.presence.redirect.ledger import Ledger
from custom_components.xpresence.telephony.driver import Rejected, Unavailable
from tests.engine.test_redirect_loop import VOICEMAIL, AnswerLost


@pytest.mark.parametrize(
    ("values", "percent", "expected"),
    [
        ([], 50, None),
        ([3.0], 50, 3.0),
        ([3.0], 95, 3.0),
        ([4.0, 1.0, 3.0, 2.0], 50, 2.0),
        ([float(n) for n in range(1, 101)], 95, 95.0),
        ([float(n) for n in range(1, 101)], 50, 50.0),
    ],
)
def test_a_percentile_is_one_of_the_values(
    values: list[float], percent: float, expected: float | None
) -> None:
    assert percentile(values, percent) == expected


def test_only_the_last_switches_are_kept() -> None:
    statistics = SwitchStatistics()
    for n in range(10 * KEPT):
        statistics.followed(60.0 if n < 9 * KEPT else 0.01, tries=1 + (n == 0))
    told = statistics.summary()
    assert told["counted"] == KEPT
    assert told["slowest_ms"] == told["p95_ms"] == told["p50_ms"] == 10.0
    assert told["total"] == 10 * KEPT
    assert told["retried"] == 1


FORWARD = DesiredRedirect(
    RedirectMode.FORWARD,
    ForwardingState(unconditional=VOICEMAIL),
    "meeting",
    "manual:1",
)


class Moody(AnswerLost):
    """A phone system that refuses a while, and then does what it is asked."""

    def __init__(self, *moods: Exception) -> None:
        super().__init__()
        self.moods = list(moods)
        self.writes = 1  # so that no answer is lost

    async def apply(self, extension: str, change: ForwardingState) -> Line:
        if self.moods:
            raise self.moods.pop(0)
        return await super().apply(extension, change)


async def test_a_redirect_that_is_set_at_once_is_counted_once(
    hass: HomeAssistant,
) -> None:
    statistics = SwitchStatistics()
    loop = RedirectLoop(hass, Moody(), "100", Ledger(), statistics=statistics)
    loop.desired = FORWARD
    await loop.async_turn()
    # There is nothing to do in these.
    await loop.async_turn()
    await loop.async_turn()
    loop.stop()
    told = statistics.summary()
    assert (told["total"], told["retried"], told["failed_turns"]) == (1, 0, {})
    assert 0 <= told["p50_ms"] == told["p95_ms"] < 10_000


async def test_a_redirect_that_is_refused_first_took_as_long_as_all_its_tries(
    hass: HomeAssistant,
) -> None:
    statistics = SwitchStatistics()
    system = Moody(Rejected("no"), Unavailable("busy"))
    loop = RedirectLoop(hass, system, "100", Ledger(), statistics=statistics)
    loop.desired = FORWARD
    for error in (Rejected, Unavailable):
        with pytest.raises(error):
            await loop.async_turn()
        assert statistics.total == 0
    await loop.async_turn()
    loop.stop()
    told = statistics.summary()
    assert (told["total"], told["retried"]) == (1, 1)
    assert told["failed_turns"] == {Rejected.key: 1, Unavailable.key: 1}


async def test_a_phone_system_that_is_away_makes_no_switch_slow(
    hass: HomeAssistant,
) -> None:
    statistics = SwitchStatistics()
    system = Moody(Unavailable("gone"))
    loop = RedirectLoop(hass, system, "100", Ledger(), statistics=statistics)
    loop.desired = FORWARD
    apply = system.apply

    async def leave(extension: str, change: ForwardingState) -> Line:
        system.ready = False  # type: ignore[assignment]
        return await apply(extension, change)

    system.apply = leave  # type: ignore[method-assign]
    with pytest.raises(Unavailable):
        await loop.async_turn()
    assert statistics.failures == {}
    system.ready, system.apply = True, apply  # type: ignore[assignment, method-assign]
    await loop.async_turn()
    loop.stop()
    told = statistics.summary()
    assert (told["total"], told["retried"]) == (1, 0)
