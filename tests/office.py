"""An office to test with: Anna on 100, Bob on 101, and their profiles."""

from typing import Any

from homeassistant.config_entries import ConfigSubentryData

AVAILABLE = "01PROFILEAVAILABLE00000000"
MEETING = "01PROFILEMEETING0000000000"
COLLEAGUE = "01PROFILECOLLEAGUE00000000"
ANNA = "01PERSONANNA00000000000000"
BOB = "01PERSONBOB000000000000000"


def profile(
    subentry_id: str, name: str, status: str, **more: Any
) -> ConfigSubentryData:
    """Return the subentry of a profile."""
    data = {
        "name": name,
        "status": status,
        "redirect": {"mode": "unchanged"},
        "agent": "unchanged",
        "info_text": "",
        "ending": "until_changed",
        "enabled": True,
        "owner": None,
        **more,
    }
    return ConfigSubentryData(
        data=data,
        subentry_id=subentry_id,
        subentry_type="profile",
        title=name,
        unique_id=f"profile_{name.casefold()}",
    )


def person(
    subentry_id: str, name: str, extension: str, **more: Any
) -> ConfigSubentryData:
    """Return the subentry of a person."""
    data = {
        "name": name,
        "extension": extension,
        "default_profile": AVAILABLE,
        "devices": [],
        **more,
    }
    return ConfigSubentryData(
        data=data,
        subentry_id=subentry_id,
        subentry_type="person",
        title=name,
        unique_id=f"person_{extension}",
    )


def forward(kind: str, value: str = "") -> dict[str, Any]:
    """Return a redirect rule that forwards every call."""
    return {"mode": "forward", "unconditional": {"kind": kind, "value": value}}


OFFICE = [
    profile(AVAILABLE, "Available", "available"),
    profile(MEETING, "Meeting", "busy", redirect=forward("voicemail")),
    profile(COLLEAGUE, "Training", "busy", redirect=forward("person", BOB)),
    person(ANNA, "Anna", "100"),
    person(BOB, "Bob", "101"),
]
