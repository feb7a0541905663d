"""What ordinary users set of their own, once an administrator tightened the limits.

A ban drops the values that it concerns when it is saved (and not when they would
count again), and the administrator is told whose they were.
"""

from collections.abc import Callable

from ..presence.line import Condition, Destination, DestinationKind
from ..presence.model import Office, Profile
from ..presence.permission.policy import Permission, Policy
from ..presence.redirect.ledger import OwnRedirect
from ..presence.redirect.numbers import NumberFormat
from ..presence.redirect.numbers.kinds import destination_kinds
from .issues import create_limits_issue
from .people import People


async def async_end_forbidden(people: People, policy: Policy, before: Office) -> None:
    """End what limits forbid that were tightened, and name it to administrators.

    ``before``: the office as it was read under the limits before.
    """
    forbidden = forbids(policy, people.number_format)
    redirects = set()
    for state in tuple(people.values()):
        if any(forbidden(own) for own in state.loop.ledger.own):
            redirects.add(state.person.name)
            await state.loop.async_follow_end_own(forbidden)
    profiles = profiles_ended(before, people.office)
    create_limits_issue(people.hass, people.entry, redirects, profiles)


def forbids(policy: Policy, style: NumberFormat) -> Callable[[OwnRedirect], bool]:
    """Return what tells an ordinary user's own redirect that is forbidden by now."""

    def forbidden(own: OwnRedirect) -> bool:
        if not own.limited:
            return False
        forwarding = own.forwarding
        led = [forwarding.forward(condition) for condition in Condition]
        forwards = [one for one in led if isinstance(one, Destination)]
        if forwards and Permission.CHANGE_REDIRECT not in policy.allowed:
            return True
        if isinstance(forwarding.follow_me, str):
            if Permission.CHANGE_FOLLOW_ME not in policy.allowed:
                return True
            forwards.append(Destination(DestinationKind.NUMBER, forwarding.follow_me))
        return any(
            not policy.allowed_destinations.issuperset(destination_kinds(one, style))
            for one in forwards
        )

    return forbidden


def profiles_ended(before: Office, after: Office) -> set[str]:
    """Return which own profiles, and own versions of the office's, count no more.

    Each is named with its person.
    """
    found: set[str] = set()
    for profile_id, profile in before.profiles.items():
        now = after.profiles.get(profile_id)
        if profile.owner and profile.enabled and now is not None and not now.enabled:
            found.add(_named(after, profile.owner, profile))
    for person_id, adjusted in before.adjusted.items():
        for profile_id, profile in adjusted.items():
            if profile_id not in after.profiles:
                continue
            mine = after.adjusted.get(person_id, {})
            now = mine.get(profile_id, after.profiles[profile_id])
            if now.redirect != profile.redirect:
                found.add(_named(after, person_id, profile))
    return found


def _named(office: Office, person_id: str, profile: Profile) -> str:
    person = office.people.get(person_id)
    return f"{person.name}: {profile.name}" if person else profile.name
