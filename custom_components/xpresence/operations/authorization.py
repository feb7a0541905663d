"""The permission check that every entry point makes before it acts.

Who asks is found here: a Home Assistant user and the person it belongs to, a voice
satellite, or nobody. What they may do stands in :mod:`presence.policy`.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from homeassistant.auth.models import User
from homeassistant.auth.permissions.const import POLICY_CONTROL, POLICY_READ
from homeassistant.core import Context, callback
from homeassistant.exceptions import (
    HomeAssistantError,
    ServiceValidationError,
    Unauthorized,
)

from ..const import DOMAIN
from ..coordinator import OfficeCoordinator
from ..engine.attribution import BY_VOICE, Origin
from ..presence.permission.delegates import Sharing
from ..presence.permission.policy import (
    GRADES,
    Actor,
    Permission,
    Policy,
    Reason,
    Role,
    Tier,
    Trust,
    allowed_destinations,
    refusal,
)
from ..presence.redirect.numbers import NumberKind
from ..presence.texts import Texts
from ..presence.texts.logbook import Author
from .assist import satellite_that_called

ATTR_USER_ID: Final = "user_id"
"""The attribute of a person entity that names its user."""


@dataclass(frozen=True, slots=True)
class PersonLimits:
    """What permissions on one person depend on, beside who asks.

    Read once, it answers for any number of users and permissions. ``entity_id``: the
    entity for which Home Assistant's own permissions are asked.
    """

    policy: Policy
    sharing: Sharing
    history_tier: Tier
    home: str | None
    entity_id: str | None

    @classmethod
    def of(cls, coordinator: OfficeCoordinator, person_id: str) -> PersonLimits:
        """Read what holds for a person now."""
        access = coordinator.office.access
        return cls(
            access.policy,
            access.of(person_id),
            coordinator.people.history.tier(person_id),
            coordinator.person_entity_id(person_id),
            coordinator.entity_of(person_id),
        )

    def roles(self, home: str | None) -> frozenset[Role]:
        """Return the roles that a person entity has for the person."""
        if home is None:
            return frozenset({Role.COLLEAGUE})
        roles = {Role.COLLEAGUE} | {GRADES[one] for one in self.sharing.grades(home)}
        if self.home == home:
            roles.add(Role.OWNER)
        return frozenset(roles)

    def actor(self, user: User, home: str | None) -> Actor:
        """Return what a user, with their person entity, is to the person."""
        roles = self.roles(home)
        if user.is_admin:
            roles |= {Role.ADMIN}
        return Actor(
            roles,
            reads=_permitted(user, self.entity_id, POLICY_READ),
            controls=_permitted(user, self.entity_id, POLICY_CONTROL),
        )

    def permissions(
        self, user: User, home: str | None, among: Iterable[Permission]
    ) -> frozenset[Permission]:
        """Return which of these permissions a user has on the person."""
        actor = self.actor(user, home)
        return frozenset(one for one in among if self.refusal(actor, one) is None)

    def refusal(self, actor: Actor, permission: Permission) -> Reason | None:
        """Return why an actor may not do this to the person; ``None``: they may."""
        tier = self.sharing.tier(permission)
        if permission is Permission.SEE_HISTORY:
            tier = self.history_tier
        return refusal(actor, permission, self.policy, tier)


def _permitted(user: User, entity_id: str | None, key: str) -> bool:
    """Return whether Home Assistant's own permissions give a user access to an entity."""
    if user.is_admin:
        return True
    if not user.is_active:
        return False
    if entity_id is None:
        return user.permissions.access_all_entities(key)
    return user.permissions.check_entity(entity_id, key)


