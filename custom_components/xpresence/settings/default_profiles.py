"""The profiles that a new phone system starts with, in the user's language.

*Available* leaves the redirect unchanged, so that follow-me comes back after a
profile that forwards. What sends calls away ends by itself: Lunch on return, Do not
disturb with the session, and both after some hours where nothing tells of a return.
Only Vacation stays until it is changed.
"""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any, Final

from homeassistant.config_entries import ConfigSubentryData
from homeassistant.const import CONF_NAME

from ..const import (
    CONF_AGENT,
    CONF_DO_NOT_DISTURB,
    CONF_DURATION,
    CONF_ENABLED,
    CONF_ENDING,
    CONF_INFO_TEXT,
    CONF_KIND,
    CONF_MODE,
    CONF_OWNER,
    CONF_REDIRECT,
    CONF_STATUS,
    CONF_UNCONDITIONAL,
    CONF_VALUE,
    SUBENTRY_PROFILE,
)
from ..languages import texts_in
from ..presence.line import Condition, DestinationKind, Status
from ..presence.model import EndingKind, RedirectMode, TargetKind
from ..presence.redirect.parts import EVERYTHING, Part, RedirectCapabilities
from .validation import profile_unique_id

UNCHANGED: Final = {CONF_MODE: RedirectMode.UNCHANGED.value}
VOICEMAIL: Final = {
    CONF_MODE: RedirectMode.FORWARD.value,
    CONF_UNCONDITIONAL: {CONF_KIND: TargetKind.VOICEMAIL.value, CONF_VALUE: ""},
}
PRESET: Final = {
    CONF_MODE: RedirectMode.FORWARD.value,
    CONF_UNCONDITIONAL: {CONF_KIND: TargetKind.PRESET.value, CONF_VALUE: ""},
}

STICKY: Final = (EndingKind.UNTIL_CHANGED, None)


def _on_return(**latest: float) -> tuple[EndingKind, timedelta]:
    return EndingKind.UNTIL_RETURN, timedelta(**latest)


WITH_SESSION: Final = (EndingKind.UNTIL_SESSION_ENDS, timedelta(hours=10))

PROFILES: Final = (
    ("available", Status.AVAILABLE, UNCHANGED, STICKY),
    ("do_not_disturb", Status.DO_NOT_DISTURB, VOICEMAIL, WITH_SESSION),
    ("meeting", Status.BUSY, VOICEMAIL, _on_return(hours=4)),
    ("lunch", Status.AWAY, VOICEMAIL, _on_return(minutes=90)),
    ("be_right_back", Status.BE_RIGHT_BACK, UNCHANGED, _on_return(minutes=30)),
    ("gone_home", Status.OFFLINE, VOICEMAIL, _on_return(hours=14)),
    ("vacation", Status.AWAY, VOICEMAIL, STICKY),
    ("teams", Status.BUSY, UNCHANGED, STICKY),
)
"""Key, status, redirect, ending; the first is everybody's default profile."""


def away_redirect(
    capabilities: RedirectCapabilities, status: Status = Status.AWAY
) -> Mapping[str, Any]:
    """Return what keeps calls off somebody who is away, as this phone system can.

    ``status``: what colleagues see, where the phone system has a status of its own for it.
    """
    if Part.UNCONDITIONAL in capabilities.writable:
        targets = capabilities.targets_of(Condition.UNCONDITIONAL)
        if targets.takes_kind(DestinationKind.VOICEMAIL):
            return VOICEMAIL
        if targets.takes_kind(DestinationKind.UNKNOWN):
            return PRESET
        if targets.takes_kind(DestinationKind.STATUS):
            return _by_status(targets.suggested.get(status))
    if Part.DO_NOT_DISTURB in capabilities.writable:
        return {**UNCHANGED, CONF_DO_NOT_DISTURB: True}
    return UNCHANGED


def _by_status(status: str | None) -> Mapping[str, Any]:
    if status is None:
        return UNCHANGED
    target = {CONF_KIND: TargetKind.STATUS.value, CONF_VALUE: status}
    return {CONF_MODE: RedirectMode.FORWARD.value, CONF_UNCONDITIONAL: target}


def default_profiles(
    language: str, capabilities: RedirectCapabilities = EVERYTHING
) -> list[ConfigSubentryData]:
    """Return the default set; English names where the language is not here.

    ``capabilities``: what the phone system can do; nothing else is asked of it.
    """
    names = texts_in(language)["default_profiles"]
    return [
        ConfigSubentryData(
            data={
                CONF_NAME: names[key],
                CONF_STATUS: status.value,
                CONF_REDIRECT: dict(
                    away_redirect(capabilities, status)
                    if redirect is VOICEMAIL
                    else redirect
                ),
                CONF_AGENT: "unchanged",
                CONF_INFO_TEXT: "",
                CONF_ENDING: ending.value,
                CONF_DURATION: int(latest.total_seconds()) if latest else None,
                CONF_ENABLED: True,
                CONF_OWNER: None,
            },
            subentry_type=SUBENTRY_PROFILE,
            title=names[key],
            unique_id=profile_unique_id(names[key], None),
        )
        for key, status, redirect, (ending, latest) in PROFILES
    ]


def first_profile_id(profiles: Mapping[str, Mapping[str, Any]]) -> str | None:
    """Return the profile that a new person is offered as default.

    ``profiles`` are the subentries' data by id, in the order of their making. What
    is switched off or somebody's own is no default.
    """
    offered = {
        profile_id: data
        for profile_id, data in profiles.items()
        if data.get(CONF_ENABLED, True) and data.get(CONF_OWNER) is None
    }
    for profile_id, data in offered.items():
        if data[CONF_STATUS] == Status.AVAILABLE:
            return profile_id
    return next(iter(offered), None)
