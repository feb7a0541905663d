"""The redirect as the sensor shows it: its status, where calls go, and why."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, Final

from ..presence.line import Condition, Destination, ForwardingState, Line
from ..presence.redirect.ledger import Ledger
from ..presence.redirect.parts import EVERYTHING
from ..presence.redirect.status import RedirectStatus, Shown, is_pending, status
from ..presence.redirect.unknown_target import is_target_unknown
from ..telephony.driver import Unavailable
from .redirect_reconciler import RedirectReconciler

ASIDE: Final = ("since", "last_failure", "last_failure_reason", "read_at")
"""Attributes about the redirect's past: no change by themselves."""
NOT_AS_DESIRED: Final = (RedirectStatus.PENDING, RedirectStatus.FAILED)

type Label = Callable[[Destination], str]


@dataclass(frozen=True, slots=True)
class RedirectView:
    """The redirect as it is shown: to everybody, and to who may see details.

    ``attributes`` are what everybody with access to the entity reads; ``details``
    has the same keys, with whole numbers.
    """

    status: RedirectStatus = RedirectStatus.UNKNOWN
    attributes: Mapping[str, Any] = field(default_factory=dict)
    details: Mapping[str, Any] = field(default_factory=dict)
    settling: bool = False
    """A newer reading is about to be changed by a write: it shows with its outcome."""


def view_of(
    redirect: RedirectReconciler,
    ledger: Ledger,
    before: RedirectView,
    last_failure: Mapping[str, Any],
    now: datetime,
) -> RedirectView:
    """Return what is to be shown now.

    ``ledger``: by which the last reading is judged. ``before``: what is shown so far;
    while it says the same, its ``since`` stays. ``last_failure``: attributes about the
    last failed turn.
    """
    shown = _shown(redirect, ledger)
    attributes = _attributes(
        shown, redirect.reason if shown.status in NOT_AS_DESIRED else None
    )
    owner, line = redirect.owner, redirect.line
    details = attributes | _where(shown, line, owner.label)
    compared = {k: v for k, v in before.details.items() if k not in ASIDE}
    since = before.details.get("since")
    if shown.status is not before.status or details != compared:
        since = now
    past = {"since": since, **last_failure, **_age(redirect)}
    public = _where(shown, line, owner.public_label)
    return RedirectView(shown.status, attributes | public | past, details | past)


def _shown(redirect: RedirectReconciler, ledger: Ledger) -> Shown:
    """Return status and destination; *pending* where the rest is still unknown."""
    failure = redirect.failure
    shown = status(
        redirect.desired,
        redirect.line.forwarding if redirect.line else ForwardingState(),
        ledger,
        None if isinstance(failure, Unavailable) else failure,
        capabilities=redirect.capabilities,
    )
    # Before the first connection nothing is known of what it can do either.
    connected = redirect.system.capabilities
    if shown.status is RedirectStatus.UNKNOWN and is_pending(
        redirect.desired,
        ledger,
        capabilities=redirect.capabilities if connected else EVERYTHING,
    ):
        # What holds is not known, but something is still to be done about it.
        return replace(shown, status=RedirectStatus.PENDING)
    return shown


def _attributes(shown: Shown, reason: str | None) -> dict[str, Any]:
    """Return what does not depend on who reads it."""
    attributes: dict[str, Any] = {}
    if shown.destination is not None:
        attributes["condition"] = (shown.condition or Condition.UNCONDITIONAL).value
        if shown.part is not None:
            attributes["part"] = shown.part.value
    if shown.set_by is not None:
        attributes["set_by"] = shown.set_by.value
    if reason is not None:
        attributes["reason"] = reason
    if not shown.confirmed:
        attributes["confirmed"] = False
    if not shown.target_known:
        attributes["target_known"] = False
    return attributes


def _age(redirect: RedirectReconciler) -> dict[str, Any]:
    """Return when the extension was read last, where readings are polled."""
    if redirect.line is None or redirect.system.freshness.poll_every is None:
        return {}
    return {"read_at": redirect.line.as_of}


def _where(shown: Shown, line: Line | None, label: Label) -> dict[str, Any]:
    """Return where calls go, and where under each condition that forwards them."""
    where: dict[str, Any] = {}
    if shown.destination is not None and shown.target_known:
        where["target"] = label(shown.destination)
    forwarding = line.forwarding if line is not None else ForwardingState()
    forwards = {one: forwarding.forward(one) for one in Condition}
    targets = {
        condition.value: label(target)
        for condition, target in forwards.items()
        if isinstance(target, Destination) and not is_target_unknown(target)
    }
    return where | ({"targets": targets} if targets else {})
