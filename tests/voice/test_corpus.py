"""What people say, a file a language, through Home Assistant's own agent in one home.

Each sentence of ``corpus/<language>.yaml`` stands before what happens:

* ``Lunch``, ``Lunch until 24 13:00``, ``Lunch until return``, ``Lunch until changed``:
  the profile is chosen;
* ``plan Lunch 25 12:00 to 25 13:00``: it is planned;
* ``calls Bob Frost``, with or without ``until``: an own redirect;
* ``dials Bob Frost``: the phone system calls them from the speaker's telephone;
* ``confirm 0 1 7 0``: a number is read back, and nothing happens before *yes*;
* ``automatic``, ``ring``: back to automatic, the own redirect ended;
* ``tells …``: nothing changes, and the answer holds these words;
* ``nothing``: nothing changes.

A sentence that does something else than stands there is wrong, and none may be. One that
should do something and does nothing was not understood.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from freezegun.api import FrozenDateTimeFactory
from homeassistant.components import conversation
from homeassistant.core import Context, HomeAssistant
import pytest
import yaml

from custom_components.xpresence.inputs.calendars import calendars_of_person
from custom_components.xpresence.languages import LANGUAGES
from custom_components.xpresence.operations.choice import async_resume_automatic
from custom_components.xpresence.operations.redirect import async_set_redirect
from custom_components.xpresence.presence.line import Condition
from custom_components.xpresence.presence.model import RedirectMode, Target, TargetKind
from tests.office import ANNA, BOB

from .conftest import NAMES, NOW

CORPUS = Path(__file__).parent / "corpus"
UNDERSTOOD = 0.95
SENTENCES = 400
MUST_NOT_ACT = 100
DEFAULTS = {next(iter(names)) for names in NAMES.values()}
"""The profile that holds in each home where nothing was chosen."""


@dataclass(frozen=True)
class Case:
    """A sentence, when it is said, what the home is like, and what happens."""

    said: str
    happens: str
    at: datetime
    before: str

    @property
    def acts(self) -> bool:
        """Whether something has to happen."""
        return self.happens != "nothing"


def cases(path: Path) -> Iterator[Case]:
    for group in yaml.safe_load(path.read_text()):
        at = datetime.fromisoformat(group.get("at", "2026-11-24 10:00"))
        at = at.replace(tzinfo=NOW.tzinfo)
        for said, happens in group["say"].items():
            yield Case(said, happens, at, group.get("before", ""))


class Home:
    """Anna's home: what holds there, and what she says."""

    def __init__(self, hass: HomeAssistant, office: Any, language: str, user: str):
        self.hass, self.language, self.user = hass, language, user
        self.coordinator = office.runtime_data
        self.context = Context(user_id=user)
        self.dialled: list[str] = []

    async def dial(
        self, coordinator: Any, person: str, to: str, context: Context, **more: Any
    ) -> None:
        """Take the place of the phone system that places a call."""
        assert person == ANNA
        self.dialled.append(to)

    async def say(self, text: str) -> str:
        result = await conversation.async_converse(
            self.hass, text, None, Context(user_id=self.user), self.language
        )
        await self.hass.async_block_till_done(wait_background_tasks=True)
        speech: str = result.response.speech["plain"]["speech"]
        return speech

    def happened(self, before: str) -> str:
        """Return what holds now and did not before, in the words of the corpus."""
        found = [f"dials {name}" for name in self.dialled]
        for person in (ANNA, BOB):
            state = self.coordinator.people[person]
            whose = "" if person == ANNA else "for Bob Frost: "
            for planned in calendars_of_person(state).plan.entries:
                one = planned.appointment
                start, end = self.told(one.start), self.told(one.end)
                name = self.name(planned.profile)
                found.append(f"{whose}plan {name} {start} to {end}")
            if choice := state.facts.choice:
                until = f" until {self.told(choice.until)}" if choice.until else ""
                if choice.ending is not None:
                    until = " " + choice.ending.value.replace("_", " ")
                found.append(f"{whose}{self.name(choice.profile)}{until}")
            shown = state.redirect.details
            if shown.get("set_by") not in (None, "profile"):
                own = state.loop.ledger.own
                until = own[-1].until if own else None
                ends = f" until {self.told(until)}" if until else ""
                found.append(f"{whose}calls {shown.get('target')}{ends}")
        return "; ".join(found)

    def name(self, profile: str) -> str:
        found: str = self.coordinator.office.profiles[profile].name
        return found

    def told(self, moment: datetime) -> str:
        local = moment.astimezone(NOW.tzinfo)
        return f"{local.day} {local:%H:%M}"

    async def reset(self, before: str) -> None:
        """Make it as it was before anything was said."""
        self.dialled.clear()
        for person in (ANNA, BOB):
            plan = calendars_of_person(self.coordinator.people[person]).plan
            for planned in tuple(plan.entries):
                await plan.async_cancel(planned.uid)
            await async_resume_automatic(self.coordinator, person, self.context)
            await self.redirect(person, RedirectMode.OFF, None)
        if before == "redirected":
            target = Target(TargetKind.PERSON, BOB)
            await self.redirect(ANNA, RedirectMode.FORWARD, target)
        elif before:
            await self.say(before)
        await self.hass.async_block_till_done(wait_background_tasks=True)

    async def redirect(
        self, person: str, mode: RedirectMode, target: Target | None
    ) -> None:
        await async_set_redirect(
            self.coordinator,
            person,
            mode,
            Condition.UNCONDITIONAL,
            target,
            self.context,
        )


