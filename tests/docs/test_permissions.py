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
ACTS: Final = {
    Permission.CHOOSE_PROFILE: "choose a profile, automatic on and off, info text",
    Permission.PLAN_PRESENCE: "plan presence",
    Permission.CHANGE_REDIRECT: "change redirects",
    Permission.END_REDIRECT: "end an own redirect or follow-me",
    Permission.CHANGE_FOLLOW_ME: "change follow-me",
    Permission.SET_AGENT_STATUS: "change the TeamDesk status",
    Permission.EDIT_PROFILES: "make and change own profiles",
    Permission.CONNECT_CALENDARS: "connect calendars",
    Permission.CONNECT_MICROSOFT: "connect Microsoft 365",
    Permission.SHARE: "narrow delegates and visibility",
    Permission.SEE_PRESENCE: "see profile and status, and whether calls are redirected",
    Permission.SEE_DETAILS: "see why, the timeline, the appointments, outside numbers",
    Permission.SEE_INFO_TEXT: "see the info text",
    Permission.SEE_SUBJECTS: "see subjects",
    Permission.KEEP_HISTORY: "keep a history, share it, delete it",
    Permission.SEE_HISTORY: "see the history",
}
RULES: Final = {
    Rule.ALWAYS: "yes",
    Rule.OFFICE: "if allowed",
    Rule.TRUST: "if trusted",
    Rule.DELEGATES: "if shown to delegates",
    Rule.TEAM: "if shown to everybody",
    Rule.NEVER: "no",
}


def rows() -> list[str]:
    return [
        f"| {said} | {' | '.join(RULES[TABLE[role, permission]] for role in ROLES)} |"
        for permission, said in ACTS.items()
    ]


def test_the_table_is_the_policys() -> None:
    assert set(ACTS) == set(Permission)
    assert set(ROLES) == set(Role)
    assert f"| | {' | '.join(ROLES.values())} |" in DOCUMENT
    table = [
        line
        for line in DOCUMENT.splitlines()
        if line.split(" | ")[0][2:] in (ACTS.values())
    ]
    assert table == rows()


def test_everything_that_the_office_may_allow_is_named() -> None:
    (line,) = [
        x for x in DOCUMENT.splitlines() if x.startswith("| ordinary users may |")
    ]
    words = {
        Permission.CHOOSE_PROFILE: "choose a profile",
        Permission.SEE_SUBJECTS: "see subjects of others",
    }
    for permission in LIMITED:
        assert words.get(permission, ACTS[permission]) in line, permission
