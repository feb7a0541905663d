"""A server that gives a series once, as grommunio does, loses no occurrence."""

from datetime import UTC, datetime, timedelta
from typing import Any
from xml.etree import ElementTree as ET
from zoneinfo import ZoneInfo

import pytest

from custom_components.xpresence.groupware.exchange.series import rule_of
from custom_components.xpresence.groupware.exchange.source import ExchangeCalendar

from .mailbox import Item
from .server import ExchangeServer
from .soap import MESSAGES, TYPES, enveloped
from .test_calendar import Make

BERLIN = ZoneInfo("Europe/Berlin")
DECEMBER = (datetime(2026, 12, 1, tzinfo=BERLIN), datetime(2027, 1, 1, tzinfo=BERLIN))
ANNA = "anna@office.example"
FIRST = datetime(2026, 11, 3, 9, tzinfo=BERLIN)
WEEKLY = (
    "<t:WeeklyRecurrence><t:Interval>1</t:Interval>"
    "<t:DaysOfWeek>Tuesday</t:DaysOfWeek></t:WeeklyRecurrence>"
)
FOR_EVER = (
    "<t:NoEndRecurrence><t:StartDate>2026-11-03</t:StartDate></t:NoEndRecurrence>"
)


def utc(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


class Unexpanded(ExchangeServer):
    """Gives each series once in a list, and its pattern by ``GetItem``."""

    patterns: dict[str, str]

    def _found(self, user: str, envelope: Any) -> bytes:
        got = envelope.find(f".//{{{MESSAGES}}}GetItem")
        if got is None:
            return super()._found(user, envelope)
        asked = {one.get("Id") for one in got.iterfind(f".//{{{TYPES}}}ItemId")}
        fields = {
            one.get("FieldURI") for one in got.iterfind(f".//{{{TYPES}}}FieldURI")
        }
        extra = {
            "calendar:Recurrence",
            "calendar:ModifiedOccurrences",
            "calendar:DeletedOccurrences",
        }
        assert extra <= fields
        rows = []
        for item in self.mailboxes[ANNA]:
            if item.id in asked:
                xml = item.xml(fields - extra)
                # The schema wants these before the time zone.
                head, mark, tail = xml.partition("<t:StartTimeZone")
                rows.append(head + self.patterns[item.uid] + mark + tail)
        return enveloped(
            "<m:GetItemResponse><m:ResponseMessages>"
            + "".join(
                '<m:GetItemResponseMessage ResponseClass="Success">'
                f"<m:ResponseCode>NoError</m:ResponseCode><m:Items>{row}</m:Items>"
                "</m:GetItemResponseMessage>"
                for row in rows
            )
            + "</m:ResponseMessages></m:GetItemResponse>"
        )


async def read(
    tmp_path: Any, calendar: Make, pattern: str, **more: Any
) -> tuple[Any, ...]:
    server = Unexpanded(tmp_path)
    series = Item(
        "Jour fixe",
        FIRST,
        FIRST + timedelta(hours=1),
        kind="RecurringMaster",
        uid="series",
        **more,
    )
    server.add(ANNA, series)
    server.patterns = {"series": pattern}
    await server.start()
    try:
        source: ExchangeCalendar = calendar(server)
        return await source.read(FIRST - timedelta(days=1), DECEMBER[1])
    finally:
        await server.stop()


async def test_every_occurrence_is_there(tmp_path: Any, calendar: Make) -> None:
    pattern = f"<t:Recurrence>{WEEKLY}{FOR_EVER}</t:Recurrence>"
    found = await read(tmp_path, calendar, pattern)
    assert [f"{one.start:%m-%d %H}" for one in found] == [
        *("11-03 09", "11-10 09", "11-17 09", "11-24 09"),
        *("12-01 09", "12-08 09", "12-15 09", "12-22 09", "12-29 09"),
    ]
    assert {one.uid for one in found} == {"series"}
    assert {one.end - one.start for one in found} == {timedelta(hours=1)}


async def test_moved_and_removed_occurrences_are_known(
    tmp_path: Any, calendar: Make
) -> None:
    moved, gone = FIRST + timedelta(weeks=1), FIRST + timedelta(weeks=2)
    later = moved + timedelta(days=1)
    exceptions = (
        "<t:ModifiedOccurrences><t:Occurrence><t:ItemId Id='x'/>"
        f"<t:Start>{utc(later)}</t:Start>"
        f"<t:End>{utc(later + timedelta(hours=2))}</t:End>"
        f"<t:OriginalStart>{utc(moved)}</t:OriginalStart>"
        "</t:Occurrence></t:ModifiedOccurrences>"
        "<t:DeletedOccurrences><t:DeletedOccurrence>"
        f"<t:Start>{utc(gone)}</t:Start>"
        "</t:DeletedOccurrence></t:DeletedOccurrences>"
    )
    numbered = (
        "<t:NumberedRecurrence><t:StartDate>2026-11-03</t:StartDate>"
        "<t:NumberOfOccurrences>4</t:NumberOfOccurrences></t:NumberedRecurrence>"
    )
    pattern = f"<t:Recurrence>{WEEKLY}{numbered}</t:Recurrence>{exceptions}"
    found = await read(tmp_path, calendar, pattern)
    assert sorted(f"{one.start.astimezone(BERLIN):%m-%d}" for one in found) == [
        "11-03",
        "11-11",
        "11-24",
    ]


@pytest.mark.parametrize(
    ("pattern", "rule"),
    [
        (
            (
                "<t:RelativeYearlyRecurrence><t:DaysOfWeek>Friday</t:DaysOfWeek>"
                "<t:DayOfWeekIndex>Last</t:DayOfWeekIndex><t:Month>March</t:Month>"
                "</t:RelativeYearlyRecurrence>"
            ),
            "FREQ=YEARLY;BYDAY=FR;BYSETPOS=-1;BYMONTH=3",
        ),
        (
            (
                "<t:AbsoluteMonthlyRecurrence><t:Interval>2</t:Interval>"
                "<t:DayOfMonth>15</t:DayOfMonth></t:AbsoluteMonthlyRecurrence>"
            ),
            "FREQ=MONTHLY;INTERVAL=2;BYMONTHDAY=15",
        ),
        (
            (
                "<t:RelativeMonthlyRecurrence><t:Interval>1</t:Interval>"
                "<t:DaysOfWeek>Weekday</t:DaysOfWeek>"
                "<t:DayOfWeekIndex>First</t:DayOfWeekIndex></t:RelativeMonthlyRecurrence>"
            ),
            "FREQ=MONTHLY;INTERVAL=1;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=1",
        ),
        (
            "<t:DailyRecurrence><t:Interval>3</t:Interval></t:DailyRecurrence>",
            "FREQ=DAILY;INTERVAL=3",
        ),
    ],
)
def test_a_pattern_is_read_as_a_rule(pattern: str, rule: str) -> None:
    text = (
        f'<t:CalendarItem xmlns:t="{TYPES}"><t:Recurrence>{pattern}{FOR_EVER}'
        "</t:Recurrence></t:CalendarItem>"
    )
    assert rule_of(ET.fromstring(text)) == rule
