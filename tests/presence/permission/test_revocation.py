"""The office's value or the own one, through bans and their end."""

from hypothesis import given, strategies as st

from custom_components.xpresence.presence.permission.revocation import (
    UserOverride,
    holding,
    permissions,
    reissued,
)


def test_the_offices_value_arrives_where_nobody_chose() -> None:
    assert holding("office", None, {"it": 0}) == "office"


def test_an_own_value_wins_only_while_it_is_allowed() -> None:
    own = UserOverride("mine", {"it": 0})
    assert holding("office", own, {"it": 0}) == "mine"
    assert holding("office", own, {}) == "office"


def test_all_that_it_rests_on_must_be_given() -> None:
    own = UserOverride("mine", {"it": 0, "far": 0})
    assert holding("office", own, {"it": 0, "far": 0, "more": 3}) == "mine"
    assert holding("office", own, {"it": 0}) == "office"
    assert holding("office", own, {"it": 0, "far": 1}) == "office"


def test_what_an_administrator_chose_for_somebody_rests_on_nothing() -> None:
    assert holding("office", UserOverride("mine", {}), {}) == "mine"


def test_after_a_ban_was_lifted_the_offices_value_holds_until_chosen_anew() -> None:
    own = UserOverride("mine", {"it": 0})
    numbers = reissued({}, {"it"}, set())
    numbers = reissued(numbers, set(), {"it"})
    now = permissions(numbers, {"it"})
    assert holding("office", own, now) == "office"
    assert holding("office", UserOverride("mine", now), now) == "mine"


def test_what_stays_allowed_keeps_its_number() -> None:
    assert reissued({"a": 3}, {"a", "b"}, {"a"}) == {"a": 3, "b": 1}
    assert reissued({"a": 3}, {"a"}, {"a", "b"}) == {"a": 3}


@given(st.lists(st.sampled_from(["allow", "forbid", "choose", "office"]), max_size=30))
def test_nothing_silently_comes_back(history: list[str]) -> None:
    """After any history the own value holds if it was chosen since the last ban."""
    allowed, numbers = {"it"}, {"it": 0}
    own: UserOverride[str] | None = None
    office, chosen_since_ban = "office 0", None
    for at, step in enumerate(history):
        match step:
            case "allow":
                numbers, allowed = reissued(numbers, allowed, {"it"}), {"it"}
            case "forbid":
                numbers, allowed = reissued(numbers, allowed, set()), set()
                chosen_since_ban = None
            case "choose" if allowed:
                own = UserOverride(f"own {at}", permissions(numbers, allowed))
                chosen_since_ban = own.value
            case "office":
                office = f"office {at}"
        now = permissions(numbers, allowed)
        assert holding(office, own, now) == (chosen_since_ban or office)


def test_a_permission_that_was_never_taken_has_the_number_nought() -> None:
    assert permissions({"taken": 2}, {"taken", "new"}) == {"new": 0, "taken": 2}
    assert permissions({"taken": 2}, {"new"}) == {"new": 0}
