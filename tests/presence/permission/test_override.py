"""The office's value, or the one that a person chose under a permission."""

import pytest

from custom_components.xpresence.presence.permission.override import (
    UserOverride,
    effective_value,
)


@pytest.mark.parametrize(
    ("override", "granted", "value"),
    [
        (None, {"it"}, "office"),
        (UserOverride("mine", frozenset({"it"})), {"it"}, "mine"),
        (UserOverride("mine", frozenset({"it"})), set(), "office"),
        (UserOverride("mine", frozenset({"it", "far"})), {"it", "far", "x"}, "mine"),
        (UserOverride("mine", frozenset({"it", "far"})), {"it"}, "office"),
        # What an administrator chose for somebody needs no permission.
        (UserOverride("mine"), set(), "mine"),
    ],
)
def test_an_override_counts_while_all_its_permissions_are_granted(
    override: UserOverride[str] | None, granted: set[str], value: str
) -> None:
    assert effective_value("office", override, granted) == value
