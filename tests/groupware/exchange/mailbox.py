"""What lies in a mailbox of the test's Exchange Server."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from itertools import count
from xml.sax.saxutils import escape

_number = count(1)


@dataclass(frozen=True)
class Item:
    """A calendar item, in the words of Microsoft's schema."""

    subject: str
    start: datetime
    end: datetime
    categories: tuple[str, ...] = ()
    show_as: str = "Busy"
    sensitivity: str = "Normal"
    all_day: bool = False
    meeting: bool = False
    response: str = "Unknown"
    cancelled: bool = False
    zone: str = "W. Europe Standard Time"
    kind: str = "Single"
    uid: str = ""
    id: str = ""

    def stored(self) -> Item:
        """Return it with an id, as the server gives it."""
        number = next(_number)
        return replace(self, id=f"AAMk{number:08}=", uid=self.uid or f"uid-{number}")

    def xml(self, fields: set[str]) -> str:
        """Return it with what was asked for, in the order of the schema."""
        categories = "".join(
            f"<t:String>{escape(c)}</t:String>" for c in self.categories
        )
        told = {
            "item:Subject": f"<t:Subject>{escape(self.subject)}</t:Subject>",
            "item:Sensitivity": f"<t:Sensitivity>{self.sensitivity}</t:Sensitivity>",
            "item:Categories": f"<t:Categories>{categories}</t:Categories>"
            if categories
            else "",
            "calendar:UID": f"<t:UID>{self.uid}</t:UID>",
            "calendar:Start": f"<t:Start>{_utc(self.start)}</t:Start>",
            "calendar:End": f"<t:End>{_utc(self.end)}</t:End>",
            "calendar:IsAllDayEvent": _flag("IsAllDayEvent", self.all_day),
            "calendar:LegacyFreeBusyStatus": "<t:LegacyFreeBusyStatus>"
            f"{self.show_as}</t:LegacyFreeBusyStatus>",
            "calendar:IsMeeting": _flag("IsMeeting", self.meeting),
            "calendar:IsCancelled": _flag("IsCancelled", self.cancelled),
            "calendar:CalendarItemType": f"<t:CalendarItemType>{self.kind}"
            "</t:CalendarItemType>",
            "calendar:MyResponseType": f"<t:MyResponseType>{self.response}"
            "</t:MyResponseType>",
            "calendar:StartTimeZone": f'<t:StartTimeZone Id="{escape(self.zone)}"/>'
            if self.zone
            else "",
        }
        assert fields <= told.keys(), fields - told.keys()
        inner = "".join(text for field, text in told.items() if field in fields)
        return (
            f'<t:CalendarItem><t:ItemId Id="{self.id}" ChangeKey="DwAAABY="/>'
            f"{inner}</t:CalendarItem>"
        )


def series(
    item: Item,
    days: int,
    times: int,
    *,
    moved: Mapping[int, Item] | None = None,
    deleted: frozenset[int] = frozenset(),
) -> list[Item]:
    """Return the occurrences of a series, on the clock of the item's own time zone.

    Some of them may be other items (exceptions), some may be gone.
    """
    uid = item.uid or f"series-{next(_number)}"
    found = []
    for number in range(times):
        if number in deleted:
            continue
        later = timedelta(days=days * number)
        one = replace(
            item, start=item.start + later, end=item.end + later, kind="Occurrence"
        )
        if moved and number in moved:
            one = replace(moved[number], kind="Exception")
        found.append(replace(one, uid=uid))
    return found


def _flag(name: str, value: bool) -> str:
    return f"<t:{name}>{'true' if value else 'false'}</t:{name}>"


def _utc(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
