"""When a wish given with an action ends."""

from datetime import datetime, timedelta
from typing import Final

from homeassistant.const import CONF_FOR
from homeassistant.core import ServiceCall
from homeassistant.exceptions import ServiceValidationError
from homeassistant.helpers import config_validation as cv
from homeassistant.helpers.typing import VolDictType
from homeassistant.util import dt as dt_util
import voluptuous as vol

from ..const import DOMAIN

ATTR_UNTIL: Final = "until"
END_FIELDS: Final[VolDictType] = {
    vol.Optional(ATTR_UNTIL): cv.datetime,
    vol.Optional(CONF_FOR): cv.positive_time_period,
}


def end_of(call: ServiceCall) -> datetime | None:
    """Return when the wish ends; ``None`` if it was not said."""
    until: datetime | None = call.data.get(ATTR_UNTIL)
    duration: timedelta | None = call.data.get(CONF_FOR)
    if until is not None and duration is not None:
        raise ServiceValidationError(
            translation_domain=DOMAIN, translation_key="ambiguous_end"
        )
    now = dt_util.utcnow()
    if duration is not None:
        return now + duration
    if until is None:
        return None
    end = dt_util.as_utc(until)
    if end <= now:
        raise ServiceValidationError(
            translation_domain=DOMAIN, translation_key="end_in_the_past"
        )
    return end
