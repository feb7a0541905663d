"""A login at an Exchange Server, as exchangelib speaks it. Everything here blocks.

exchangelib keeps its own connections for ever, in a table of the whole process, and
takes timeouts and certificates from class attributes. A login has its own connection
here, which ends with it; nothing of the process is changed.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime, tzinfo
import logging
import ssl
from typing import Any, Final, override
from xml.etree.ElementTree import Element
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from exchangelib import Configuration, Credentials
from exchangelib.account import Identity
from exchangelib.errors import UnknownTimeZone
from exchangelib.ewsdatetime import EWSDateTime, EWSTimeZone
from exchangelib.fields import FieldPath
from exchangelib.items import ID_ONLY, SHALLOW, CalendarItem
from exchangelib.properties import CalendarView, DistinguishedFolderId, ItemId, Mailbox
from exchangelib.protocol import CachingProtocol, Protocol
from exchangelib.services import FindItem, GetItem
from exchangelib.version import EXCHANGE_2016, Version
from exchangelib.winzone import MS_TIMEZONE_TO_IANA_MAP

from ...presence.calendar.appointments import Appointment
from ..ics.series import Unreadable
from ..network.adapter import BoundedAdapter, Watch
from ..network.addresses import anywhere, public
from ..network.limits import LIMITS
from ..source import SourceUnavailable
from .items import appointment, item_id, starts
from .login import Access, Auth, Login
from .ntlm import NtlmAuth
from .series import expanded, is_master

# They log requests and answers: names, subjects, even what signs in. What goes wrong
# is raised, and told of in our own words.
for _name in ("exchangelib", "requests_ntlm", "spnego"):
    logging.getLogger(_name).setLevel(logging.CRITICAL)

FIELDS: Final = (
    "uid",
    "subject",
    "start",
    "end",
    "_start_timezone",
    "is_all_day",
    "categories",
    "legacy_free_busy_status",
    "sensitivity",
    "is_meeting",
    "is_cancelled",
    "my_response_type",
    "type",
)
"""All of them can be had of ``FindItem``, so that one request is enough."""
SERIES: Final = ("recurrence", "modified_occurrences", "deleted_occurrences")
"""What ``GetItem`` tells besides of a series."""
AT_ONCE: Final = 100
"""Series that are asked for in one request."""
PAGE: Final = 1000
"""Items asked for at once; what Exchange's default policy allows."""
AUTH: Final = {Auth.NTLM: "NTLM", Auth.BASIC: "basic"}
VERSION: Final = Version(EXCHANGE_2016)
"""What every server speaks that Microsoft still supports; with an older one
exchangelib finds out what both speak."""


class Uncached(CachingProtocol):
    """Creates connections outside of exchangelib's process-wide cache."""

    @override
    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        return type.__call__(self, *args, **kwargs)


class Connection(Protocol, metaclass=Uncached):
    """One connection of one login; threads that share it wait for each other."""

    TIMEOUT = int(LIMITS.request_seconds)
    USERAGENT = "xpresence"

    def __init__(
        self, login: Login, trusted: ssl.SSLContext, watch: Watch | None = None
    ) -> None:
        """Prepare a connection; nothing is sent yet."""
        self._trusted = trusted
        reach = public if login.public_only else anywhere
        self.watch = watch or Watch(LIMITS, reach)
        super().__init__(
            config=Configuration(
                credentials=Credentials(login.username, login.password),
                service_endpoint=login.endpoint,
                auth_type=AUTH[login.auth],
                version=VERSION.copy(),
                max_connections=1,
            )
        )

    @override
    def create_session(self) -> Any:
        session = super().create_session()
        session.trust_env = False  # No proxies, and no sign-in from a .netrc.
        adapter = BoundedAdapter(self._trusted, self.watch, xml=True)
        session.mount(self.service_endpoint, adapter)
        if self.auth_type == AUTH[Auth.BASIC]:
            # requests would write Latin-1, and fail at a password that has a "€".
            session.auth = (
                self.credentials.username.encode(),
                self.credentials.password.encode(),
            )
        else:
            # As exchangelib prepared it: a mail address is sent as a name of its own.
            session.auth = NtlmAuth(
                session.auth.username, session.auth.password, self.watch
            )
        return session


class Account:
    """A mailbox, with what a service of exchangelib asks of its account.

    Its own class would look for a connection in the table of the process.
    """

    affinity_cookie = None

    def __init__(
        self, connection: Connection, mailbox: str, access: Access, zone: EWSTimeZone
    ) -> None:
        """Keep the mailbox's address and the type of access to it."""
        self.protocol = connection
        self.primary_smtp_address = mailbox
        self.identity = Identity(primary_smtp_address=mailbox)
        self.access_type = access.value
        self.default_timezone = zone

    @property
    def version(self) -> Version:
        """Return what is spoken with the server; the connection remembers it."""
        return self.protocol.config.version

    @version.setter
    def version(self, spoken: Version) -> None:
        self.protocol.config.version = spoken


