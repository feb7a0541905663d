"""The office's value or the own one, through bans and their end."""

from hypothesis import given, strategies as st

from custom_components.xpresence.presence.permission import Own, holding, reissued


def test_the_offices_value_arrives_where_nobody_chose() -> None:
    assert holding("office", None, 0) == "office"


def test_an_own_value_wins_only_while_it_is_allowed() -> None:
    own = Own("mine", 0)
    assert holding("office", own, 0) == "mine"
    assert holding("office", own, None) == "office"


def test_after_a_ban_was_lifted_the_offices_value_holds_until_chosen_anew() -> None:
    own = Own("mine", 0)
    numbers = reissued({}, {"info_text"}, set())
    numbers = reissued(numbers, set(), {"info_text"})
    assert holding("office", own, numbers["info_text"]) == "office"
    anew = Own("mine", numbers["info_text"])
    assert holding("office", anew, numbers["info_text"]) == "mine"


def test_what_stays_allowed_keeps_its_number() -> None:
    assert reissued({"a": 3}, {"a", "b"}, {"a"}) == {"a": 3, "b": 1}
    assert reissued({"a": 3}, {"a"}, {"a", "b"}) == {"a": 3}


@given(st.lists(st.sampled_from(["allow", "forbid", "choose", "office"]), max_size=30))
def test_nothing_silently_comes_back(history: list[str]) -> None:
    """After any history: the own value holds if it was chosen since the last ban."""
    allowed, numbers = {"it"}, {"it": 0}
    own: Own[str] | None = None
    office, chosen_since_ban = "office 0", None
    for at, step in enumerate(history):
        match step:
            case "allow":
                numbers, allowed = reissued(numbers, allowed, {"it"}), {"it"}
            case "forbid":
                numbers, allowed = reissued(numbers, allowed, set()), set()
                chosen_since_ban = None
            case "choose" if allowed:
                own = Own(f"own {at}", numbers["it"])
                chosen_since_ban = own.value
            case "office":
                office = f"office {at}"
        permission = numbers["it"] if allowed else None
        assert holding(office, own, permission) == (chosen_since_ban or office)
