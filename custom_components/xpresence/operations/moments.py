"""The instants that somebody may ask about."""

from datetime import datetime

from homeassistant.exceptions import ServiceValidationError
from homeassistant.util import dt as dt_util

from ..const import DOMAIN
from ..presence.datetimes import FARTHEST, utc


def instant(moment: datetime, field: str) -> datetime:
    """Return an instant that somebody sent in UTC; without a zone it is Home Assistant's.

    Raises:
        ServiceValidationError: as :func:`raise_if_absurd`.
    """
    found = utc(moment, dt_util.get_default_time_zone())
    raise_if_absurd(found, field)
    return found


def raise_if_absurd(moment: datetime, field: str) -> None:
    """Refuse an instant that lies more than ten years away.

    Raises:
        ServiceValidationError: it does; it names the field.
    """
    if abs(moment - dt_util.utcnow()) > FARTHEST:
        raise ServiceValidationError(
            translation_domain=DOMAIN,
            translation_key="time_out_of_range",
            translation_placeholders={"field": field},
        )