class NotAllowed(ServiceValidationError, Unauthorized):
    """Somebody may not do this; nothing was changed. The words say who can help."""

    def __init__(
        self, permission: Permission, reason: Reason, context: Context | None
    ) -> None:
        """Choose the words; they name nobody, for errors are logged."""
        Unauthorized.__init__(self, context=context, permission=permission.value)
        key = {
            Reason.HOME_ASSISTANT: "not_allowed_home_assistant",
            Reason.TRUST: "not_allowed_without_user",
        }.get(reason, f"not_allowed_{reason.value}_{permission.value}")
        HomeAssistantError.__init__(
            self, translation_domain=DOMAIN, translation_key=key
        )


async def async_authorize(
    coordinator: OfficeCoordinator,
    person_id: str,
    permission: Permission,
    context: Context | None,
    *,
    satellite: str | None = None,
) -> None:
    """Return if the caller may do this to the person.

    ``satellite`` is the device that heard a voice command, if one did.

    Raises:
        NotAllowed: they may not; nothing was changed.
    """
    actor = await async_actor(coordinator, person_id, context, satellite=satellite)
    if (
        reason := reason_against(coordinator, person_id, permission, actor)
    ) is not None:
        raise NotAllowed(permission, reason, context)


async def async_authorize_destinations(
    coordinator: OfficeCoordinator,
    person_id: str,
    kinds: Iterable[NumberKind],
    context: Context | None,
    *,
    satellite: str | None = None,
) -> None:
    """Return if the caller may redirect the person's calls to these kinds of destinations.

    Raises:
        ServiceValidationError: they may not; nothing was changed.
    """
    actor = await async_actor(coordinator, person_id, context, satellite=satellite)
    allowed = allowed_destinations(actor, coordinator.office.access.policy)
    for kind in sorted(kinds):
        if kind not in allowed:
            raise ServiceValidationError(
                translation_domain=DOMAIN, translation_key=f"out_of_reach_{kind.value}"
            )


async def async_actor(
    coordinator: OfficeCoordinator,
    person_id: str,
    context: Context | None,
    *,
    satellite: str | None = None,
) -> Actor:
    """Return who calls, and what they are to the person."""
    if context is not None and context.user_id is not None:
        user = await coordinator.hass.auth.async_get_user(context.user_id)
        if user is None:
            return Actor(frozenset(), reads=False, controls=False)
        return actor_of_user(coordinator, person_id, user)
    if satellite is None:
        satellite = satellite_that_called(coordinator.hass, context)
    if satellite is not None:
        return actor_of_satellite(coordinator, person_id, satellite)
    return Actor(frozenset({Role.AUTOMATION}))


async def async_origin(
    coordinator: OfficeCoordinator,
    person_id: str,
    context: Context | None,
    *,
    satellite: str | None = None,
) -> Origin:
    """Return who calls; whether they may was asked before.

    ``satellite`` is the device that heard a voice command, if one did.
    """
    if context is None:
        context = Context()
    if context.user_id is None:
        if satellite is None:
            satellite = satellite_that_called(coordinator.hass, context)
        if satellite is None:
            return Origin(context, Author.AUTOMATION)
        by = owner_of_satellite(coordinator, satellite) or BY_VOICE
        return Origin(context, Author.VOICE, by=by)
    user = await coordinator.hass.auth.async_get_user(context.user_id)
    home = person_entity_of_user(coordinator, context.user_id)
    roles = roles_of_person_entity(coordinator, person_id, home)
    if Role.OWNER in roles:
        author = Author.PERSON
    elif Role.ACTING_DELEGATE in roles:
        author = Author.DELEGATE
    else:
        author = Author.ADMINISTRATOR
    state = coordinator.hass.states.get(home) if home else None
    name = state.name if state else user.name if user else None
    return Origin(context, author, name, context.user_id)


@callback
def user_may(
    coordinator: OfficeCoordinator, person_id: str, permission: Permission, user: User
) -> bool:
    """Return whether a user has a permission on the person; for data sent to a page."""
    home = person_entity_of_user(coordinator, user.id)
    limits = PersonLimits.of(coordinator, person_id)
    return permission in limits.permissions(user, home, (permission,))


