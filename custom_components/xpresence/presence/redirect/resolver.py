"""Everybody's redirect rules resolved together, and again only where that matters.

Where a rule leads depends on other people: on whether deputies take calls, and on where
the calls of those on the way are sent, for they may come round. Whom an answer asked
about is remembered with it. So a change of one person resolves theirs and those of
whoever depends on them; in an office of any size that is a few.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
import heapq
from typing import override

from ..line import ForwardingState
from ..model import Office, RedirectRule
from .numbers import PLAIN, NumberFormat
from .targets import Directory, Resolution, Situation, resolve_in


class Resolver:
    """Resolves the rules of all people so that no loop arises.

    Of two who want to redirect to each other, the one whose redirect was wanted before
    keeps it, else the one whose id comes first; the other is refused. Asked again with
    its own answers, it answers the same.
    """

    def __init__(self) -> None:
        """Start without having been asked."""
        self._asked_in: tuple[Office, NumberFormat] | None = None
        self._directory: Directory
        self._asked_about: dict[str, frozenset[str]] = {}
        self._depends_on: defaultdict[str, set[str]] = defaultdict(set)

    def dependents(self, person_id: str) -> frozenset[str]:
        """Return whose answers were found by asking about this person."""
        return frozenset(self._depends_on.get(person_id, ()))

    def resolve(
        self,
        office: Office,
        rules: Mapping[str, RedirectRule],
        situations: Mapping[str, Situation],
        changed: Iterable[str] | None = None,
        *,
        style: NumberFormat = PLAIN,
        when_engaged: bool = True,
    ) -> dict[str, Resolution]:
        """Return the answers that may be others than before.

        ``changed``: whose rule or situation is another one since the answers before
        were put into ``situations``; ``None``, or another office: everybody's.
        """
        if self._asked_in != (office, style):
            self._asked_in, changed = (office, style), None
            self._directory = Directory.of(office, style)
        if changed is None:
            self._asked_about.clear()
            self._depends_on.clear()
            following = set(rules)
        else:
            following = set(changed)
            following |= {one for who in following for one in self.dependents(who)}
        now = _Situations(situations)
        answers: dict[str, Resolution] = {}
        for _ in range(len(rules) + 1):
            if not following:
                break
            due, waiting, following = sorted(following), following, set()
            while due:
                person_id = heapq.heappop(due)
                waiting.discard(person_id)
                person = office.people.get(person_id)
                if person is None or person_id not in rules:
                    continue
                now.asked_about = set()
                answer = resolve_in(
                    self._directory,
                    person,
                    rules[person_id],
                    now,
                    when_engaged=when_engaged,
                )
                answers[person_id] = answer
                self._note(person_id, now.asked_about)
                if now.answered(person_id, answer.forwarding):
                    for one in self._depends_on.get(person_id, ()):
                        if one <= person_id:
                            following.add(one)
                        elif one not in waiting:
                            waiting.add(one)
                            heapq.heappush(due, one)
        return answers

    def _note(self, person_id: str, asked_about: set[str]) -> None:
        before = self._asked_about.get(person_id, frozenset())
        if asked_about == before:
            return
        for one in before - asked_about:
            self._depends_on[one].discard(person_id)
        for one in asked_about - before:
            self._depends_on[one].add(person_id)
        self._asked_about[person_id] = frozenset(asked_about)


class _Situations(Mapping[str, Situation]):
    """What is known of everybody, with the answers of this turn, noting who is asked.

    Of whom nothing is known there is an empty one.
    """

    def __init__(self, known: Mapping[str, Situation]) -> None:
        self._known = known
        self._now: dict[str, Situation] = {}
        self.asked_about: set[str] = set()

    @override
    def __getitem__(self, person_id: str) -> Situation:
        self.asked_about.add(person_id)
        return self._of(person_id)

    @override
    def __iter__(self) -> Iterator[str]:
        return iter(self._known)

    @override
    def __len__(self) -> int:
        return len(self._known)

    def _of(self, person_id: str) -> Situation:
        if (now := self._now.get(person_id)) is not None:
            return now
        return self._known.get(person_id, Situation())

    def answered(self, person_id: str, forwarding: ForwardingState) -> bool:
        """Put an answer into what is known; return whether it is another one."""
        before = self._of(person_id)
        if (before.desired or ForwardingState()) == forwarding:
            return False
        self._now[person_id] = replace(before, desired=forwarding)
        return True


def resolve_office(
    office: Office,
    rules: Mapping[str, RedirectRule],
    situations: Mapping[str, Situation],
    *,
    style: NumberFormat = PLAIN,
    when_engaged: bool = True,
) -> dict[str, Resolution]:
    """Resolve the rules of all people, as :class:`Resolver` does the first time."""
    return Resolver().resolve(
        office, rules, situations, style=style, when_engaged=when_engaged
    )
