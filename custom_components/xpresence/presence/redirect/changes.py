"""Detect changes of where a person's calls go, and who made them.

The event, the logbook and the notifications all use this result.

==========================  ===============  ========================================
what is seen                what happened    whose it is
==========================  ===============  ========================================
nothing, or a reading that  nothing          –
says less than the last
the first reading           nothing          –
the destinations of before  nothing          –
others, as they were        redirected       of whoever made the change; without one,
written just now                             of what decides
others that nobody wrote    redirected       the telephone's
==========================  ===============  ========================================

A write and an origin belong to the one change that they made. Once the phone system
was found as desired an origin has made all that it could: then it is spent.
"""

from dataclasses import dataclass, field, replace
from enum import StrEnum

from ..line import UNKNOWN, ForwardingState
from .parts import REDIRECTS, Part, Value, is_on, value


class ChangedBy(StrEnum):
    """Who or what changed the destination."""

    ORIGIN = "origin"
    """The origin of the change that is in progress."""
    DECISION = "decision"
    """The deciding claim; no person made a change just now."""
    PHONE = "phone"
    """Dialled at a telephone, or set in the phone system by somebody else."""


@dataclass(frozen=True, slots=True)
class Destinations:
    """Where calls go, part by part; a part that is not there was never read."""

    parts: tuple[tuple[Part, Value], ...] = ()

    def __bool__(self) -> bool:
        """Return whether any part was read."""
        return bool(self.parts)


@dataclass(frozen=True, slots=True)
class RedirectChange:
    """Calls go elsewhere than before."""

    before: Destinations
    after: Destinations
    by: ChangedBy


@dataclass(frozen=True, slots=True)
class RedirectReports:
    """What was reported of a person's redirect so far."""

    reported: Destinations = field(default_factory=Destinations)
    written: Destinations = field(default_factory=Destinations)
    """What was written, part by part, and has not been seen yet."""


def destinations(forwarding: ForwardingState) -> Destinations:
    """Return where a reading says that calls go."""
    return Destinations(
        tuple(
            (part, said if is_on(part, said) else None)
            for part in sorted(REDIRECTS)
            if (said := value(forwarding, part)) is not UNKNOWN
        )
    )


def writing(reports: RedirectReports, forwarding: ForwardingState) -> RedirectReports:
    """Note a write before it is sent: it may be read back at once.

    Parts that already have the value are skipped: no change will be read.
    """
    there = dict(reports.reported.parts)
    news = {
        part: wish
        for part, wish in destinations(forwarding).parts
        if part not in there or there[part] != wish
    }
    parts = dict(reports.written.parts) | news
    return replace(
        reports, written=Destinations(tuple(sorted(parts.items(), key=_by_part)))
    )


def not_written(reports: RedirectReports) -> RedirectReports:
    """Note that the phone system refused what was to be written."""
    return replace(reports, written=Destinations())


def seen(
    reports: RedirectReports,
    forwarding: ForwardingState | None,
    *,
    has_origin: bool = False,
) -> tuple[RedirectReports, RedirectChange | None]:
    """Return the reports after a reading, and the change, if there was one.

    ``has_origin``: whether a change that somebody made is under way.
    """
    if forwarding is None:
        return reports, None
    before = dict(reports.reported.parts)
    now = dict(destinations(forwarding).parts)
    after = Destinations(tuple(sorted((before | now).items(), key=_by_part)))
    wrote = dict(reports.written.parts)
    # A write belongs to the one change that it made.
    waiting = {p: wish for p, wish in wrote.items() if p not in now or now[p] != wish}
    kept = replace(
        reports,
        reported=after,
        written=Destinations(tuple(sorted(waiting.items(), key=_by_part))),
    )
    differing = {
        part for part in before.keys() & now.keys() if before[part] != now[part]
    }
    if not differing:
        return kept, None
    if any(part not in wrote or wrote[part] != now[part] for part in differing):
        by = ChangedBy.PHONE
    else:
        by = ChangedBy.ORIGIN if has_origin else ChangedBy.DECISION
    return kept, RedirectChange(reports.reported, after, by)


def _by_part(found: tuple[Part, Value]) -> str:
    return found[0].value
