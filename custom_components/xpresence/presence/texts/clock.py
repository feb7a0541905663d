"""Times and stretches of time as people write them, in a person's own zone."""

from datetime import datetime, time, timedelta, tzinfo

from ..datetimes import local
from . import Texts


class ClockWords:
    """Times in the words of one language, seen from one day."""

    def __init__(self, texts: Texts, zone: tzinfo, now: datetime) -> None:
        """Take the phrases, the person's zone, and ``now`` to omit today's date."""
        self._words = texts["clock"]
        self._months = texts["months"]
        self._zone = zone
        self._today = self._local(now).date()

    def at(self, moment: datetime | None) -> str:
        """Say when something happens; empty if never."""
        return self._moment("at", moment)

    def since(self, moment: datetime | None) -> str:
        """Say since when something is so; empty if for ever."""
        return self._moment("since", moment)

    def until(self, moment: datetime | None) -> str:
        """Say until when something is so; empty if for ever."""
        return self._moment("until", moment)

    def span(self, start: datetime | None, end: datetime | None) -> str:
        """Say from when until when something lasts."""
        if start is None or end is None:
            return ""
        begin, over = self._local(start), self._local(end)
        last = over - timedelta(microseconds=1)
        on = "" if begin.date() == self._today else "_on"
        if begin.time() == over.time() == time():
            name = f"all_day{on}" if last.date() == begin.date() else "days"
        elif last.date() == begin.date():
            name = f"times{on}"
        else:
            name, last = "nights", over
        short = name != "nights" and begin.minute == over.minute == 0
        return self._words[name].format(
            day=self._day(begin),
            end_day=self._day(last),
            time=self._time(begin, short=short),
            end_time=self._time(over, short=short, end=name != "nights"),
        )

    def _time(self, local: datetime, *, short: bool, end: bool = False) -> str:
        """Write a time of day; midnight that ends a day is its 24 o'clock."""
        hour = 24 if end and local.time() == time() else local.hour
        if short:
            return self._words["hour"].format(hour=hour)
        return f"{hour:02}:{local.minute:02}"

    def _moment(self, name: str, moment: datetime | None) -> str:
        if moment is None:
            return ""
        local = self._local(moment)
        on = "" if local.date() == self._today else "_on"
        return self._words[f"{name}{on}"].format(
            day=self._day(local), time=local.strftime("%H:%M")
        )

    def _day(self, local: datetime) -> str:
        name = "day" if local.year == self._today.year else "day_of_year"
        return self._words[name].format(
            day=local.day, month=self._months[str(local.month)], year=local.year
        )

    def _local(self, moment: datetime) -> datetime:
        return local(moment, self._zone)
