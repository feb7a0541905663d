"""The fields of a profile: one row each, from which everything else follows.

How a field is stored and validated, what a new profile has, how the settings page and
the actions ask for it, what the rules read, what an office may leave to its people,
which permission it takes, and what diagnostics tell of it. A new field is one more row
here, an attribute of :class:`~..presence.model.Profile`, and its texts.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final

from homeassistant.const import CONF_MODE
from homeassistant.helpers import config_validation as cv
from homeassistant.helpers.selector import BooleanSelector, Selector, TextSelector
from homeassistant.helpers.typing import VolDictType
import voluptuous as vol

from ..const import (
    CONF_AGENT,
    CONF_BUSY,
    CONF_DEPUTIES,
    CONF_DO_NOT_DISTURB,
    CONF_DURATION,
    CONF_ENABLED,
    CONF_ENDING,
    CONF_INFO_TEXT,
    CONF_KIND,
    CONF_NO_REPLY,
    CONF_REDIRECT,
    CONF_RING_SECONDS,
    CONF_STATUS,
    CONF_TEAMS,
    CONF_UNCONDITIONAL,
    CONF_VALUE,
)
from ..presence.line import AgentState, Status
from ..presence.model import (
    AS_STATUS,
    Ending,
    EndingKind,
    Profile,
    RedirectMode,
    RedirectRule,
    Target,
    TargetKind,
)
from ..presence.permission.policy import Permission
from ..presence.teams.mapping import TEAMS_PAIRS
from .selectors import whole_number, words

AGENT_UNCHANGED: Final = "unchanged"
CONDITIONS: Final = (CONF_UNCONDITIONAL, CONF_BUSY, CONF_NO_REPLY)
CONF_MINUTES: Final = "minutes"
"""The settings page asks for the duration in minutes; seconds are stored."""
LONGEST_DURATION: Final = 7 * 24 * 3600
"""Seconds that a profile's own ending may lie ahead."""
RING_SECONDS: Final = (5, 120)
TEAMS_WORDS: Final = (AS_STATUS, *TEAMS_PAIRS)
"""What a profile may show in Teams."""

TARGET: Final = vol.Schema(
    {
        vol.Required(CONF_KIND): vol.In([kind.value for kind in TargetKind]),
        vol.Optional(CONF_VALUE): str,
        vol.Optional(CONF_DEPUTIES): [str],
    }
)
REDIRECT: Final = vol.Schema(
    {
        vol.Required(CONF_MODE): vol.In([mode.value for mode in RedirectMode]),
        **{vol.Optional(condition): vol.Any(None, TARGET) for condition in CONDITIONS},
        vol.Optional(CONF_RING_SECONDS): vol.Any(
            None, vol.All(int, vol.Range(*RING_SECONDS))
        ),
        vol.Optional(CONF_DO_NOT_DISTURB): bool,
    }
)

type Stored = Mapping[str, Any]


def _period(said: Any) -> timedelta:
    try:
        found: timedelta = cv.positive_time_period(said)
    except (OverflowError, TypeError, ValueError) as error:
        raise vol.Invalid("expected a duration") from error
    return found


def later_redirect_fields(redirect: Stored) -> dict[str, Any]:
    """Return what of a stored redirect only a later version knows."""
    known = {str(field) for field in REDIRECT.schema}
    return {key: value for key, value in redirect.items() if key not in known}


@dataclass(frozen=True, slots=True, kw_only=True)
class ProfileField:
    """One field of a profile.

    ``stored`` validates the value as it is stored. ``default`` is what a new profile
    has; ``None``: nothing is stored. ``page``: how the page *presence* asks for it;
    ``page_key`` where it asks under another name. ``action`` validates what an action
    says, by the field's key; ``None``: actions say it in parts of their own.
    ``attribute`` of the model is read from the stored data by ``read``. ``adjusts``:
    the name under which an office may leave the field to its people. ``permission``:
    what one must be allowed to do by hand to have a profile do it, where ``acts`` says
    that it does. ``diagnose`` returns its part of the diagnostics: fixed words and
    amounts, no free text.
    """

    key: str
    stored: Any
    default: Any = None
    required: bool = False
    page: Selector[Any] | None = None
    page_key: str | None = None
    page_marker: Callable[..., vol.Marker] = vol.Required
    page_default: Any = vol.UNDEFINED
    action: Any = None
    attribute: str | None = None
    read: Callable[[Stored], Any] = lambda data: None
    adjusts: str | None = None
    permission: Permission | None = None
    acts: Callable[[Stored], bool] = lambda data: False
    diagnose: Callable[[Profile], Mapping[str, Any]] = lambda profile: {}


