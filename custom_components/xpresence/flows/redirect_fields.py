"""The form fields of a profile's redirect, converted from and to what is stored."""

from typing import Any, Final

from homeassistant.config_entries import ConfigEntry
from homeassistant.helpers.selector import (
    BooleanSelector,
    SelectSelector,
    SelectSelectorConfig,
    SelectSelectorMode,
    TextSelector,
)
from homeassistant.helpers.typing import VolDictType
import voluptuous as vol

from ..const import (
    CONF_DEPUTIES,
    CONF_DO_NOT_DISTURB,
    CONF_KIND,
    CONF_MODE,
    CONF_NO_REPLY,
    CONF_NUMBER,
    CONF_RING_SECONDS,
    CONF_VALUE,
)
from ..presence.line import Condition, DestinationKind
from ..presence.model import RedirectMode, TargetKind
from ..presence.redirect.parts import (
    FORWARDS,
    Part,
    RedirectCapabilities,
    TargetChoice,
    Targets,
)
from ..settings.profile_fields import (
    CONDITIONS,
)
from ..settings.selectors import whole_number, words
from ..settings.validation import (
    DESTINATIONS,
    device_id,
)
from .selectors import devices, people

NOWHERE: Final = "nowhere"
CONF_PHONE_STATUS: Final = "phone_status"


def redirect_schema(capabilities: RedirectCapabilities) -> vol.Schema:
    """Return the schema of the mode: unchanged, off or forward."""
    forwards = capabilities.writable & FORWARDS
    modes = [one for one in RedirectMode if forwards or one is not RedirectMode.FORWARD]
    questions: VolDictType = {
        vol.Required(CONF_MODE): words(modes, "redirect_mode"),
    }
    if Part.DO_NOT_DISTURB in capabilities.writable:
        asks = vol.Optional(CONF_DO_NOT_DISTURB, default=False)
        questions[asks] = BooleanSelector()
    return vol.Schema(questions)


def target_fields(
    entry: ConfigEntry[Any], capabilities: RedirectCapabilities, condition: str
) -> VolDictType:
    """Return the fields of one condition's target."""
    targets = capabilities.targets_of(Condition(condition))
    kinds = [
        kind
        for kind in TargetKind
        if targets.takes_kind(DESTINATIONS.get(kind, DestinationKind.NUMBER))
    ]
    questions: VolDictType = {
        vol.Required(CONF_KIND, default=NOWHERE): words(
            [NOWHERE, *kinds], "target_kind"
        )
    }
    if TargetKind.NUMBER in kinds:
        questions |= {
            vol.Optional(CONF_NUMBER): _number_selector(targets),
            vol.Optional("person"): people(entry),
            vol.Optional(CONF_DEPUTIES): people(entry, multiple=True),
            vol.Optional("device"): devices(entry),
        }
    if TargetKind.STATUS in kinds:
        statuses = [one.number for one in targets.listed]
        questions[vol.Optional(CONF_PHONE_STATUS)] = SelectSelector(
            SelectSelectorConfig(options=statuses, mode=SelectSelectorMode.DROPDOWN)
        )
    if condition == CONF_NO_REPLY and Part.RING_SECONDS in capabilities.writable:
        time = capabilities.ring_time
        seconds = whole_number(time.lowest, time.highest, "s", step=time.step)
        questions[vol.Optional(CONF_RING_SECONDS)] = seconds
    return questions


def _number_selector(targets: Targets) -> Any:
    """Return a text field for a number, or a list where the phone system has a fixed set."""
    if targets.choice is not TargetChoice.LIST:
        return TextSelector()
    numbers = [
        one.number for one in targets.listed if one.kind is DestinationKind.NUMBER
    ]
    return SelectSelector(
        SelectSelectorConfig(options=numbers, mode=SelectSelectorMode.DROPDOWN)
    )


def target_from(said: dict[str, Any]) -> dict[str, Any] | None:
    """Return a target as it is stored; the fields of other kinds are dropped."""
    kind = said.get(CONF_KIND, NOWHERE)
    if kind == NOWHERE:
        return None
    value = {
        TargetKind.NUMBER: said.get(CONF_NUMBER),
        TargetKind.PERSON: said.get("person"),
        TargetKind.DEVICE: device_id(said.get("device", "")),
        TargetKind.STATUS: said.get(CONF_PHONE_STATUS),
    }.get(kind)
    target: dict[str, Any] = {CONF_KIND: kind, CONF_VALUE: value or ""}
    if kind == TargetKind.FIRST_AVAILABLE:
        target[CONF_DEPUTIES] = said.get(CONF_DEPUTIES, [])
    return target


def suggested_answers(redirect: dict[str, Any], known: set[str]) -> dict[str, Any]:
    """Return a stored redirect as the form's fields.

    People who are not ``known`` any more are left out: the form could not be submitted.
    """
    answers: dict[str, Any] = {
        CONF_DO_NOT_DISTURB: redirect.get(CONF_DO_NOT_DISTURB, False)
    }
    for condition in CONDITIONS:
        target = redirect.get(condition)
        if not target:
            continue
        fields = {CONF_KIND: target[CONF_KIND]}
        match target[CONF_KIND]:
            case TargetKind.NUMBER:
                fields[CONF_NUMBER] = target[CONF_VALUE]
            case TargetKind.STATUS:
                fields[CONF_PHONE_STATUS] = target[CONF_VALUE]
            case TargetKind.PERSON:
                if target[CONF_VALUE] in known:
                    fields["person"] = target[CONF_VALUE]
            case TargetKind.DEVICE:
                fields["device"] = target[CONF_VALUE]
            case TargetKind.FIRST_AVAILABLE:
                fields[CONF_DEPUTIES] = [
                    deputy
                    for deputy in target.get(CONF_DEPUTIES, [])
                    if deputy in known
                ]
        if condition == CONF_NO_REPLY and CONF_RING_SECONDS in redirect:
            fields[CONF_RING_SECONDS] = redirect[CONF_RING_SECONDS]
        answers[condition] = fields
    return answers
