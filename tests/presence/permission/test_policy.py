"""Who may do what: the table, said once more in words."""

from itertools import product

import pytest

from custom_components.xpresence.presence.permission.policy import (
    LIMITED,
    SEEING,
    TABLE,
    Act,
    Actor,
    Policy,
    Reason,
    Role,
    Tier,
    Trust,
    may,
    reach,
    refusal,
)
from custom_components.xpresence.presence.redirect.numbers import NumberKind

OPEN = Policy()
CLOSED = Policy(allowed=frozenset(), reach=frozenset({NumberKind.INTERNAL}))
DAILY = [
    Act.CHOOSE_PROFILE,
    Act.PLAN_PRESENCE,
    Act.CHANGE_REDIRECT,
    Act.CHANGE_FOLLOW_ME,
    Act.SET_AGENT_STATUS,
]
OWN = [
    Act.EDIT_PROFILES,
    Act.CONNECT_CALENDARS,
    Act.CONNECT_MICROSOFT,
    Act.SHARE,
]


def somebody(*roles: Role, **more: bool) -> Actor:
    return Actor(frozenset(roles), **more)


def test_the_table_leaves_nothing_open() -> None:
    assert set(TABLE) == set(product(Role, Act))


@pytest.mark.parametrize("act", [*DAILY, *OWN])
def test_a_person_may_do_everything_to_themselves_that_the_office_allows(
    act: Act,
) -> None:
    assert may(somebody(Role.OWNER), act, OPEN)
    assert refusal(somebody(Role.OWNER), act, CLOSED) is Reason.OFFICE
    assert may(somebody(Role.ADMIN), act, CLOSED)


@pytest.mark.parametrize("act", [*DAILY, *OWN])
def test_a_colleague_may_touch_nothing(act: Act) -> None:
    assert refusal(somebody(Role.COLLEAGUE), act, OPEN) is Reason.ROLE
    assert not may(somebody(Role.READING_DELEGATE), act, OPEN)


def test_a_delegate_sets_profile_and_redirect_and_no_more() -> None:
    delegate = somebody(Role.COLLEAGUE, Role.ACTING_DELEGATE)
    assert [act for act in Act if may(delegate, act, OPEN)] == [
        *DAILY,
        Act.SEE_PRESENCE,
        Act.SEE_DETAILS,
    ]


def test_everybody_sees_presence_and_few_see_more() -> None:
    assert all(may(somebody(role), Act.SEE_PRESENCE, CLOSED) for role in Role)
    assert not may(somebody(Role.COLLEAGUE), Act.SEE_DETAILS, OPEN)


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
    seen = {role for role in Role if may(somebody(role), Act.SEE_SUBJECTS, OPEN, tier)}
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
    act = Act.SEE_INFO_TEXT
    assert {role for role in Role if may(somebody(role), act, policy, tier)} == readers


def test_the_office_may_keep_subjects_from_all_but_their_owner() -> None:
    for tier, role in product(Tier, Role):
        seen = may(somebody(role), Act.SEE_SUBJECTS, CLOSED, tier)
        assert seen is (role is Role.OWNER)


def test_an_administrator_reads_nobodys_calendar() -> None:
    admin = somebody(Role.ADMIN, Role.COLLEAGUE)
    assert not may(admin, Act.SEE_SUBJECTS, OPEN, Tier.DELEGATE)


@pytest.mark.parametrize("trust", Trust)
@pytest.mark.parametrize("act", DAILY)
def test_calls_without_a_user_are_trusted_as_the_office_says(
    trust: Trust, act: Act
) -> None:
    policy = Policy(automations=trust, satellites=trust)
    trusted = trust is Trust.ALLOWED
    for role in (Role.AUTOMATION, Role.SATELLITE):
        assert may(somebody(role), act, policy) is trusted
        if not trusted:
            assert refusal(somebody(role), act, policy) is Reason.TRUST


@pytest.mark.parametrize("act", DAILY)
@pytest.mark.parametrize("trusted", [Role.AUTOMATION, Role.SATELLITE])
def test_automations_and_satellites_are_trusted_apart(trusted: Role, act: Act) -> None:
    (other,) = {Role.AUTOMATION, Role.SATELLITE} - {trusted}
    distrust = next(trust for trust in Trust if trust is not Trust.ALLOWED)
    trust = {trusted: Trust.ALLOWED, other: distrust}
    policy = Policy(
        automations=trust[Role.AUTOMATION], satellites=trust[Role.SATELLITE]
    )
    assert may(somebody(trusted), act, policy)
    assert refusal(somebody(other), act, policy) is Reason.TRUST


@pytest.mark.parametrize(("role", "act"), list(product(Role, Act)))
def test_what_home_assistant_keeps_from_a_user_no_role_gives_back(
    role: Role, act: Act
) -> None:
    blind = somebody(role, reads=False, controls=False)
    assert refusal(blind, act, OPEN, Tier.TEAM) is Reason.HOME_ASSISTANT
    reader = somebody(role, controls=False)
    assert may(reader, act, OPEN) is (act in SEEING and may(somebody(role), act, OPEN))


@pytest.mark.parametrize("act", Act)
def test_the_widest_role_counts_and_a_wider_policy_takes_nothing(act: Act) -> None:
    for one, other in product(Role, Role):
        both = may(somebody(one, other), act, OPEN)
        assert both is (
            may(somebody(one), act, OPEN) or may(somebody(other), act, OPEN)
        )
    for role in Role:
        if may(somebody(role), act, CLOSED):
            assert may(somebody(role), act, OPEN)


def test_nobody_without_a_role_may_do_anything() -> None:
    assert not any(may(somebody(), act, OPEN, Tier.TEAM) for act in Act)


def test_ordinary_users_redirect_as_far_as_the_office_lets_them() -> None:
    assert reach(somebody(Role.OWNER), CLOSED) == {NumberKind.INTERNAL}
    assert reach(somebody(Role.OWNER, Role.ADMIN), CLOSED) == set(NumberKind)
    assert reach(somebody(Role.AUTOMATION), CLOSED) == set(NumberKind)


def test_what_an_office_may_keep_is_everything_but_seeing_presence() -> None:
    assert set(Act) - LIMITED == SEEING - {Act.SEE_SUBJECTS}
