"""docs/permissions.md says what the policy says."""

from pathlib import Path
from typing import Final

from custom_components.xpresence.presence.permission.policy import (
    LIMITED,
    TABLE,
    Permission,
    Role,
    Rule,
)

DOCUMENT: Final = (Path(__file__).parents[2] / "docs" / "permissions.md").read_text()
ROLES: Final = {
    Role.ADMIN: "administrator",
    Role.OWNER: "the person",
    Role.ACTING_DELEGATE: "acting delegate",
    Role.READING_DELEGATE: "reading delegate",
    Role.COLLEAGUE: "colleague",
    Role.AUTOMATION: "automation",
    Role.SATELLITE: "satellite",
}
RULES: Final = {
    Rule.ALWAYS: "yes",
    Rule.OFFICE: "if allowed",
    Rule.TRUST: "if trusted",
    Rule.DELEGATES: "if shown to delegates",
    Rule.TEAM: "if shown to everybody",
    Rule.NEVER: "no",
}


HEADER: Final = f"| | {' | '.join(ROLES.values())} |"


def rows() -> list[list[str]]:
    """Return the cells of the table's rows: what is done, then a cell for each role."""
    lines = DOCUMENT.partition(f"{HEADER}\n")[2].splitlines()[1:]
    end = next(i for i, line in enumerate(lines) if not line.startswith("|"))
    return [
        [cell.strip() for cell in line.strip("|").split("|")] for line in lines[:end]
    ]


def test_the_table_is_the_policys() -> None:
    # In the order of the permissions, so that each is there once, in its own words.
    assert set(ROLES) == set(Role)
    assert [cells for _, *cells in rows()] == [
        [RULES[TABLE[role, permission]] for role in ROLES] for permission in Permission
    ]
    assert len({words for words, *_ in rows()}) == len(Permission)


def test_everything_that_the_office_may_allow_is_named() -> None:
    (line,) = [
        x for x in DOCUMENT.splitlines() if x.startswith("| ordinary users may |")
    ]
    for permission, (words, *_) in zip(Permission, rows(), strict=True):
        if permission in LIMITED:
            assert words.split(", ")[0] in line, permission
