"""Trying a redirect on an extension before a phone system is saved."""

from collections.abc import Mapping
from dataclasses import dataclass, field
import logging
from typing import Any, Final

from homeassistant.core import HomeAssistant
from homeassistant.helpers.selector import TextSelector
import voluptuous as vol

from ..const import CONF_EXTENSION
from ..engine.connection import connect
from ..presence.line import (
    TARGET_UNKNOWN,
    UNKNOWN,
    Condition,
    Destination,
    DestinationKind,
    ForwardingState,
    Known,
)
from ..presence.redirect.parts import Part, RedirectCapabilities, TargetChoice
from ..presence.texts import Texts
from ..presence.texts.trial import trial_words
from ..settings.validation import number_problem
from ..telephony.driver import PhoneSystem, PhoneSystemError
from .connection import FORM_ERRORS

_LOGGER = logging.getLogger(__name__)

CONF_TARGET: Final = "target"
TRIAL_SCHEMA: Final = vol.Schema(
    {
        vol.Required(CONF_EXTENSION): TextSelector(),
        vol.Optional(CONF_TARGET): TextSelector(),
    }
)


@dataclass(frozen=True, slots=True)
class Trial:
    """The result of a trial: an error, or what was read back, in words."""

    errors: dict[str, str] = field(default_factory=dict)
    placeholders: dict[str, str] = field(default_factory=dict)
    outcome: str = ""


async def try_redirect(
    hass: HomeAssistant,
    data: Mapping[str, Any],
    said: Mapping[str, Any],
    texts: Texts,
) -> Trial:
    """Set a redirect, read, end it, read, and put back what was there before."""
    extension, target = said[CONF_EXTENSION].strip(), said.get(CONF_TARGET, "").strip()
    if not (extension.isascii() and extension.isdecimal()):
        return Trial({CONF_EXTENSION: "extension_invalid"})
    try:
        system = await connect(hass, data)
        try:
            capabilities = system.redirect_capabilities(extension)
            choice = capabilities.targets_of(Condition.UNCONDITIONAL).choice
            destination = TARGET_UNKNOWN
            if choice is not TargetChoice.NONE:
                if problem := number_problem(target):
                    return Trial({CONF_TARGET: problem})
                destination = Destination(DestinationKind.NUMBER, target)
            return Trial(
                outcome=await _outcome(
                    system, extension, destination, capabilities, texts
                )
            )
        finally:
            await system.close()
    except PhoneSystemError as error:
        return Trial(
            {"base": FORM_ERRORS.get(error.key, error.key)}, error.placeholders
        )
    except Exception:
        _LOGGER.exception("Trying a redirect failed in a way nobody thought of")
        return Trial({"base": "unknown"})


async def _outcome(
    system: PhoneSystem,
    extension: str,
    destination: Destination,
    capabilities: RedirectCapabilities,
    texts: Texts,
) -> str:
    """Try it and say what was read back after setting and after ending."""
    before = (await system.read(extension)).forwarding.unconditional
    after_set: Known[Destination | None] = UNKNOWN
    after_end: Known[Destination | None] = UNKNOWN
    try:
        line = await system.apply(extension, ForwardingState(unconditional=destination))
        after_set = line.forwarding.unconditional
        line = await system.apply(extension, ForwardingState(unconditional=None))
        after_end = line.forwarding.unconditional
    finally:
        if isinstance(before, Destination) and capabilities.can_set(
            Part.UNCONDITIONAL, before
        ):
            await system.apply(extension, ForwardingState(unconditional=before))
    if Part.UNCONDITIONAL not in capabilities.readable:
        return trial_words("not_read", texts)
    if not isinstance(after_set, Destination):
        return trial_words("not_set", texts)
    if after_end is not None:
        return trial_words("not_ended", texts)
    known = after_set.kind is not DestinationKind.UNKNOWN
    return trial_words("works" if known else "works_target_unknown", texts)
