"""Redirects that are on with an unknown target.

A lamp or a switch tells *that* calls are redirected and not whereto. Such a reading is
:data:`~..line.TARGET_UNKNOWN`: on, and never to be taken for off. It is believed to lead
where it was last sent, if that was answered or seen; what else is on was set by
somebody else. That may be replaced and ended. It can be put back only where the phone
system itself knows the target; elsewhere it is off afterwards, and that is told.
"""

from collections.abc import Container
from dataclasses import replace

from ..line import UNKNOWN, Destination, DestinationKind, ForwardingState, Known
from .ledger import Ledger
from .parts import FORWARDS, Part, RedirectCapabilities, Value, changed, known, value


def is_target_unknown(found: Known[Value]) -> bool:
    """Tell a redirect that is on without a target that is known."""
    return isinstance(found, Destination) and found.kind is DestinationKind.UNKNOWN


def believed(observed: ForwardingState, ledger: Ledger) -> ForwardingState:
    """Return a reading in which what is on leads where it was last sent.

    Without an answer to the last write it may still lead where it did before.
    """
    if ledger.seen is None and ledger.answered is None:
        return observed
    led: dict[Part, Known[Value]] = {}
    for part in FORWARDS:
        wrote = value(ledger.wrote, part)
        if is_target_unknown(value(observed, part)) and isinstance(wrote, Destination):
            led[part] = wrote
    return changed(observed, led)


def may_be(found: Known[Value], wrote: Known[Value]) -> bool:
    """Tell whether a reading can be what was written, as far as it tells."""
    return found == wrote or (
        is_target_unknown(found) and isinstance(wrote, Destination)
    )


def given_up(
    reading: ForwardingState,
    ledger: Ledger,
    in_force: Container[Part],
    capabilities: RedirectCapabilities,
) -> tuple[Ledger, frozenset[Part]]:
    """Drop base values that cannot be restored; these parts are off afterwards.

    Args:
        reading: as :func:`believed`.
        ledger: as decided.
        in_force: the parts that a profile still says.
        capabilities: what can be put back.

    Returns:
        The ledger, and the parts that are lost.
    """
    replaced = ledger.seen is not None or ledger.answered is not None
    lost = frozenset(
        part
        for part, base in known(ledger.base)
        if is_target_unknown(base)
        and part not in in_force
        and not capabilities.can_set(part, base)
        and value(ledger.wrote, part) not in (UNKNOWN, base)
        and (replaced or not is_target_unknown(value(reading, part)))
    )
    if not lost:
        return ledger, lost
    off = dict.fromkeys(lost, None)
    return replace(ledger, base=changed(ledger.base, off)), lost
