"""What the states of a PC's entities mean."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from custom_components.xpresence.presence.pc.signals import (
    Sign,
    idle_from,
    instant_from,
    is_in,
    lock_from,
    usual_states,
)

NOON = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
NOTHING_SAID = [None, "", "unknown", "unavailable"]


@pytest.mark.parametrize(
    ("sign", "entity", "device_class", "states"),
    [
        (Sign.LOCKED, "binary_sensor.pc", None, ("on",)),
        (Sign.LOCKED, "binary_sensor.pc", "lock", ("off",)),
        (Sign.SESSION, "binary_sensor.pc", "lock", ("on",)),
        (Sign.LOCKED, "input_boolean.pc", "lock", ("on",)),
        (Sign.SESSION, "switch.pc", None, ("on",)),
        (Sign.SESSION, "device_tracker.pc", None, ("home",)),
        (Sign.SESSION, "sensor.pc", None, ()),
    ],
    ids=[
        "on",
        "a-lock-is-on-while-it-is-open",
        "only-asked-whether-it-is-locked",
        "only-a-binary-sensor-has-that-class",
        "switch",
        "tracker",
        "a-sensors-states-must-be-named",
    ],
)
def test_the_states_in_which_an_entity_usually_gives_a_sign(
    sign: Sign, entity: str, device_class: str | None, states: tuple[str, ...]
) -> None:
    assert usual_states(sign, entity, device_class) == states


@pytest.mark.parametrize(
    ("state", "found"),
    [
        ("Locked", True),
        ("LOCKED", True),
        ("away", True),
        ("open", False),
        *((state, None) for state in NOTHING_SAID),
    ],
)
def test_states_are_told_whichever_way_they_are_spelt(
    state: str | None, *, found: bool | None
) -> None:
    assert is_in(state, ["locked", "Away"]) is found


@pytest.mark.parametrize(
    ("state", "attributes", "locked"),
    [
        ("Active", {"Locked": True}, True),
        ("Active", {"Locked": False}, False),
        ("Active", {"Locked": "yes"}, None),
        ("Active", {}, None),
        *((state, {"Locked": True}, None) for state in NOTHING_SAID),
    ],
)
def test_a_lock_beside_the_activity_counts_while_the_client_speaks(
    state: str | None, attributes: dict[str, Any], *, locked: bool | None
) -> None:
    assert lock_from(state, attributes) is locked


@pytest.mark.parametrize(
    ("state", "instant"),
    [
        ("2026-11-24T11:58:00+00:00", NOON - timedelta(minutes=2)),
        ("2026-11-24T12:58:00+01:00", NOON - timedelta(minutes=2)),
        ("2026-11-24T12:02:00+00:00", NOON),
        ("2026-11-24T11:58:00", None),
        ("yesterday", None),
        *((state, None) for state in NOTHING_SAID),
    ],
    ids=[
        "utc",
        "elsewhere",
        "a-clock-ahead",
        "a-time-without-a-zone",
        "no-time",
        "none",
        "empty",
        "unknown",
        "unavailable",
    ],
)
def test_an_instant_is_read_as_it_is_told(
    state: str | None, instant: datetime | None
) -> None:
    assert instant_from(state, NOON) == instant


@pytest.mark.parametrize(
    ("state", "unit", "idle"),
    [
        ("90", None, timedelta(seconds=90)),
        ("90", "s", timedelta(seconds=90)),
        ("1500", "ms", timedelta(seconds=1.5)),
        ("2.5", "min", timedelta(seconds=150)),
        ("2", "h", timedelta(hours=2)),
        ("365", "d", timedelta(days=365)),
        ("0", "s", timedelta()),
        ("-1", "s", None),
        ("366", "d", None),
        ("90", "parsec", None),
        ("nan", "s", None),
        ("inf", "s", None),
        ("soon", "s", None),
        *((state, "s", None) for state in NOTHING_SAID),
    ],
)
def test_idleness_is_a_time_in_its_unit(
    state: str | None, unit: str | None, idle: timedelta | None
) -> None:
    assert idle_from(state, unit, NOON) == (None if idle is None else NOON - idle)
