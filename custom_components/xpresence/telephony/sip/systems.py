"""The phone systems that are spoken to over SIP: by feature event, or by which codes."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from ...presence.line import Condition
from .codes import OWN, TABLES, Code, CodeTable, NotDiallable, places


@dataclass(frozen=True, slots=True)
class FeatureEvents:
    """A phone system that speaks as-feature-event.

    ``voicemail``: what to forward to so that a mailbox answers. ``ring_time``: whether it
    keeps how long a telephone rings before.
    """

    name: str
    voicemail: str = ""
    ring_time: bool = True


type System = FeatureEvents | CodeTable

FEATURE_EVENTS: Final[Mapping[str, FeatureEvents]] = {
    "fusionpbx_events": FeatureEvents("FusionPBX", voicemail="*99{mailbox}"),
    "broadworks": FeatureEvents("BroadWorks, Webex Calling"),
    "metaswitch": FeatureEvents("Metaswitch"),
    "kamailio": FeatureEvents("Kamailio (presence_dfks)", ring_time=False),
}
SYSTEMS: Final[Mapping[str, System]] = {**FEATURE_EVENTS, **TABLES}
"""Key, as a config entry stores it → system; a table of one's own has no row here."""
KEYS: Final = (*SYSTEMS, OWN)

OWN_FEATURES: Final = ("unconditional", "busy", "no_reply", "do_not_disturb")
OWN_KINDS: Final = ("on", "off", "lamp", "query")


def own_fields() -> tuple[str, ...]:
    """Return the keys of the fields of a table of one's own."""
    return tuple(f"{name}_{kind}" for name in OWN_FEATURES for kind in OWN_KINDS)


def system_of(settings: Mapping[str, Any]) -> System:
    """Return the phone system that settings name.

    Raises:
        KeyError: there is none of that name.
        NotDiallable: a code of one's own is none.
    """
    key = settings["system"]
    return own_table(settings) if key == OWN else SYSTEMS[key]


def own_table(settings: Mapping[str, Any]) -> CodeTable:
    """Return the table that was entered by hand.

    Raises:
        NotDiallable.
    """
    forwards = {
        condition: code
        for condition in Condition
        if (code := _own_code(settings, condition.value)) is not None
    }
    return CodeTable("own", forwards, _own_code(settings, "do_not_disturb"))


def own_problems(settings: Mapping[str, Any]) -> dict[str, str]:
    """Return what is wrong with a table of one's own: field → translation key."""
    found: dict[str, str] = {}
    for name in OWN_FEATURES:
        codes = {kind: _text(settings, f"{name}_{kind}") for kind in OWN_KINDS}
        for kind, code in codes.items():
            if code and not _is_code(code):
                found[f"{name}_{kind}"] = "not_a_code"
        if codes["on"] and not codes["off"]:
            found.setdefault(f"{name}_off", "code_missing")
        if not codes["on"] and any(codes.values()):
            found.setdefault(f"{name}_on", "code_missing")
        if name != "do_not_disturb" and codes["on"] and "{target}" not in codes["on"]:
            found.setdefault(f"{name}_on", "code_without_target")
    if not found and not own_table(settings).forwards:
        found["unconditional_on"] = "code_missing"
    return found


def _is_code(template: str) -> bool:
    try:
        places(template)
    except NotDiallable:
        return False
    return True


def _text(settings: Mapping[str, Any], key: str) -> str:
    return str(settings.get(key) or "").strip()


def _own_code(settings: Mapping[str, Any], name: str) -> Code | None:
    codes = {kind: _text(settings, f"{name}_{kind}") for kind in OWN_KINDS}
    if not codes["on"] or not codes["off"]:
        return None
    for template in filter(None, codes.values()):
        places(template)
    return Code(**codes)
