"""What a person's settings mean, in sentences.

Names stand in asterisks, as Markdown writes what is emphasised, and nothing in a name
can be more than its letters.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
import re
from typing import Final

from ..calendar.appointments import (
    SHOW_AS,
    CalendarRules,
    Effect,
    Invitations,
    one_line,
)
from ..model import Office, Person, RedirectMode
from ..texts import Texts
from ..texts.redirect import Named, redirect_words


@dataclass(frozen=True, slots=True)
class Names:
    """Display names of entities and targets that the settings hold by id."""

    entity: Callable[[str], str]
    target: Named


def summary(
    office: Office,
    person: Person,
    calendars: Iterable[tuple[str, CalendarRules]],
    names: Names,
    *,
    texts: Texts,
) -> tuple[str, ...]:
    """Say what a person's settings lead to, one sentence an occasion.

    Args:
        office: for the profiles; one that is gone is said to be gone.
        person: whose settings these are.
        calendars: each calendar's name with its rules.
        names: of entities, and of targets as the reader may know them.
        texts: the phrases of the reader's language.
    """
    words = _Summary(
        office.of(person.id),
        person,
        names,
        texts,
    )
    lines = [*words.calls(), *words.rules(), *words.pc()]
    for calendar, rules in calendars:
        lines.append(words.calendar(calendar, rules))
    lines += words.run_over()
    return (*lines, words.default())


class _Summary:
    def __init__(
        self, office: Office, person: Person, names: Names, texts: Texts
    ) -> None:
        self._office = office
        self._person = person
        self._names = names
        self._texts = texts
        self._words = texts["settings"]

    def calls(self) -> Iterator[str]:
        for kind, profile in self._person.call_profiles.items():
            if (when := self._words.get(f"call_{kind}")) is not None:
                yield self._becomes(when, profile)

    def rules(self) -> Iterator[str]:
        for rule in self._person.rules:
            states = self._words["or"].join(
                emphasised(state) for state in sorted(rule.states)
            )
            seconds = int(rule.duration.total_seconds())
            when = self._words["rule_after" if seconds else "rule"].format(
                entity=emphasised(self._names.entity(rule.entity)),
                states=states,
                time=self._time(seconds),
            )
            yield self._becomes(when, rule.profile)

    def pc(self) -> Iterator[str]:
        inactivity, session = self._person.inactivity, self._person.session
        minutes = int(inactivity.after.total_seconds() / 60) if inactivity.after else 0
        for occasion, profile in (
            ("locked", inactivity.locked_profile),
            ("inactive", inactivity.inactive_profile if minutes else None),
            ("start", session.start_profile),
            ("end", session.end_profile),
        ):
            if profile:
                when = self._words[occasion].format(minutes=minutes)
                yield self._becomes(when, profile)

    def calendar(self, calendar: str, rules: CalendarRules) -> str:
        """Say what counts in one calendar."""
        named = emphasised(calendar)
        if rules.categories_only:
            return self._words["calendar_named"].format(calendar=named)
        said = [self._of("calendar", rules.default_profile, calendar=named)]
        if not rules.default_profile:
            said = [self._words["calendar_named"].format(calendar=named)]
        for state, usual in SHOW_AS.items():
            effect = rules.show_as.get(state, Effect.IGNORE)
            if effect == usual:
                continue
            key = f"show_as_{state.value}"
            if effect == Effect.IGNORE:
                said.append(self._words[f"show_as_ignored_{state.value}"])
                continue
            if effect == Effect.DEFAULT:
                effect = rules.default_profile
            said.append(self._words[key].format(profile=self._profile(effect)))
        if rules.invitations is not Invitations.ALWAYS:
            said.append(self._words[f"invited_{rules.invitations.value}"])
        return " ".join(said)

    def run_over(self) -> Iterator[str]:
        if seconds := int(self._person.run_over.total_seconds()):
            yield self._words["run_over"].format(minutes=self._time(seconds))

    def default(self) -> str:
        return self._of("default", self._person.default_profile)

    def _becomes(self, when: str, profile: str) -> str:
        return self._of("becomes", profile, when=when)

    def _of(self, key: str, profile_id: str, **placeholders: str) -> str:
        profile = self._office.profiles.get(profile_id)
        calls = ""
        if profile is not None and profile.redirect.mode is not RedirectMode.UNCHANGED:
            said = redirect_words(
                profile.redirect,
                self._texts,
                lambda target: plain(self._names.target(target)),
                ring_about=self._office.ring_about,
            )
            calls = self._words["calls"].format(redirect=said)
        return self._words[key].format(
            name=plain(self._person.name),
            profile=self._profile(profile_id),
            calls=calls,
            **placeholders,
        )

    def _profile(self, profile_id: str) -> str:
        profile = self._office.profiles.get(profile_id)
        return self._words["gone"] if profile is None else emphasised(profile.name)

    def _time(self, seconds: int) -> str:
        unit, count = ("seconds", seconds)
        if seconds % 60 == 0:
            unit, count = ("minutes", seconds // 60)
        one, more = self._words[unit].split("|")
        return one if count == 1 else more.format(count=count)


MARKUP: Final = re.compile(r"([\\`*_{}\[\]()<>#+\-.!|~&:@])")


def plain(name: str) -> str:
    """Return a name so that Markdown shows its letters and does nothing else."""
    return MARKUP.sub(r"\\\1", one_line(name))


def emphasised(name: str) -> str:
    """Return a name as it stands out in a sentence."""
    return f"*{plain(name)}*"
