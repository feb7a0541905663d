"""Who may do what: the table, said once more in words."""

from itertools import product

import pytest

from custom_components.xpresence.presence.permission.policy import (
    LIMITED,
    SEEING,
    TABLE,
    Actor,
    Permission,
    Policy,
    Reason,
    Role,
    Tier,
    Trust,
    allowed_destinations,
    may,
    refusal,
)
from custom_components.xpresence.presence.redirect.numbers import NumberKind

OPEN = Policy()
CLOSED = Policy(
    allowed=frozenset(), allowed_destinations=frozenset({NumberKind.INTERNAL})
)
DAILY = [
    Permission.CHOOSE_PROFILE,
    Permission.PLAN_PRESENCE,
    Permission.CHANGE_REDIRECT,
    Permission.END_REDIRECT,
    Permission.CHANGE_FOLLOW_ME,
    Permission.SET_AGENT_STATUS,
]
OWN = [
    Permission.EDIT_PROFILES,
    Permission.CONNECT_CALENDARS,
    Permission.CONNECT_MICROSOFT,
    Permission.SHARE,
]


def somebody(*roles: Role, **more: bool) -> Actor:
    return Actor(frozenset(roles), **more)


def test_the_table_leaves_nothing_open() -> None:
    assert set(TABLE) == set(product(Role, Permission))


@pytest.mark.parametrize(
    "permission", [one for one in (*DAILY, *OWN) if one in LIMITED]
)
def test_a_person_may_do_everything_to_themselves_that_the_office_allows(
    permission: Permission,
) -> None:
    assert may(somebody(Role.OWNER), permission, OPEN)
    assert refusal(somebody(Role.OWNER), permission, CLOSED) is Reason.OFFICE
    assert may(somebody(Role.ADMIN), permission, CLOSED)


@pytest.mark.parametrize("permission", [*DAILY, *OWN])
def test_a_colleague_may_touch_nothing(permission: Permission) -> None:
    assert refusal(somebody(Role.COLLEAGUE), permission, OPEN) is Reason.ROLE
    assert not may(somebody(Role.READING_DELEGATE), permission, OPEN)


def test_a_delegate_sets_profile_and_redirect_and_no_more() -> None:
    delegate = somebody(Role.COLLEAGUE, Role.ACTING_DELEGATE)
    assert [
        permission for permission in Permission if may(delegate, permission, OPEN)
    ] == [
        *DAILY,
        Permission.SEE_PRESENCE,
        Permission.SEE_DETAILS,
    ]


def test_everybody_sees_presence_and_few_see_more() -> None:
    assert all(may(somebody(role), Permission.SEE_PRESENCE, CLOSED) for role in Role)
    assert not may(somebody(Role.COLLEAGUE), Permission.SEE_DETAILS, OPEN)


@pytest.mark.parametrize(
    ("tier", "readers"),
    [
        (Tier.OWNER, {Role.OWNER}),
        (Tier.DELEGATE, {Role.OWNER, Role.READING_DELEGATE}),
        (Tier.TEAM, set(Role)),
    ],
)
def test_subjects_are_seen_as_far_as_the_person_shows_them(
    tier: Tier, readers: set[Role]
) -> None:
    seen = {
        role
        for role in Role
        if may(somebody(role), Permission.SEE_SUBJECTS, OPEN, tier)
    }
    assert seen == readers


@pytest.mark.parametrize(
    ("tier", "readers"),
    [
        (Tier.OWNER, {Role.OWNER}),
        (
            Tier.DELEGATE,
            {Role.OWNER, Role.ACTING_DELEGATE, Role.READING_DELEGATE},
        ),
        (Tier.TEAM, set(Role)),
    ],
)
@pytest.mark.parametrize("policy", [OPEN, CLOSED])
def test_an_info_text_is_seen_as_far_as_the_person_shows_it(
    tier: Tier, readers: set[Role], policy: Policy
) -> None:
    permission = Permission.SEE_INFO_TEXT
    assert {
        role for role in Role if may(somebody(role), permission, policy, tier)
    } == readers


def test_the_office_may_keep_subjects_from_all_but_their_owner() -> None:
    for tier, role in product(Tier, Role):
        seen = may(somebody(role), Permission.SEE_SUBJECTS, CLOSED, tier)
        assert seen is (role is Role.OWNER)