class Whole:
    """An answer in one part; byte by byte, as exchangelib reads, takes ten times as long."""

    def __init__(self, content: bytes) -> None:
        """Keep what is there already."""
        self._content = content

    def iter_content(self) -> Iterator[bytes]:
        """Give the only part."""
        yield self._content


class GetRows(GetItem):
    """The service that gets items whole, leaving them as they came."""

    @override
    @classmethod
    def _get_soap_parts(cls, response: Any) -> Any:
        return super()._get_soap_parts(Whole(response.content))

    @override
    def _elem_to_obj(self, elem: Any) -> Any:
        return elem


class FindRows(FindItem):
    """The service that finds items, leaving them as they came.

    exchangelib's own reading takes this machine's time zone for an all-day item that
    names none, and stumbles over values it does not know.
    """

    @override
    @classmethod
    def _get_soap_parts(cls, response: Any) -> Any:
        return super()._get_soap_parts(Whole(response.content))

    @override
    def _elem_to_obj(self, elem: Any) -> Any:
        return elem


def read(
    connection: Connection,
    mailbox: str,
    access: Access,
    time_zone: str,
    start: datetime,
    end: datetime,
) -> tuple[Appointment, ...]:
    """Return what a mailbox's calendar has between two instants, occurrences expanded.

    Raises:
        Exception: whatever exchangelib raises; ``failures.py`` puts it into our words.
    """
    zone = _zone(time_zone)
    account = Account(connection, mailbox, access, zone)
    found: dict[str, Element] = {}
    since = start
    connection.watch.begin()
    for _ in range(LIMITS.pages):
        page = list(_page(account, since, end))
        fresh = {item_id(row): row for row in page if item_id(row) not in found}
        found |= fresh
        # Sorted by their beginning; a full page may be followed by more.
        if len(page) < PAGE or not fresh:
            return tuple(_told(account, found, start, end, zone))
        since = max(since, starts(page[-1], zone))
    raise SourceUnavailable("answer_too_long")


def _told(
    account: Account,
    rows: Mapping[str, Element],
    start: datetime,
    end: datetime,
    zone: tzinfo,
) -> Iterator[Appointment]:
    """Yield the appointments of rows; a series that was not expanded is expanded."""
    masters = [row for row in rows.values() if is_master(row)]
    for row in rows.values():
        if not is_master(row):
            yield appointment(row, zone, _zone_of_windows)
    for at in range(0, len(masters), AT_ONCE):
        for whole in _whole(account, masters[at : at + AT_ONCE]):
            try:
                yield from expanded(whole, start, end, zone, _zone_of_windows)
            except Unreadable:
                # Its first occurrence is known all the same.
                yield appointment(whole, zone, _zone_of_windows)


def _whole(account: Account, rows: Sequence[Element]) -> Iterator[Element]:
    """Ask for series with their patterns and exceptions, which no list tells."""
    got = GetRows(account=account).call(
        items=[ItemId(item_id(row), "") for row in rows],
        additional_fields={
            FieldPath(field=CalendarItem.get_field_by_fieldname(name))
            for name in (*FIELDS, *SERIES)
        },
        shape=ID_ONLY,
    )
    for row in got:
        if isinstance(row, Exception):
            raise row
        yield row


def _page(account: Account, start: datetime, end: datetime) -> Iterator[Element]:
    """Ask once: what overlaps this time, as far as it fits on a page."""
    rows = FindRows(account=account).call(
        folders=[
            DistinguishedFolderId(
                id="calendar",
                mailbox=Mailbox(email_address=account.primary_smtp_address),
            )
        ],
        additional_fields={
            FieldPath(field=CalendarItem.get_field_by_fieldname(name))
            for name in FIELDS
        },
        restriction=None,
        order_fields=None,
        shape=ID_ONLY,
        query_string=None,
        depth=SHALLOW,
        calendar_view=CalendarView(
            start=EWSDateTime.from_datetime(start.astimezone(UTC)),
            end=EWSDateTime.from_datetime(end.astimezone(UTC)),
            max_items=PAGE,
        ),
        max_items=PAGE,
        offset=0,
    )
    for row in rows:
        if isinstance(row, Exception):
            raise row
        yield row


def _zone(name: str) -> EWSTimeZone:
    """Return a time zone as EWS knows it; UTC where Windows has no name for it."""
    try:
        return EWSTimeZone(name)
    except UnknownTimeZone:
        return EWSTimeZone("UTC")


def _zone_of_windows(name: str) -> tzinfo | None:
    """Return the time zone of Windows' name; an item may also name it in our way."""
    try:
        return ZoneInfo(MS_TIMEZONE_TO_IANA_MAP.get(name, name))
    except ZoneInfoNotFoundError, ValueError, OSError:
        return None
