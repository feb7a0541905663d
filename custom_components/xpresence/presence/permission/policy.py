"""Permissions by role: a table.

Somebody has one or more **roles** towards a person; the widest counts. What Home
Assistant itself keeps from a user, no role gives back. The office's **policy** says
which acts are open to ordinary users at all; the person's **tiers** say who sees the
subjects of their appointments, and who their info text. Private subjects are in no
table: they are dropped where they are read.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from ..redirect.numbers import NumberKind


class Permission(StrEnum):
    """Something that somebody may be kept from doing."""

    CHOOSE_PROFILE = "choose_profile"
    PLAN_PRESENCE = "plan_presence"
    CHANGE_REDIRECT = "change_redirect"
    END_REDIRECT = "end_redirect"
    """End one's own redirect or follow-me, so that the telephone rings again."""
    CHANGE_FOLLOW_ME = "change_follow_me"
    CALL = "call"
    """Let the person's telephone ring and call somebody from it."""
    SET_AGENT_STATUS = "set_agent_status"
    EDIT_PROFILES = "edit_profiles"
    """Create, change, enable and delete own profiles, and adjust the office's."""
    CONNECT_CALENDARS = "connect_calendars"
    CONNECT_MICROSOFT = "connect_microsoft"
    CONNECT_PHONE = "connect_phone"
    """Enter one's own login at the phone system, or sign in there."""
    SHARE = "share"
    """Narrow what one's delegates may do, and who sees subjects."""
    SEE_PRESENCE = "see_presence"
    """What colleagues see: profile, status, whether calls are redirected."""
    SEE_DETAILS = "see_details"
    """Where calls go and why, the timeline, the appointment list."""
    SEE_INFO_TEXT = "see_info_text"
    """What the person wrote for others: everybody, unless the person says else."""
    SEE_SUBJECTS = "see_subjects"
    KEEP_HISTORY = "keep_history"
    """Let one's history be recorded, show it to others, delete it."""
    SEE_HISTORY = "see_history"
    """What was recorded of the person: the person alone, unless they share it."""


SEEING: Final = frozenset(
    {
        Permission.SEE_PRESENCE,
        Permission.SEE_DETAILS,
        Permission.SEE_INFO_TEXT,
        Permission.SEE_SUBJECTS,
        Permission.SEE_HISTORY,
    }
)
"""Acts that change nothing."""
ONES_OWN: Final = frozenset(
    {Permission.END_REDIRECT, Permission.CONNECT_PHONE, Permission.KEEP_HISTORY}
)
"""What nobody takes from a person."""
LIMITED: Final = (frozenset(Permission) - SEEING - ONES_OWN) | {Permission.SEE_SUBJECTS}
"""What an office may keep from ordinary users."""


ALLOWED_WITH: Final = {Permission.END_REDIRECT: Permission.CHANGE_REDIRECT}
"""What an office does not allow by itself, and with what it is allowed."""


class Role(StrEnum):
    """What somebody, or something, is to a person."""

    ADMIN = "admin"
    """An administrator of Home Assistant."""
    OWNER = "owner"
    """The person."""
    ACTING_DELEGATE = "acting_delegate"
    """May set profile and redirect for the person."""
    READING_DELEGATE = "reading_delegate"
    """May see the person's subjects."""
    COLLEAGUE = "colleague"
    """Any other user."""
    AUTOMATION = "automation"
    """A call without a user."""
    SATELLITE = "satellite"
    """A voice satellite without a person, or one that may act for everybody."""


class Grade(StrEnum):
    """What a delegate was made for."""

    ACTING = "acting"
    SUBJECTS = "subjects"


GRADES: Final[Mapping[Grade, Role]] = {
    Grade.ACTING: Role.ACTING_DELEGATE,
    Grade.SUBJECTS: Role.READING_DELEGATE,
}


class Tier(StrEnum):
    """Who sees a person's info text, or subjects that are not private."""

    OWNER = "owner"
    DELEGATE = "delegate"
    TEAM = "team"


class Trust(StrEnum):
    """What a call without a user may do."""

    ALLOWED = "allowed"
    AS_PERSON = "as_person"
    """A satellite acts as its person; one without a person may do nothing."""
    REFUSED = "refused"


EVERYWHERE: Final = frozenset(NumberKind)
USUAL_REACH: Final = EVERYWHERE - {NumberKind.PREMIUM}
"""Where ordinary users may redirect calls to until an administrator says else."""


@dataclass(frozen=True, slots=True)
class Policy:
    """What an office lets ordinary users, automations and satellites do.

    ``allowed_destinations``: where ordinary users may redirect calls to. Office
    profiles may lead anywhere, because an administrator made them.
    """

    allowed: frozenset[Permission] = LIMITED
    allowed_destinations: frozenset[NumberKind] = USUAL_REACH
    automations: Trust = Trust.ALLOWED
    satellites: Trust = Trust.AS_PERSON


DEFAULT_POLICY: Final = Policy()


@dataclass(frozen=True, slots=True)
class Actor:
    """Who asks: the roles towards one person, and what Home Assistant lets them."""

    roles: frozenset[Role]
    reads: bool = True
    controls: bool = True


class Rule(StrEnum):
    """When a role may do an act."""

    ALWAYS = "always"
    OFFICE = "office"
    """If the office allows it."""
    TRUST = "trust"
    """If the office trusts calls of this kind."""
    DELEGATES = "delegates"
    """If the office allows it, and the person shows it to delegates."""
    TEAM = "team"
    """If the office allows it, and the person shows it to everybody."""
    NEVER = "never"