def test_an_administrator_reads_nobodys_calendar() -> None:
    admin = somebody(Role.ADMIN, Role.COLLEAGUE)
    assert not may(admin, Permission.SEE_SUBJECTS, OPEN, Tier.DELEGATE)


@pytest.mark.parametrize("trust", Trust)
@pytest.mark.parametrize("permission", DAILY)
def test_calls_without_a_user_are_trusted_as_the_office_says(
    trust: Trust, permission: Permission
) -> None:
    policy = Policy(automations=trust, satellites=trust)
    trusted = trust is Trust.ALLOWED
    for role in (Role.AUTOMATION, Role.SATELLITE):
        assert may(somebody(role), permission, policy) is trusted
        if not trusted:
            assert refusal(somebody(role), permission, policy) is Reason.TRUST


@pytest.mark.parametrize("permission", DAILY)
@pytest.mark.parametrize("trusted", [Role.AUTOMATION, Role.SATELLITE])
def test_automations_and_satellites_are_trusted_apart(
    trusted: Role, permission: Permission
) -> None:
    (other,) = {Role.AUTOMATION, Role.SATELLITE} - {trusted}
    distrust = next(trust for trust in Trust if trust is not Trust.ALLOWED)
    trust = {trusted: Trust.ALLOWED, other: distrust}
    policy = Policy(
        automations=trust[Role.AUTOMATION], satellites=trust[Role.SATELLITE]
    )
    assert may(somebody(trusted), permission, policy)
    assert refusal(somebody(other), permission, policy) is Reason.TRUST


@pytest.mark.parametrize(("role", "permission"), list(product(Role, Permission)))
def test_what_home_assistant_keeps_from_a_user_no_role_gives_back(
    role: Role, permission: Permission
) -> None:
    blind = somebody(role, reads=False, controls=False)
    assert refusal(blind, permission, OPEN, Tier.TEAM) is Reason.HOME_ASSISTANT
    reader = somebody(role, controls=False)
    assert may(reader, permission, OPEN) is (
        permission in SEEING and may(somebody(role), permission, OPEN)
    )


@pytest.mark.parametrize("permission", Permission)
def test_the_widest_role_counts_and_a_wider_policy_takes_nothing(
    permission: Permission,
) -> None:
    for one, other in product(Role, Role):
        both = may(somebody(one, other), permission, OPEN)
        assert both is (
            may(somebody(one), permission, OPEN)
            or may(somebody(other), permission, OPEN)
        )
    for role in Role:
        if may(somebody(role), permission, CLOSED):
            assert may(somebody(role), permission, OPEN)


def test_nobody_without_a_role_may_do_anything() -> None:
    assert not any(
        may(somebody(), permission, OPEN, Tier.TEAM) for permission in Permission
    )


def test_ordinary_users_redirect_as_far_as_the_office_lets_them() -> None:
    assert allowed_destinations(somebody(Role.OWNER), CLOSED) == {NumberKind.INTERNAL}
    assert allowed_destinations(somebody(Role.OWNER, Role.ADMIN), CLOSED) == set(
        NumberKind
    )
    assert allowed_destinations(somebody(Role.AUTOMATION), CLOSED) == set(NumberKind)


def test_an_office_may_keep_all_but_seeing_presence_and_ending_ones_own_redirect() -> (
    None
):
    seeing = SEEING - {Permission.SEE_SUBJECTS}
    own = {
        Permission.CONNECT_PHONE,
        Permission.END_REDIRECT,
        Permission.KEEP_HISTORY,
    }
    assert set(Permission) - LIMITED == seeing | own


@pytest.mark.parametrize(
    ("tier", "readers"),
    [
        (Tier.OWNER, {Role.OWNER}),
        (Tier.DELEGATE, {Role.OWNER, Role.ACTING_DELEGATE, Role.READING_DELEGATE}),
        (Tier.TEAM, set(Role) - {Role.AUTOMATION, Role.SATELLITE}),
    ],
)
@pytest.mark.parametrize("policy", [OPEN, CLOSED])
def test_a_history_is_the_persons_alone_unless_they_share_it(
    tier: Tier, readers: set[Role], policy: Policy
) -> None:
    permission = Permission.SEE_HISTORY
    assert {
        role for role in Role if may(somebody(role), permission, policy, tier)
    } == readers
    keepers = {
        role
        for role in Role
        if may(somebody(role), Permission.KEEP_HISTORY, policy, tier)
    }
    assert keepers == {Role.OWNER}
