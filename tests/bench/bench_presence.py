"""What a decision costs, and how that grows."""

from datetime import UTC, datetime, timedelta
from statistics import median
import sys
import time
import tracemalloc

from custom_components.xpresence.presence.calendar.appointments import (
    Appointment,
    CalendarRules,
    agenda_from,
)
from custom_components.xpresence.presence.decision.decide import decide
from custom_components.xpresence.presence.decision.simulate import simulate
from custom_components.xpresence.presence.line import Status
from custom_components.xpresence.presence.model import (
    Facts,
    InactivityRules,
    Office,
    Pc,
    Person,
    Profile,
    SessionRules,
    Statement,
)

START = datetime(2026, 11, 1, tzinfo=UTC)
PROFILES = {
    name: Profile(name, name, Status.BUSY) for name in ("Available", "Meeting", "Lunch")
}
RULES = CalendarRules(default_profile="Meeting")


def person(number: int) -> Person:
    """Return somebody with everything set up."""
    return Person(
        f"p{number}",
        f"P {number}",
        str(100 + number),
        "Available",
        inactivity=InactivityRules("Lunch", timedelta(minutes=10), "Lunch"),
        session=SessionRules("Available", "Lunch"),
    )


def facts(who: Person, appointments: int) -> Facts:
    """Return what is known of them, with appointments over thirty days."""
    step = timedelta(days=30) / max(appointments, 1)
    found = [
        Appointment(f"u{n}", START + n * step, START + n * step + timedelta(hours=1))
        for n in range(appointments)
    ]
    return Facts(
        who.id,
        pc=Pc(Statement(True, START), Statement(False, START), Statement(START, START)),
        agenda=agenda_from([(RULES, found)], PROFILES, who),
    )


def microseconds(office: Office, known: Facts, rounds: int = 2000) -> float:
    """Return the median time of a decision at moments all over the month."""
    times = []
    for n in range(rounds):
        now = START + timedelta(minutes=21 * n % 43200)
        begun = time.perf_counter()
        decide(office, known, now)
        times.append(time.perf_counter() - begun)
    return median(times) * 1e6


def row(label: str, figure: str, ratio: str = "") -> None:
    """Print a line of the table."""
    sys.stdout.write(f"{label:<52}{figure:>16}{ratio:>12}\n")


def main() -> None:
    """Print the table."""
    row("what", "median", "ratio")
    first = 0.0
    for factor in (1, 10, 100):
        who = person(0)
        office = Office(PROFILES, {who.id: who})
        took = microseconds(office, facts(who, 200 * factor))
        first = first or took
        label = f"decide, {200 * factor:,} appointments"
        row(label, f"{took:.1f} µs", f"×{took / first:.2f}")

    first = 0.0
    for factor in (1, 10, 100):
        who = person(0)
        office = Office(PROFILES, {who.id: who})
        known = facts(who, 20 * factor)
        begun = time.perf_counter()
        steps = simulate(office, known, START, START + timedelta(days=30))
        took = time.perf_counter() - begun
        first = first or took
        label = f"simulate 30 days, {len(steps):,} steps"
        row(label, f"{took * 1e3:.2f} ms", f"×{took / first:.1f}")
    begun = time.perf_counter()
    steps = simulate(office, facts(who, 20), START, START + timedelta(days=3000))
    took = time.perf_counter() - begun
    row(f"simulate 3,000 days, {len(steps):,} steps", f"{took * 1e3:.2f} ms")

    first = 0.0
    for count in (10, 100, 1000):
        people = [person(number) for number in range(count)]
        office = Office(PROFILES, {who.id: who for who in people})
        tracemalloc.start()
        known = [facts(who, 200) for who in people]
        size, _ = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        begun = time.perf_counter()
        for one in known:
            decide(office, one, START + timedelta(days=12, hours=9))
        took = time.perf_counter() - begun
        first = first or took
        # Nothing is resolved, written or shown: that is measured by bench_office.
        label = f"decide alone, {count:,} people × 200 appointments"
        row(label, f"{took * 1e3:.2f} ms", f"×{took / first:.1f}")
        row("  memory of what is known", f"{size / 2**20:.1f} MiB")


if __name__ == "__main__":
    main()
