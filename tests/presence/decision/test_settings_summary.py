"""What a person's settings mean, in sentences, in German and English."""

from dataclasses import replace
from datetime import timedelta

import pytest

from custom_components.xpresence.languages import LANGUAGES, texts_in
from custom_components.xpresence.presence.calendar.appointments import (
    SHOW_AS,
    CalendarRules,
    Effect,
    Invitations,
    ShowAs,
)
from custom_components.xpresence.presence.decision.settings_summary import (
    Names,
    emphasised,
    summary,
)
from custom_components.xpresence.presence.model import (
    EntityRule,
    InactivityRules,
    Person,
    SessionRules,
)

from ..office import ANNA, OFFICE

NOTHING = replace(
    ANNA,
    inactivity=InactivityRules(),
    session=SessionRules(),
    rules=(),
    call_profiles={},
)


def said(
    person: Person = NOTHING,
    *calendars: tuple[str, CalendarRules],
    language: str = "en",
) -> list[str]:
    names = Names(lambda entity: entity, lambda target: target.value.title())
    return list(summary(OFFICE, person, calendars, names, texts=texts_in(language)))


def test_without_any_rules_the_default_profile_holds() -> None:
    assert said() == ["Otherwise Anna is *Available*."]
    assert said(language="de-AT") == ["Sonst ist Anna *Available*."]


def test_a_locked_pc_is_told_with_where_calls_go() -> None:
    locked = replace(NOTHING, inactivity=InactivityRules(locked_profile="Lunch"))
    assert said(locked)[0] == (
        "When the PC is locked, Anna becomes *Lunch* (calls go to voicemail)."
    )
    assert said(locked, language="de")[0] == (
        "Wenn der PC gesperrt ist, wird Anna *Lunch* (Anrufe gehen an die Voicemail)."
    )


@pytest.mark.parametrize(
    ("more", "line"),
    [
        (
            {"inactivity": InactivityRules("Lunch", timedelta(minutes=10))},
            (
                "When the PC is unused for 10 minutes, Anna becomes *Lunch* (calls go to "
                "voicemail)."
            ),
        ),
        (
            {"session": SessionRules(start_profile="Available")},
            "When the PC starts, Anna becomes *Available*.",
        ),
        (
            {"session": SessionRules(end_profile="Training")},
            "When the PC is shut down, Anna becomes *Training* (calls go to Bob).",
        ),
        (
            {"call_profiles": {"pbx": "Quiet"}},
            "During a telephone call Anna becomes *Quiet*.",
        ),
        (
            {"call_profiles": {"teams": "Quiet"}},
            "During a call in Teams Anna becomes *Quiet*.",
        ),
        (
            {"rules": (EntityRule("1", "camera", frozenset({"on", "idle"}), "Quiet"),)},
            "While *camera* is *idle* or *on*, Anna becomes *Quiet*.",
        ),
        (
            {
                "rules": (
                    EntityRule(
                        "1", "zone", frozenset({"home"}), "Quiet", timedelta(minutes=1)
                    ),
                )
            },
            "Once *zone* has been *home* for 1 minute, Anna becomes *Quiet*.",
        ),
        (
            {"session": SessionRules(end_profile="gone")},
            "When the PC is shut down, Anna becomes (a profile that is gone).",
        ),
    ],
)
def test_each_page_has_its_sentence(more: dict[str, object], line: str) -> None:
    person = replace(NOTHING, **more)  # type: ignore[arg-type]
    assert said(person)[0] == line
    assert said(person, language="de")[0] != line


@pytest.mark.parametrize(
    ("rules", "line"),
    [
        (
            CalendarRules(default_profile="Meeting"),
            "Appointments in *Work* make Anna *Meeting* (calls go to voicemail).",
        ),
        (
            CalendarRules(categories_only=True, default_profile="Meeting"),
            "In *Work* only appointments that name a profile count.",
        ),
        (CalendarRules(), "In *Work* only appointments that name a profile count."),
        (
            CalendarRules(
                default_profile="Meeting",
                invitations=Invitations.ACCEPTED,
                show_as={
                    **SHOW_AS,
                    ShowAs.FREE: "Quiet",
                    ShowAs.TENTATIVE: Effect.IGNORE,
                    ShowAs.WORKING_ELSEWHERE: Effect.DEFAULT,
                },
            ),
            (
                "Appointments in *Work* make Anna *Meeting* (calls go to voicemail). Those "
                "shown as free are *Quiet*. Tentative ones do not count. Working elsewhere "
                "is *Meeting*. Invitations count once they are accepted."
            ),
        ),
        (
            CalendarRules(default_profile="Quiet", invitations=Invitations.NEVER),
            "Appointments in *Work* make Anna *Quiet*. Invitations do not count.",
        ),
    ],
)
def test_each_calendar_has_its_sentences(rules: CalendarRules, line: str) -> None:
    assert said(NOTHING, ("Work", rules))[0] == line


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("state", ShowAs)
def test_every_state_has_words_whatever_it_leads_to(
    state: ShowAs, language: str
) -> None:
    for effect in ("Quiet", Effect.IGNORE, Effect.DEFAULT):
        rules = CalendarRules(
            default_profile="Meeting", show_as={**SHOW_AS, state: effect}
        )
        assert said(NOTHING, ("Work", rules), language=language)


@pytest.mark.parametrize(
    "name", ["*a*", "[a](http://x)", "<b>", "a\nb", "x" * 1_000_000, "# a", "`a`"]
)
def test_a_name_is_its_letters_and_no_markup(name: str) -> None:
    shown = emphasised(name)
    assert shown[0] == shown[-1] == "*"
    for character in "*[]()<>#`":
        assert character not in shown[1:-1].replace(f"\\{character}", "")
    assert "\n" not in shown
    assert len(shown) < 600
