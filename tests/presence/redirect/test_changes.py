"""What happened to calls, as the told events say it."""

from dataclasses import replace

import pytest

from custom_components.xpresence.presence.line import (
    UNKNOWN,
    Destination,
    DestinationKind,
    ForwardingState,
)
from custom_components.xpresence.presence.redirect.changes import (
    ChangedBy,
    RedirectReports,
    destinations,
    seen,
    writing,
)

MAILBOX = Destination(DestinationKind.VOICEMAIL, "*100")
BOB = Destination(DestinationKind.NUMBER, "101")
RINGS = ForwardingState(unconditional=None, busy=None, no_reply=None, follow_me=None)
AWAY = replace(RINGS, unconditional=MAILBOX)
TO_BOB = replace(RINGS, unconditional=BOB)
PARTLY = ForwardingState(unconditional=MAILBOX)
LATER_RINGS_LONGER = replace(AWAY, ring_seconds=20)


def reported(forwarding: ForwardingState) -> RedirectReports:
    reports, change = seen(RedirectReports(), forwarding)
    assert change is None
    return reports


@pytest.mark.parametrize(
    ("before", "wrote", "now", "has_origin", "whose"),
    [
        pytest.param(AWAY, None, None, False, None, id="the connection is lost"),
        pytest.param(AWAY, None, AWAY, True, None, id="read again as before"),
        pytest.param(AWAY, None, PARTLY, False, None, id="read in part"),
        pytest.param(AWAY, AWAY, LATER_RINGS_LONGER, True, None, id="rings longer"),
        pytest.param(
            RINGS, PARTLY, AWAY, True, ChangedBy.ORIGIN, id="somebody chose it"
        ),
        pytest.param(
            RINGS, PARTLY, AWAY, False, ChangedBy.DECISION, id="a meeting began"
        ),
        pytest.param(
            RINGS, None, AWAY, False, ChangedBy.PHONE, id="dialled with nothing held"
        ),
        pytest.param(
            AWAY, None, TO_BOB, False, ChangedBy.PHONE, id="dialled over a profile"
        ),
        pytest.param(
            RINGS, PARTLY, TO_BOB, True, ChangedBy.PHONE, id="dialled during a choice"
        ),
        pytest.param(
            AWAY,
            ForwardingState(unconditional=None),
            RINGS,
            True,
            ChangedBy.ORIGIN,
            id="ended by somebody",
        ),
    ],
)
def test_what_happened_and_whose_it_is(
    before: ForwardingState,
    wrote: ForwardingState | None,
    now: ForwardingState | None,
    has_origin: bool,
    whose: ChangedBy | None,
) -> None:
    reports = reported(before)
    if wrote is not None:
        reports = writing(reports, wrote)
    after, change = seen(reports, now, has_origin=has_origin)
    assert (change.by if change else None) == whose
    if change is not None and now is not None:
        assert (change.before, change.after) == (
            destinations(before),
            destinations(now),
        )
        assert seen(after, now, has_origin=True)[1] is None


def test_what_was_read_before_a_gap_is_compared_with_what_is_read_after_it() -> None:
    reports, _ = seen(reported(AWAY), None)
    reports, change = seen(reports, ForwardingState(follow_me=UNKNOWN))
    assert change is None
    _, change = seen(reports, RINGS)
    assert change is not None
    assert change.before == destinations(AWAY)
