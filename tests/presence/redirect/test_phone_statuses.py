"""Forwarding that hangs on a named status of the phone system, switched as a whole."""

from dataclasses import replace
from typing import Final

import pytest

from custom_components.xpresence.languages import texts_in
from custom_components.xpresence.presence.line import (
    Condition,
    Destination,
    DestinationKind,
    Status,
)
from custom_components.xpresence.presence.model import (
    Office,
    Person,
    RedirectMode,
    RedirectRule,
    Target,
    TargetKind,
)
from custom_components.xpresence.presence.redirect.labels import (
    public_label,
    target_label,
)
from custom_components.xpresence.presence.redirect.numbers import PLAIN, NumberKind
from custom_components.xpresence.presence.redirect.numbers.kinds import (
    destination_kinds,
)
from custom_components.xpresence.presence.redirect.parts import (
    Part,
    RedirectCapabilities,
    TargetChoice,
    Targets,
    merged,
)
from custom_components.xpresence.presence.redirect.targets import resolve
from custom_components.xpresence.presence.texts.limits import limits_words
from custom_components.xpresence.presence.texts.redirect import redirect_words

AWAY: Final = Destination(DestinationKind.STATUS, "Away")
LUNCH: Final = Destination(DestinationKind.STATUS, "Custom 1")
STATUSES: Final = Targets(
    TargetChoice.STATUS, (AWAY, LUNCH), voicemail=False, suggested={Status.AWAY: "Away"}
)
PARTS: Final = frozenset({Part.UNCONDITIONAL})
CAPABILITIES: Final = RedirectCapabilities(
    PARTS, PARTS, voicemail=False, targets={Condition.UNCONDITIONAL: STATUSES}
)
ANNA: Final = Person("anna", "Anna", extension="100", default_profile="available")
RULE: Final = RedirectRule(
    RedirectMode.FORWARD, unconditional=Target(TargetKind.STATUS, "Away")
)


def office() -> Office:
    return Office(profiles={}, people={"anna": ANNA})


@pytest.mark.parametrize(
    ("target", "can"),
    [
        (AWAY, True),
        (Destination(DestinationKind.STATUS, "Holiday"), False),
        (Destination(DestinationKind.NUMBER, "101"), False),
        (Destination(DestinationKind.VOICEMAIL, "100"), False),
        (None, True),
    ],
)
def test_only_a_status_that_exists_can_be_set(
    target: Destination | None, *, can: bool
) -> None:
    assert CAPABILITIES.can_set(Part.UNCONDITIONAL, target) is can


@pytest.mark.parametrize(
    "targets",
    [
        Targets(),
        Targets(TargetChoice.LIST, (Destination(DestinationKind.NUMBER, "101"),)),
        Targets(TargetChoice.NONE),
    ],
)
def test_a_phone_system_without_statuses_takes_none(targets: Targets) -> None:
    assert not targets.takes(AWAY)


def test_a_rule_with_a_status_asks_for_that_status() -> None:
    found = resolve(office(), ANNA, RULE, {})
    assert found.forwarding.unconditional == AWAY
    assert found.forwarding.busy is None
    assert found.shown == {Condition.UNCONDITIONAL: Target(TargetKind.STATUS, "Away")}


def test_a_status_is_called_by_its_name_whoever_reads() -> None:
    assert public_label(office(), "anna", AWAY, PLAIN) == "Away"
    assert target_label(office(), "anna", Target(TargetKind.STATUS, "Away")) == "Away"


def test_where_a_status_leads_is_within_the_phone_systems_own_limits() -> None:
    assert destination_kinds(AWAY, PLAIN) == {NumberKind.INTERNAL}


@pytest.mark.parametrize("language", ["de", "en"])
def test_words_say_that_the_phone_system_decides_where_calls_go(language: str) -> None:
    said = redirect_words(RULE, texts_in(language), lambda target: target.value)
    assert "Away" in said
    assert {"de": "Telefonanlage", "en": "phone system"}[language] in said
    assert "Status" in limits_words(CAPABILITIES, texts_in("de"))


def test_two_lines_with_statuses_offer_the_statuses_of_both() -> None:
    other = replace(STATUSES, listed=(AWAY,))
    both = merged(
        (
            CAPABILITIES,
            replace(CAPABILITIES, targets={Condition.UNCONDITIONAL: other}),
        )
    ).targets_of(Condition.UNCONDITIONAL)
    assert both.choice is TargetChoice.STATUS
    assert set(both.listed) == {AWAY, LUNCH}
    assert both.suggested == {Status.AWAY: "Away"}