@pytest.mark.parametrize("language", LANGUAGES, indirect=True)
async def test_what_people_say_is_understood_and_never_guessed(
    hass: HomeAssistant,
    office: Any,
    language: str,
    hass_admin_user: Any,
    freezer: FrozenDateTimeFactory,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    home = Home(hass, office, language, hass_admin_user.id)
    monkeypatch.setattr(
        "custom_components.xpresence.voice.calling.async_call", home.dial
    )
    wrong: list[str] = []
    missed: list[str] = []
    acting = 0
    fresh: tuple[datetime, str] | None = None
    unchanged = ""
    for case in cases(CORPUS / f"{language}.yaml"):
        if fresh != (case.at, case.before):
            freezer.move_to(case.at)
            await home.reset(case.before)
            fresh, unchanged = (case.at, case.before), home.happened(case.before)
        answer = await home.say(case.said)
        now = home.happened(case.before)
        acting += case.acts
        fault = judged(case, answer, unchanged, now)
        if fault == "missed":
            missed.append(f"{case.said} → {answer}")
        elif fault:
            wrong.append(f"{case.said} → {fault}")
        if now != unchanged:
            fresh = None
    assert not wrong, "\n".join([f"{len(wrong)} wrong", *wrong])
    share = 1 - len(missed) / acting
    assert share >= UNDERSTOOD, "\n".join([f"{share:.1%} understood", *missed])


def judged(case: Case, answer: str, before: str, now: str) -> str:
    """Return what is wrong; "missed": nothing happened that should; empty: all right."""
    changed = now if now != before else ""
    kind, _, rest = case.happens.partition(" ")
    if kind == "tells":
        if changed:
            return f"{changed} instead of an answer"
        return "" if rest in answer else "missed"
    if kind == "confirm":
        if changed:
            return f"{changed} without asking"
        return "" if rest in answer else "missed"
    if kind == "nothing":
        return f"{changed} instead of nothing ({answer})" if changed else ""
    if kind in ("automatic", "ring"):
        if now == before:
            return "missed"
        return "" if now == "" else f"{now} instead of {kind}"
    if not changed:
        # Who chooses the profile that holds anyway leaves no choice behind.
        name = case.happens.rpartition(": ")[2]
        default = name in DEFAULTS and f"{name}." in answer
        return "" if default else "missed"
    return "" if changed == case.happens else f"{changed} instead of {case.happens}"


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_corpus_is_large_and_holds_what_must_not_act(language: str) -> None:
    found = list(cases(CORPUS / f"{language}.yaml"))
    assert len(found) >= SENTENCES
    quiet = [
        case
        for case in found
        if case.happens == "nothing" or case.happens.startswith("confirm")
    ]
    assert len(quiet) >= MUST_NOT_ACT
