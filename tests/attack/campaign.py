"""Attack a real Home Assistant, as its users and their neighbours might.

``script/attack`` runs all of it; ``--short`` what CI runs. It prints, part by part, how
many inputs were tried, which doors they opened, the longest stop of Home Assistant's
event loop and the most memory it took, and ends with 1 if any door opened.
"""

import argparse
import asyncio
from pathlib import Path
import sys
import tempfile
import time

from tests.stops import pace

from .attempts import LONGEST_STOP, PARTS, Attack, Part, Report
from .memory_limit import LIMIT, most_memory
from .office import Office, attacked_office
from .users import Line

PACKAGE = Path(__file__).parents[2] / "custom_components" / "xpresence"


async def _stop(line: Line) -> float:
    answer = await line.ask("loop_probe/longest")
    assert answer.success, answer.body
    found: float = answer.result["seconds"]
    return found


async def _run(office: Office, part: Part, *, long: bool) -> Report:
    report = Report(part.__name__)
    async with office.admin.line() as admin, office.admin.line() as probe:
        await _stop(probe)
        try:
            await part(Attack(office, admin, report, long))
        except (AssertionError, ConnectionError, TimeoutError) as error:
            # What ends a part early is a door that broke.
            report.tried(f"{part.__name__} ended early: {error!r}", held=False)
        report.stop = await _stop(probe)
    assert office.home.process is not None
    report.memory = most_memory(office.home.process.pid)
    if report.stop > LONGEST_STOP * pace():
        report.opened.append(f"the loop stood still for {report.stop:.2f} s")
    return report


async def attack(
    package: Path, *, long: bool, only: frozenset[str] = frozenset()
) -> list[Report]:
    """Run the campaign on one package; return what each part came to."""
    parts = [part for part in PARTS if not only or part.__name__ in only]
    with tempfile.TemporaryDirectory(prefix="xpresence_attack_") as folder:
        async with attacked_office(Path(folder), package) as office:
            sys.stdout.write(f"limit of {LIMIT >> 20} MB: {office.limit.how}\n")
            reports = []
            for part in parts:
                began = time.monotonic()
                report = await _run(office, part, long=long)
                reports.append(report)
                sys.stdout.write(
                    f"{report.name:15} {report.inputs:6} inputs"
                    f" {len(report.opened):4} opened"
                    f" {report.stop * 1000:7.0f} ms longest stop"
                    f" {report.memory >> 20:5} MB"
                    f" {time.monotonic() - began:6.1f} s\n"
                )
                for opened in report.opened[:10]:
                    sys.stdout.write(f"    OPENED {opened}\n")
                sys.stdout.flush()
            return reports


def main() -> int:
    """Run what the arguments name; return 1 if a door opened."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--short", action="store_true", help="what CI runs")
    parser.add_argument("--package", type=Path, default=PACKAGE)
    parser.add_argument("parts", nargs="*", help="only these parts")
    said = parser.parse_args()
    reports = asyncio.run(
        attack(said.package, long=not said.short, only=frozenset(said.parts))
    )
    opened = sum(len(report.opened) for report in reports)
    sys.stdout.write(
        f"{sum(report.inputs for report in reports)} inputs tried,"
        f" {opened} doors opened,"
        f" longest stop {max(r.stop for r in reports) * 1000:.0f} ms,"
        f" most memory {max(r.memory for r in reports) >> 20} MB\n"
    )
    return 1 if opened else 0


if __name__ == "__main__":
    sys.exit(main())
