"""The desired redirect, and the parts of it that xpresence controls."""

from dataclasses import dataclass

from ..line import ForwardingState
from ..model import Decision, RedirectMode
from .ledger import Ledger
from .parts import REDIRECTS, Part, RedirectCapabilities, changed, is_on, known


@dataclass(frozen=True, slots=True)
class DesiredRedirect:
    """The stack's redirect rule, resolved to numbers.

    ``mode`` is never *unchanged*: that is ``None`` in place of a ``DesiredRedirect``.
    ``forwarding``: for *forward*, where calls go; its ``UNKNOWN`` parts are left to the
    base. For *off* nothing in it leads anywhere. ``claim`` names the claim among
    all claims of all sources.
    """

    mode: RedirectMode
    forwarding: ForwardingState
    profile: str
    claim: str


def desired(decision: Decision, forwarding: ForwardingState) -> DesiredRedirect | None:
    """Return a decision's desired redirect; ``None``: unchanged.

    ``forwarding``: its rule with the targets resolved.
    """
    claim = decision.redirect_claim
    if claim is None or decision.redirect.mode is RedirectMode.UNCHANGED:
        return None
    return DesiredRedirect(
        decision.redirect.mode,
        forwarding,
        claim.profile,
        f"{claim.source.value}:{claim.profile}:{claim.key}",
    )


def requested_parts(
    desired: DesiredRedirect | None, capabilities: RedirectCapabilities
) -> tuple[ForwardingState, frozenset[Part]]:
    """Return the desired value of each part, and the parts that are unsupported."""
    if desired is None:
        return ForwardingState(), frozenset()
    unsupported = frozenset(
        part
        for part, found in known(desired.forwarding)
        if is_on(part, found) and not capabilities.can_set(part, found)
    )
    if desired.mode is RedirectMode.OFF:
        requested = dict.fromkeys(REDIRECTS, None) | {
            Part.DO_NOT_DISTURB: desired.forwarding.do_not_disturb
        }
    else:
        requested = dict(known(desired.forwarding))
        if not any(is_on(p, v) for p, v in requested.items() if p not in unsupported):
            requested = {}
        if Part.NO_REPLY in unsupported or not is_on(
            Part.NO_REPLY, requested.get(Part.NO_REPLY)
        ):
            requested.pop(Part.RING_SECONDS, None)
    return (
        changed(
            ForwardingState(),
            {
                part: found
                for part, found in requested.items()
                if part in capabilities.writable and part not in unsupported
            },
        ),
        unsupported,
    )


def is_in_force(ledger: Ledger, desired: DesiredRedirect | None) -> bool:
    """Return whether a profile holds the redirect for the desired one's claim."""
    return (
        desired is not None
        and ledger.held is not None
        and ledger.claim == desired.claim
    )


def expected_state(
    requested: ForwardingState, ledger: Ledger, desired: DesiredRedirect | None
) -> ForwardingState:
    """Return the desired state of the parts xpresence controls; others ``UNKNOWN``."""
    expected = dict(known(ledger.base))
    if is_in_force(ledger, desired):
        expected |= {
            p: v for p, v in known(requested) if p in expected and p not in ledger.taken
        }
    return changed(ForwardingState(), expected)