class Reason(StrEnum):
    """Why an actor is refused."""

    HOME_ASSISTANT = "home_assistant"
    """Home Assistant itself keeps the entities from this user."""
    OFFICE = "office"
    """The office keeps it from ordinary users."""
    ROLE = "role"
    """They are not one of those who may."""
    TRUST = "trust"
    """The office does not trust calls without a user."""


_ROLES: Final = (
    Role.ADMIN,
    Role.OWNER,
    Role.ACTING_DELEGATE,
    Role.READING_DELEGATE,
    Role.COLLEAGUE,
    Role.AUTOMATION,
    Role.SATELLITE,
)
_A, _O, _T, _N = Rule.ALWAYS, Rule.OFFICE, Rule.TRUST, Rule.NEVER
_D, _E = Rule.DELEGATES, Rule.TEAM
_ROWS: Final[Mapping[Permission, tuple[Rule, ...]]] = {
    # the columns are those of _ROLES
    Permission.CHOOSE_PROFILE: (_A, _O, _O, _N, _N, _T, _T),
    Permission.PLAN_PRESENCE: (_A, _O, _O, _N, _N, _T, _T),
    Permission.CHANGE_REDIRECT: (_A, _O, _O, _N, _N, _T, _T),
    # A person may always end the redirect of their own calls.
    Permission.END_REDIRECT: (_A, _A, _O, _N, _N, _T, _T),
    Permission.CHANGE_FOLLOW_ME: (_A, _O, _O, _N, _N, _T, _T),
    # A call goes out in the person's name, so nobody else places it.
    Permission.CALL: (_N, _O, _N, _N, _N, _T, _N),
    Permission.SET_AGENT_STATUS: (_A, _O, _O, _N, _N, _T, _T),
    Permission.EDIT_PROFILES: (_A, _O, _N, _N, _N, _T, _N),
    Permission.CONNECT_CALENDARS: (_A, _O, _N, _N, _N, _N, _N),
    Permission.CONNECT_MICROSOFT: (_A, _O, _N, _N, _N, _N, _N),
    Permission.CONNECT_PHONE: (_A, _A, _N, _N, _N, _N, _N),
    Permission.SHARE: (_A, _O, _N, _N, _N, _N, _N),
    Permission.SEE_PRESENCE: (_A, _A, _A, _A, _A, _A, _A),
    Permission.SEE_DETAILS: (_A, _A, _A, _A, _N, _T, _T),
    Permission.SEE_INFO_TEXT: (_E, _A, _D, _D, _E, _E, _E),
    # Administering telephones does not include reading calendars.
    Permission.SEE_SUBJECTS: (_E, _A, _E, _D, _E, _E, _E),
    # Nobody records another person's days, and no role includes reading them.
    Permission.KEEP_HISTORY: (_N, _A, _N, _N, _N, _N, _N),
    Permission.SEE_HISTORY: (_E, _A, _D, _D, _E, _N, _N),
}
TABLE: Final[Mapping[tuple[Role, Permission], Rule]] = {
    (role, permission): rule
    for permission, row in _ROWS.items()
    for role, rule in zip(_ROLES, row, strict=True)
}


def may(
    actor: Actor, permission: Permission, policy: Policy, tier: Tier = Tier.OWNER
) -> bool:
    """Return whether an actor has a permission towards the person of its roles."""
    return refusal(actor, permission, policy, tier) is None


def refusal(
    actor: Actor, permission: Permission, policy: Policy, tier: Tier = Tier.OWNER
) -> Reason | None:
    """Return why an actor is refused, the easiest to change first; ``None``: allowed."""
    if not (actor.reads if permission in SEEING else actor.controls):
        return Reason.HOME_ASSISTANT
    reasons = {_refusal(role, permission, policy, tier) for role in actor.roles}
    if None in reasons:
        return None
    for reason in (Reason.OFFICE, Reason.TRUST):
        if reason in reasons:
            return reason
    return Reason.ROLE


UNLIMITED: Final = frozenset({Role.ADMIN, Role.AUTOMATION})
"""Roles whose redirects may lead anywhere: administrators and automations."""


def allowed_destinations(actor: Actor, policy: Policy) -> frozenset[NumberKind]:
    """Return where an actor who may redirect calls may redirect them to."""
    return EVERYWHERE if actor.roles & UNLIMITED else policy.allowed_destinations


def _refusal(
    role: Role, permission: Permission, policy: Policy, tier: Tier
) -> Reason | None:
    match TABLE[role, permission]:
        case Rule.ALWAYS:
            return None
        case Rule.OFFICE:
            needed = ALLOWED_WITH.get(permission, permission)
            return None if needed in policy.allowed else Reason.OFFICE
        case Rule.TRUST:
            trust = policy.satellites if role is Role.SATELLITE else policy.automations
            return None if trust is Trust.ALLOWED else Reason.TRUST
        case Rule.DELEGATES | Rule.TEAM as rule:
            if permission in LIMITED and permission not in policy.allowed:
                return Reason.OFFICE
            shown = {Tier.TEAM}
            if rule is Rule.DELEGATES:
                shown.add(Tier.DELEGATE)
            return None if tier in shown else Reason.ROLE
        case Rule.NEVER:
            return Reason.ROLE
