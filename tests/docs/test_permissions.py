"""docs/permissions.md says what the policy says."""

from pathlib import Path
from typing import Final

from custom_components.xpresence.presence.permission.policy import (
    LIMITED,
    TABLE,
    Act,
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
    Act.CHOOSE_PROFILE: "choose a profile, automatic on and off, info text",
    Act.PLAN_PRESENCE: "plan presence",
    Act.CHANGE_REDIRECT: "change redirects",
    Act.CHANGE_FOLLOW_ME: "change follow-me",
    Act.SET_AGENT_STATUS: "change the TeamDesk status",
    Act.EDIT_PROFILES: "make and change own profiles",
    Act.CONNECT_CALENDARS: "connect calendars",
    Act.CONNECT_MICROSOFT: "connect Microsoft 365",
    Act.SHARE: "narrow delegates and visibility",
    Act.SEE_PRESENCE: "see profile and status, and whether calls are redirected",
    Act.SEE_DETAILS: "see why, the timeline, the appointments, outside numbers",
    Act.SEE_INFO_TEXT: "see the info text",
    Act.SEE_SUBJECTS: "see subjects",
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
        f"| {said} | {' | '.join(RULES[TABLE[role, act]] for role in ROLES)} |"
        for act, said in ACTS.items()
    ]


def test_the_table_is_the_policys() -> None:
    assert set(ACTS) == set(Act)
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
        Act.CHOOSE_PROFILE: "choose a profile",
        Act.SEE_SUBJECTS: "see subjects of others",
    }
    for act in LIMITED:
        assert words.get(act, ACTS[act]) in line, act
