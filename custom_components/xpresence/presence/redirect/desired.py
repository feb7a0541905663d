"""What the rules want of a redirect, and which part of it is xpresence's to say."""

from dataclasses import dataclass

from ..line import Setting
from ..model import Decision, RedirectMode
from .ledger import Ledger
from .parts import REDIRECTS, Part, Reach, changed, is_on, known


@dataclass(frozen=True, slots=True)
class Wanted:
    """The stack's redirect rule, resolved to numbers.

    ``mode`` is never *unchanged*: that is ``None`` in place of a ``Wanted``.
    ``setting``: for *forward*, where calls go; its ``UNKNOWN`` parts are left to the
    base. For *off* nothing in it leads anywhere. ``claim`` names the claim among
    all claims of all sources.
    """

    mode: RedirectMode
    setting: Setting
    profile: str
    claim: str


def wanted(decision: Decision, setting: Setting) -> Wanted | None:
    """Return what a decision wants, its targets resolved to ``setting``."""
    claim = decision.redirect_claim
    if claim is None or decision.redirect.mode is RedirectMode.UNCHANGED:
        return None
    return Wanted(
        decision.redirect.mode,
        setting,
        claim.profile,
        f"{claim.source.value}:{claim.profile}:{claim.key}",
    )


def aim_of(wanted: Wanted | None, reach: Reach) -> tuple[Setting, frozenset[Part]]:
    """Return what the rule asks for part by part, and what cannot be had."""
    if wanted is None:
        return Setting(), frozenset()
    unsupported = frozenset(
        part
        for part, found in known(wanted.setting)
        if is_on(part, found) and not reach.can_set(part, found)
    )
    if wanted.mode is RedirectMode.OFF:
        aim = dict.fromkeys(REDIRECTS, None) | {
            Part.DO_NOT_DISTURB: wanted.setting.do_not_disturb
        }
    else:
        aim = dict(known(wanted.setting))
        if not any(is_on(p, v) for p, v in aim.items() if p not in unsupported):
            aim = {}
        if Part.NO_REPLY in unsupported or not is_on(
            Part.NO_REPLY, aim.get(Part.NO_REPLY)
        ):
            aim.pop(Part.RING_SECONDS, None)
    return (
        changed(
            Setting(),
            {
                part: found
                for part, found in aim.items()
                if part in reach.writable and part not in unsupported
            },
        ),
        unsupported,
    )


def holds(ledger: Ledger, wanted: Wanted | None) -> bool:
    """Tell whether the wish is in force: a person may have taken over since."""
    return (
        wanted is not None and ledger.held is not None and ledger.claim == wanted.claim
    )


def goal_of(aim: Setting, ledger: Ledger, wanted: Wanted | None) -> Setting:
    """Return what the phone system should say, where that is ours to say."""
    goal = dict(known(ledger.base))
    if holds(ledger, wanted):
        goal |= {p: v for p, v in known(aim) if p in goal and p not in ledger.taken}
    return changed(Setting(), goal)