def _agent(data: Stored) -> AgentState | None:
    agent = data.get(CONF_AGENT)
    return AgentState(agent) if agent and agent in AgentState else None


def _ending(data: Stored) -> Ending:
    duration = data.get(CONF_DURATION)
    return Ending(
        EndingKind(data.get(CONF_ENDING, EndingKind.UNTIL_CHANGED)),
        timedelta(seconds=duration) if duration else None,
    )


def redirect_from(data: Stored) -> RedirectRule:
    """Read a redirect rule; nothing said is *unchanged*."""
    return RedirectRule(
        mode=RedirectMode(data.get(CONF_MODE, RedirectMode.UNCHANGED)),
        unconditional=_target(data.get(CONF_UNCONDITIONAL)),
        busy=_target(data.get(CONF_BUSY)),
        no_reply=_target(data.get(CONF_NO_REPLY)),
        ring_seconds=data.get(CONF_RING_SECONDS),
        do_not_disturb=data.get(CONF_DO_NOT_DISTURB, False),
    )


def _target(data: Stored | None) -> Target | None:
    if not data:
        return None
    return Target(
        TargetKind(data[CONF_KIND]),
        data.get(CONF_VALUE) or "",
        tuple(data.get(CONF_DEPUTIES, ())),
    )


def rule_diagnostics(rule: RedirectRule) -> dict[str, Any]:
    """Return a redirect rule by the kinds of its targets."""
    targets = {part: getattr(rule, part) for part in CONDITIONS}
    return {
        "mode": rule.mode.value,
        "targets": {part: t.kind.value for part, t in targets.items() if t},
        "ring_seconds": rule.ring_seconds,
        "do_not_disturb": rule.do_not_disturb,
    }


STATUSES: Final = vol.In([status.value for status in Status])
ENDINGS: Final = vol.In([ending.value for ending in EndingKind])
AGENTS: Final = vol.In([AGENT_UNCHANGED, *(agent.value for agent in AgentState)])

