"""The fields of an action that say when its effect ends."""

from datetime import datetime, timedelta
from typing import Any, Final

from homeassistant.const import CONF_FOR
from homeassistant.core import ServiceCall
from homeassistant.exceptions import ServiceValidationError
from homeassistant.helpers import config_validation as cv
from homeassistant.helpers.typing import VolDictType
from homeassistant.util import dt as dt_util
import voluptuous as vol

from ..const import DOMAIN
from ..presence.datetimes import FARTHEST

ATTR_UNTIL: Final = "until"


def _duration(said: Any) -> timedelta:
    """Validate a duration; one too long for ``timedelta`` becomes twice ``FARTHEST``.

    Raises:
        vol.Invalid: it is none, or negative.
    """
    try:
        found: timedelta = cv.positive_time_period(said)
    except OverflowError, ValueError:
        return FARTHEST * 2
    return found


END_FIELDS: Final[VolDictType] = {
    vol.Optional(ATTR_UNTIL): cv.datetime,
    vol.Optional(CONF_FOR): _duration,
}


def end_of(call: ServiceCall) -> datetime | None:
    """Return the end that was given; ``None`` without one."""
    until: datetime | None = call.data.get(ATTR_UNTIL)
    duration: timedelta | None = call.data.get(CONF_FOR)
    if until is not None and duration is not None:
        raise ServiceValidationError(
            translation_domain=DOMAIN, translation_key="ambiguous_end"
        )
    now = dt_util.utcnow()
    if until is not None:
        try:
            duration = dt_util.as_utc(until) - now
        except OverflowError:
            # The first and last days of the calendar are in some zones beyond it.
            past = until.year < now.year
            duration = timedelta() if past else FARTHEST * 2
    if duration is None:
        return None
    if until is not None and duration <= timedelta():
        raise ServiceValidationError(
            translation_domain=DOMAIN, translation_key="end_in_the_past"
        )
    if duration > FARTHEST:
        raise ServiceValidationError(
            translation_domain=DOMAIN, translation_key="end_too_far"
        )
    return now + duration
