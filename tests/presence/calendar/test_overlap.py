"""Of entries that overlap by the hundred those count that come first."""

from datetime import UTC, datetime, timedelta
import random

from custom_components.xpresence.presence.agenda import MOST_AT_ONCE, Agenda, Entry

START = datetime(2026, 11, 24, 8, tzinfo=UTC)


def crowd(seed: int) -> list[Entry]:
    """Return entries most of which overlap, many with the same start."""
    chance = random.Random(seed)
    return [
        Entry(
            start := START + timedelta(minutes=chance.randrange(60)),
            start + timedelta(minutes=chance.randrange(1, 600)),
            f"uid-{number}",
            "profile",
            by_category=chance.random() < 0.5,
        )
        for number in range(chance.randrange(1, 300))
    ]


def test_the_first_of_a_crowd_are_those_of_all() -> None:
    for seed in range(200):
        entries = crowd(seed)
        now = START + timedelta(minutes=random.Random(seed).randrange(700))
        running = [one for one in entries if one.start <= now < one.end]
        expected = sorted(running, key=lambda entry: entry.precedence)[:MOST_AT_ONCE]
        assert Agenda.of(entries).running(now) == expected, seed