@callback
def info_text_for_all(coordinator: OfficeCoordinator, person_id: str) -> str | None:
    """Return the info text where everybody may read it; ``None`` where not."""
    if not everybody_may(coordinator, person_id, Permission.SEE_INFO_TEXT):
        return None
    return coordinator.people[person_id].decision.info_text


@callback
def reason_against(
    coordinator: OfficeCoordinator, person_id: str, permission: Permission, actor: Actor
) -> Reason | None:
    """Say why an actor may not do this to the person; ``None``: they may."""
    return PersonLimits.of(coordinator, person_id).refusal(actor, permission)


@callback
async def async_may(
    coordinator: OfficeCoordinator,
    person_id: str,
    permission: Permission,
    context: Context | None,
) -> bool:
    """Return whether a caller has a permission on a person."""
    actor = await async_actor(coordinator, person_id, context)
    return reason_against(coordinator, person_id, permission, actor) is None


def everybody_may(
    coordinator: OfficeCoordinator, person_id: str, permission: Permission
) -> bool:
    """Tell whether any colleague may do this; for what is shown without a reader."""
    colleague = Actor(frozenset({Role.COLLEAGUE}))
    return reason_against(coordinator, person_id, permission, colleague) is None


@callback
def actor_of_user(coordinator: OfficeCoordinator, person_id: str, user: User) -> Actor:
    """Return what a Home Assistant user is to the person."""
    home = person_entity_of_user(coordinator, user.id)
    return PersonLimits.of(coordinator, person_id).actor(user, home)


@callback
def actor_of_satellite(
    coordinator: OfficeCoordinator, person_id: str, satellite: str
) -> Actor:
    """Return the actor, with its roles for the person, of a voice satellite."""
    if (owner := owner_of_satellite(coordinator, satellite)) is None:
        return Actor(frozenset({Role.SATELLITE}))
    if owner == person_id:
        return Actor(frozenset({Role.OWNER}))
    home = coordinator.person_entity_id(owner)
    return Actor(roles_of_person_entity(coordinator, person_id, home))


@callback
def owner_of_satellite(coordinator: OfficeCoordinator, satellite: str) -> str | None:
    """Return for which person a satellite speaks; ``None``: it is nobody's."""
    office, access = coordinator.office.people, coordinator.office.access
    owners = [owner for owner in office if satellite in access.of(owner).satellites]
    if not owners and len(office) == 1:
        # With a single person, every unassigned satellite is theirs.
        owners = list(office)
    as_person = access.policy.satellites is Trust.AS_PERSON
    return owners[0] if as_person and len(owners) == 1 else None


@callback
def roles_of_person_entity(
    coordinator: OfficeCoordinator, person_id: str, home: str | None
) -> frozenset[Role]:
    """Return the roles that a person entity has for a person of the office."""
    return PersonLimits.of(coordinator, person_id).roles(home)


@callback
def person_entity_of_user(coordinator: OfficeCoordinator, user_id: str) -> str | None:
    """Return the person entity of a user; ``None`` without one."""
    for state in coordinator.hass.states.async_all("person"):
        if state.attributes.get(ATTR_USER_ID) == user_id:
            return state.entity_id
    return None


@callback
def chooser_name(coordinator: OfficeCoordinator, person_id: str, texts: Texts) -> str:
    """Return who or what chose what holds; empty if that was the person."""
    choice = coordinator.people[person_id].facts.choice
    if choice is None:
        return ""
    if choice.by in (None, BY_VOICE):
        return texts["decision"]["voice" if choice.by else "automation"]
    if choice.by == person_id:
        return ""
    if (speaker := coordinator.office.people.get(choice.by)) is not None:
        return speaker.name
    home = person_entity_of_user(coordinator, choice.by)
    if home is None:
        return texts["decision"]["administrator"]
    if home == coordinator.person_entity_id(person_id):
        return ""
    state = coordinator.hass.states.get(home)
    return state.name if state else ""
