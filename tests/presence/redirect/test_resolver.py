"""Rules resolved again only for whom a change concerns."""

from collections.abc import Mapping
from dataclasses import replace
from unittest.mock import patch

from hypothesis import given, strategies as st
import pytest

from custom_components.xpresence.presence.line import CallState, Status
from custom_components.xpresence.presence.model import (
    Office,
    Person,
    RedirectMode,
    RedirectRule,
    Target,
    TargetKind,
)
from custom_components.xpresence.presence.redirect import resolver as module
from custom_components.xpresence.presence.redirect.resolver import (
    Resolver,
    resolve_office,
)
from custom_components.xpresence.presence.redirect.targets import (
    Resolution,
    Situation,
    resolve,
)

from .test_targets import FOUR, people, rules

HUNDRED = Office(
    {},
    {
        f"p{number:03}": Person(f"p{number:03}", f"P {number}", str(200 + number), "a")
        for number in range(100)
    },
)
NOTHING = RedirectRule(RedirectMode.UNCHANGED)


def to(*deputies: str) -> RedirectRule:
    """Return a rule that sends every call to the first available of a list."""
    target = Target(TargetKind.FIRST_AVAILABLE, deputies=deputies)
    return RedirectRule(RedirectMode.FORWARD, target)


def from_scratch(
    wishes: Mapping[str, RedirectRule], situations: Mapping[str, Situation]
) -> dict[str, Resolution]:
    """Resolve everybody again and again until nothing changes: what is to come out."""
    now = dict(situations)
    answers: dict[str, Resolution] = {}
    for _ in range(len(wishes) + 1):
        before = dict(answers)
        for key in sorted(wishes):
            answers[key] = resolve(FOUR, FOUR.people[key], wishes[key], now)
            now[key] = replace(
                now.get(key, Situation()), desired=answers[key].forwarding
            )
        if answers == before:
            break
    return answers


situations = st.builds(
    Situation,
    st.none() | st.sampled_from(Status),
    call=st.none() | st.sampled_from(CallState),
)
changes = st.lists(st.tuples(people, st.none() | rules, st.none() | situations))


@given(st.dictionaries(people, rules), st.dictionaries(people, situations), changes)
def test_after_any_changes_the_answers_are_those_of_everybody_resolved_anew(
    wishes: dict[str, RedirectRule],
    known: dict[str, Situation],
    after: list[tuple[str, RedirectRule | None, Situation | None]],
) -> None:
    resolver = Resolver()
    answers = resolver.resolve(FOUR, wishes, known)
    assert answers == from_scratch(wishes, known)
    for who, rule, situation in after:
        known |= {
            key: replace(known.get(key, Situation()), desired=answers[key].forwarding)
            for key in answers
        }
        if rule is not None and who in wishes:
            wishes[who] = rule
        if situation is not None:
            before = known.get(who, Situation())
            known[who] = replace(situation, desired=before.desired)
        expected = from_scratch(wishes, known)
        answers |= resolver.resolve(FOUR, wishes, known, {who})
        assert answers == expected


@pytest.mark.parametrize(
    ("who", "concerned"),
    [
        ("p050", {"p050"}),
        # Whose first deputy they are, and whoever that one stands in for.
        ("p002", {"p002", "p001", "p000"}),
        # A second deputy who was not needed concerns nobody.
        ("p003", {"p003"}),
    ],
)
def test_a_change_asks_for_nobody_but_those_who_depend_on_it(
    who: str, concerned: set[str]
) -> None:
    wishes = dict.fromkeys(HUNDRED.people, NOTHING)
    wishes["p000"] = to("p001")
    wishes["p001"] = to("p002", "p003")
    known: dict[str, Situation] = {}
    resolver = Resolver()
    first = resolver.resolve(HUNDRED, wishes, known)
    assert len(first) == 100
    known = {key: Situation(desired=one.forwarding) for key, one in first.items()}
    known[who] = replace(known[who], status=Status.AWAY)
    asked: list[str] = []

    def counted(directory: object, person: Person, *args: object, **more: object):  # type: ignore[no-untyped-def]
        asked.append(person.id)
        return resolve_in(directory, person, *args, **more)

    resolve_in = module.resolve_in
    with patch.object(module, "resolve_in", counted):
        resolver.resolve(HUNDRED, wishes, known, {who})
    assert set(asked) <= concerned
    assert who in asked
    assert len(asked) <= 2 * len(concerned)


def test_another_office_is_resolved_whole() -> None:
    resolver = Resolver()
    wishes = dict.fromkeys(HUNDRED.people, NOTHING)
    resolver.resolve(HUNDRED, wishes, {})
    assert resolver.resolve(HUNDRED, wishes, {}, {"p001"}).keys() == {"p001"}
    other = replace(HUNDRED, people={**HUNDRED.people, "q": Person("q", "Q", "1", "a")})
    assert len(resolver.resolve(other, wishes, {}, {"p001"})) == 100


def test_resolving_everybody_at_once_is_the_first_time() -> None:
    wishes = {"p000": to("p001"), "p001": NOTHING}
    assert resolve_office(HUNDRED, wishes, {}) == Resolver().resolve(
        HUNDRED, wishes, {}
    )
