"""A calendar that somebody publishes as an iCalendar file (ICS) at an address."""

from collections.abc import Mapping
from typing import Any, Final

from ....groupware.dav.file import NAME, CalendarFile
from ....groupware.dav.login import Login
from ....groupware.source import CalendarSource
from .by_address import calendar_type
from .fields import ICS as KEY


def _make(
    login: Login, _settings: Mapping[str, Any], parts: dict[str, Any]
) -> CalendarSource:
    return CalendarFile(login, **parts)


TYPE: Final = calendar_type(KEY, NAME, _make)
