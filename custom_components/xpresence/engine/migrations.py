"""From what an earlier version stored in the journal to what this one reads.

One step for each version that changed what is stored, in order. A step takes and returns
all records by their keys, and meets damaged ones: what it does not understand it leaves
as it is, for the check of that record to find. ``docs/architecture.md`` says how a step
is added.
"""

from collections.abc import Callable, Mapping
from typing import Any, Final

from ..presence.stored import Malformed, fields

type Version = tuple[int, int]
type Records = Mapping[str, dict[str, Any]]


def _plans_one_by_one(records: Records) -> Records:
    """2.1: each plan is a record of its own, so that one more does not write them all."""
    split: dict[str, dict[str, Any]] = {}
    for key, record in records.items():
        owner, _, kind = key.partition(".")
        if kind != "planned":
            split[key] = record
            continue
        for uid, plan in record.items():
            try:
                split[f"{owner}.planned.{uid}"] = dict(fields(plan))
            except Malformed:
                # Not to be read by anybody, and so found to be damaged.
                split[f"{owner}.planned.{uid}"] = {"plan": plan}
    return split


STEPS: Final[Mapping[Version, Callable[[Records], Records]]] = {
    (2, 1): _plans_one_by_one,
}
"""The version that changed something → the step from the one before it."""


def migrated(records: Records, version: Version) -> dict[str, dict[str, Any]]:
    """Return the records as this version stores them."""
    for reached, step in STEPS.items():
        if version < reached:
            records = step(records)
    return dict(records)