PROFILE_FIELDS: Final = (
    ProfileField(
        key=CONF_STATUS,
        stored=STATUSES,
        default=Status.AVAILABLE.value,
        required=True,
        page=words(Status, "status"),
        action=STATUSES,
        attribute="status",
        read=lambda data: Status(data[CONF_STATUS]),
        diagnose=lambda profile: {"status": profile.status.value},
    ),
    ProfileField(
        key=CONF_INFO_TEXT,
        stored=str,
        default="",
        page=TextSelector(),
        page_marker=vol.Optional,
        page_default="",
        action=cv.string,
        attribute="info_text",
        read=lambda data: data.get(CONF_INFO_TEXT, ""),
        adjusts=CONF_INFO_TEXT,
        diagnose=lambda profile: {"has_info_text": bool(profile.info_text)},
    ),
    ProfileField(
        key=CONF_ENDING,
        stored=ENDINGS,
        default=EndingKind.UNTIL_CHANGED.value,
        page=words(EndingKind, "ending"),
        action=ENDINGS,
        attribute="ending",
        read=_ending,
        adjusts=CONF_ENDING,
        diagnose=lambda profile: {
            "ending": profile.ending.kind.value,
            "duration": profile.ending.duration,
        },
    ),
    ProfileField(
        key=CONF_DURATION,
        stored=vol.Any(None, vol.All(int, vol.Range(1, LONGEST_DURATION))),
        page=whole_number(1, LONGEST_DURATION // 60, "min"),
        page_key=CONF_MINUTES,
        page_marker=vol.Optional,
        action=vol.All(
            _period,
            lambda duration: int(duration.total_seconds()),
            vol.Range(1, LONGEST_DURATION),
        ),
        adjusts=CONF_ENDING,
    ),
    ProfileField(
        key=CONF_AGENT,
        stored=AGENTS,
        default=AGENT_UNCHANGED,
        page=words([AGENT_UNCHANGED, *AgentState], "agent"),
        action=AGENTS,
        attribute="agent",
        read=_agent,
        adjusts=CONF_AGENT,
        permission=Permission.SET_AGENT_STATUS,
        acts=lambda data: data.get(CONF_AGENT, AGENT_UNCHANGED) != AGENT_UNCHANGED,
        diagnose=lambda profile: {
            "agent": profile.agent.value if profile.agent else None
        },
    ),
    ProfileField(
        key=CONF_TEAMS,
        stored=vol.In(TEAMS_WORDS),
        page=words(TEAMS_WORDS, "teams_word"),
        page_default=AS_STATUS,
        action=vol.In(TEAMS_WORDS),
        attribute="teams",
        read=lambda data: data.get(CONF_TEAMS, AS_STATUS),
        diagnose=lambda profile: {"teams": profile.teams},
    ),
    ProfileField(
        key=CONF_REDIRECT,
        stored=REDIRECT,
        default={CONF_MODE: RedirectMode.UNCHANGED.value},
        required=True,
        attribute="redirect",
        read=lambda data: redirect_from(data.get(CONF_REDIRECT, {})),
        adjusts=CONF_REDIRECT,
        permission=Permission.CHANGE_REDIRECT,
        acts=lambda data: data[CONF_REDIRECT].get(CONF_MODE) != RedirectMode.UNCHANGED,
        diagnose=lambda profile: {"redirect": rule_diagnostics(profile.redirect)},
    ),
    ProfileField(
        key=CONF_ENABLED,
        stored=bool,
        default=True,
        page=BooleanSelector(),
        action=cv.boolean,
        attribute="enabled",
        read=lambda data: data.get(CONF_ENABLED, True),
        diagnose=lambda profile: {"enabled": profile.enabled},
    ),
)
"""Every field, in the order of the settings page."""

OWN_FIELDS: Final = tuple(field.key for field in PROFILE_FIELDS)
"""Fields that a person may set of an own profile; its name is fixed when it is made."""
NEW_PROFILE: Final[Mapping[str, Any]] = {
    field.key: field.default for field in PROFILE_FIELDS if field.default is not None
}
"""What a profile is as long as nothing else was said."""
ADJUSTMENTS: Final[Mapping[str, tuple[str, ...]]] = {
    name: tuple(field.key for field in PROFILE_FIELDS if field.adjusts == name)
    for name in dict.fromkeys(f.adjusts for f in PROFILE_FIELDS if f.adjusts)
}
"""What an office may leave to its people, each with the data that belong to it."""
PERMISSIONS: Final[Mapping[str, Permission]] = {
    field.key: field.permission for field in PROFILE_FIELDS if field.permission
}
"""Field with an effect beyond the profile → the permission that setting it takes."""


def stored_schema() -> VolDictType:
    """Return how the fields are stored, as a part of a schema."""
    return {
        (vol.Required if field.required else vol.Optional)(field.key): field.stored
        for field in PROFILE_FIELDS
    }


def page_schema() -> VolDictType:
    """Return the fields of the settings page, as a part of a schema."""
    return {
        field.page_marker(
            field.page_key or field.key, default=field.page_default
        ): field.page
        for field in PROFILE_FIELDS
        if field.page is not None
    }


def action_schema(*, without: frozenset[str] = frozenset()) -> VolDictType:
    """Return the fields of an action, as a part of a schema."""
    return {
        vol.Optional(field.key): field.action
        for field in PROFILE_FIELDS
        if field.action is not None and field.key not in without
    }


def values_from(data: Stored) -> dict[str, Any]:
    """Return the attributes of the model, read from a profile's stored data."""
    return {
        field.attribute: field.read(data)
        for field in PROFILE_FIELDS
        if field.attribute is not None
    }


def diagnostics_of(profile: Profile) -> dict[str, Any]:
    """Return a profile for diagnostics, without its name and its info text."""
    found: dict[str, Any] = {}
    for field in PROFILE_FIELDS:
        found |= field.diagnose(profile)
    return found
