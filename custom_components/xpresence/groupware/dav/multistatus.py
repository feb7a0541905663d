"""WebDAV XML: request bodies and multistatus responses (RFC 4918, 4791, 5397, 6638)."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final
from xml.etree import ElementTree as ET

from ..network.documents import check_xml
from ..source import SourceUnavailable

DAV: Final = "{DAV:}"
CALDAV: Final = "{urn:ietf:params:xml:ns:caldav}"
CALENDAR_SERVER: Final = "{http://calendarserver.org/ns/}"

DISCOVER: Final = """<?xml version="1.0" encoding="utf-8"?>
<d:propfind xmlns:d="DAV:" xmlns:c="urn:ietf:params:xml:ns:caldav"
 xmlns:s="http://calendarserver.org/ns/"><d:prop>
<d:resourcetype/><d:displayname/><d:current-user-principal/><d:sync-token/>
<s:getctag/><c:calendar-home-set/><c:calendar-user-address-set/>
<c:supported-calendar-component-set/>
</d:prop></d:propfind>"""


@dataclass(frozen=True, slots=True)
class Resource:
    """One resource of a response; ``properties`` are those that were found."""

    href: str
    properties: dict[str, ET.Element]

    def text(self, name: str) -> str:
        """Return the text of a property; empty if it has none."""
        found = self.properties.get(name)
        return "" if found is None else (found.text or "").strip()

    def hrefs(self, name: str) -> tuple[str, ...]:
        """Return the addresses in a property."""
        found = self.properties.get(name)
        inner = () if found is None else found.iter(f"{DAV}href")
        return tuple(text for one in inner if (text := (one.text or "").strip()))

    @property
    def is_calendar(self) -> bool:
        """Tell whether it is a calendar that may hold events."""
        kind = self.properties.get(f"{DAV}resourcetype")
        if kind is None or kind.find(f"{CALDAV}calendar") is None:
            return False
        held = self.properties.get(f"{CALDAV}supported-calendar-component-set")
        names = () if held is None else held.findall(f"{CALDAV}comp")
        return not names or any(one.get("name") == "VEVENT" for one in names)

    @property
    def version(self) -> str:
        """Return the sync token or ctag; empty where the server has none."""
        return self.text(f"{DAV}sync-token") or self.text(f"{CALENDAR_SERVER}getctag")


def query(start: datetime, end: datetime) -> str:
    """Return the request for all events that overlap a time (RFC 4791, 7.8)."""
    since, until = (f"{m.astimezone(UTC):%Y%m%dT%H%M%SZ}" for m in (start, end))
    return f"""<?xml version="1.0" encoding="utf-8"?>
<c:calendar-query xmlns:d="DAV:" xmlns:c="urn:ietf:params:xml:ns:caldav">
<d:prop><d:getetag/><c:calendar-data/></d:prop>
<c:filter><c:comp-filter name="VCALENDAR"><c:comp-filter name="VEVENT">
<c:time-range start="{since}" end="{until}"/>
</c:comp-filter></c:comp-filter></c:filter></c:calendar-query>"""


def resources(body: bytes) -> tuple[Resource, ...]:
    """Parse a multistatus response into resources; blocks.

    Raises:
        SourceUnavailable: it is not a multistatus response, or it is too large.
    """
    check_xml(body)
    root = ET.fromstring(body)  # noqa: S314 - has no entities, and is bounded
    if root.tag != f"{DAV}multistatus":
        raise SourceUnavailable("not_calendar")
    return tuple(_resources(root))


def _resources(root: ET.Element) -> Iterator[Resource]:
    for response in root.findall(f"{DAV}response"):
        found = {
            one.tag: one
            for status in response.findall(f"{DAV}propstat")
            if " 200" in (status.findtext(f"{DAV}status") or " 200")
            for prop in status.findall(f"{DAV}prop")
            for one in prop
        }
        yield Resource((response.findtext(f"{DAV}href") or "").strip(), found)
