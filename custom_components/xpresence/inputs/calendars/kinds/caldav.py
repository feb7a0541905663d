"""A calendar on a CalDAV server: Nextcloud, iCloud, mailbox.org, SOGo, Radicale …"""

from collections.abc import Mapping
from typing import Any, Final

from ....groupware.dav.collection import NAME, CalDavCalendar
from ....groupware.dav.login import Login
from ....groupware.source import CalendarSource
from .by_address import calendar_type
from .fields import CALDAV as KEY
from .logins import CONF_COLLECTION


def _make(
    login: Login, settings: Mapping[str, Any], parts: dict[str, Any]
) -> CalendarSource:
    return CalDavCalendar(login, settings.get(CONF_COLLECTION, ""), **parts)


TYPE: Final = calendar_type(KEY, NAME, _make)
