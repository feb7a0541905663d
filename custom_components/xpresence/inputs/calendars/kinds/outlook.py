"""The Outlook calendar of a person's Microsoft 365, and others they may read there."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Final, override

from ....engine.input import InputContext
from ....groupware.microsoft.calendar import READ_ALL, OutlookCalendar
from ....groupware.microsoft.failures import NotThere, PermissionMissing
from ....groupware.source import (
    CalendarGone,
    CalendarSource,
    SignInNeeded,
    SourceUnavailable,
)
from ....microsoft import MicrosoftAccess, access_of
from ....microsoft.application import OfficeAccess
from ....microsoft.settings import CONF_CALENDAR_ID, CONF_SHARED, OUTLOOK
from ....presence.calendar.appointments import Appointment
from ..settings import CalendarSettings
from .kind import CalendarForm, CalendarType, ValidationResult
from .logins import is_followed

NAME: Final = "Outlook"
NEAR_EVERY: Final = timedelta(minutes=1)
"""Ten requests in ten minutes, where Graph allows 10,000 for each mailbox."""


class OutlookSource(CalendarSource):
    """A calendar that is read with the person's account, whichever that is now."""

    def __init__(self, input_context: InputContext, calendar: CalendarSettings) -> None:
        """Keep the parts; nothing is read yet."""
        self._input_context = input_context
        self._calendar = calendar

    @property
    @override
    def name(self) -> str:
        """Return what the person calls it."""
        return self._calendar.name

    @override
    async def read(self, start: datetime, end: datetime) -> tuple[Appointment, ...]:
        """Return what overlaps the time.

        Raises:
            SourceError: not signed in, not allowed, gone, or not reachable.
        """
        input_context, settings = self._input_context, self._calendar.settings
        access = _access(input_context)
        if access is None:
            raise SignInNeeded("not_signed_in")
        calendar = OutlookCalendar(
            access.graph,
            self.name,
            settings.get(CONF_CALENDAR_ID),
            shared=bool(settings.get(CONF_SHARED)),
            user_id=access.user_id,
        )
        office = access.office if isinstance(access, OfficeAccess) else None
        try:
            appointments = await calendar.read(start, end)
        except NotThere as error:
            raise CalendarGone from error
        except PermissionMissing as error:
            if office is None or office.has_right(error.permission):
                raise
            # The office's issue, not one of everybody in it.
            office.report_right(error.permission, granted=False)
            raise SourceUnavailable("right_missing") from error
        if office is not None:
            office.report_right(READ_ALL, granted=True)
        return appointments

    def follow(self, changed: Callable[[], None]) -> Callable[[], None]:
        """Register a callback for when the person has signed in again."""
        input_context = self._input_context
        link = _access(input_context)
        if link is None:
            return lambda: None
        worked = link.signed_in

        def look() -> None:
            nonlocal worked
            before, worked = worked, link.signed_in
            if worked and before is False:
                changed()

        return link.listen(look)

    @override
    async def close(self) -> None:
        """Do nothing: the account is shared and stays open."""


def _access(input_context: InputContext) -> MicrosoftAccess | None:
    return access_of(input_context.hass, input_context.entry, input_context.person_id)


def _depends_on(input_context: InputContext, _calendar: CalendarSettings) -> object:
    """Return what it is read with: another one is followed anew."""
    return _access(input_context)


async def async_check(form: CalendarForm) -> ValidationResult:
    """Check that the person is signed in; theirs is the main calendar.

    Nothing is asked of Microsoft: it can wait, and a page of its own has the others.
    """
    settings = {
        field: form.stored[field]
        for field in (CONF_CALENDAR_ID, CONF_SHARED)
        if field in form.stored
    }
    problems: dict[str, str] = {}
    person_id = form.person_id
    if person_id is None or access_of(form.hass, form.entry, person_id) is None:
        problems["base"] = "calendar_sign_in_first"
    elif is_followed(form, OUTLOOK, **{CONF_CALENDAR_ID: ""}) and not settings:
        problems["base"] = "calendar_twice"
    return ValidationResult(settings=settings, name=NAME, problems=problems)


TYPE: Final = CalendarType(
    key=OUTLOOK,
    build=OutlookSource,
    check=async_check,
    depends_on=_depends_on,
    sign_in_reported_elsewhere=True,
    near_every=NEAR_EVERY,
)
"""What makes a kind of calendar."""
