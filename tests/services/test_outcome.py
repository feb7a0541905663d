"""What a choice answers: where calls go now, and whose redirect goes on."""

from typing import Any

from homeassistant.core import Context, HomeAssistant
import pytest

from custom_components.xpresence.languages import texts_in
from custom_components.xpresence.operations.outcome import async_outcome
from custom_components.xpresence.presence.line import Destination, DestinationKind
from tests.office import forward, profile
from tests.recording import Recording, recording
from tests.team import Team, set_up_team
from tests.test_coordinator import SELECT

TRAINING = profile(
    "01PROFILETRAIN000000000000", "Course", "busy", redirect=forward("voicemail")
)
LUNCH = profile("01PROFILELUNCH000000000000", "Lunch", "away")
NUMBER = Destination(DestinationKind.NUMBER, "01715550189")


class Office:
    """An office in which Anna is on a course by a rule, and may choose Lunch over it."""

    def __init__(self, hass: HomeAssistant, team: Team, system: Recording) -> None:
        self.hass = hass
        self.team = team
        self.system = system

    async def act(self, action: str, by: str | None = "anna", **said: Any) -> Any:
        answer: Any = await self.hass.services.async_call(
            "xpresence",
            action,
            {"entity_id": SELECT, **said},
            blocking=True,
            return_response=True,
            context=self.team.context(by) if by else Context(),
        )
        await self.hass.async_block_till_done(wait_background_tasks=True)
        return answer["people"][0]


@pytest.fixture
async def office(
    hass: HomeAssistant, own_folder: object, monkeypatch: pytest.MonkeyPatch
) -> Office:
    made = recording(monkeypatch)
    hass.states.async_set("binary_sensor.course", "off")
    rule = {
        "id": "1",
        "entity": "binary_sensor.course",
        "states": ["on"],
        "profile": TRAINING["subentry_id"],
        "seconds": 0,
    }
    team = await set_up_team(
        hass, anna={"rules": [rule]}, more_profiles=[TRAINING, LUNCH]
    )
    await hass.async_block_till_done(wait_background_tasks=True)
    return Office(hass, team, made[-1])


async def test_calls_that_keep_going_are_named_with_the_profile_they_are_from(
    hass: HomeAssistant, office: Office
) -> None:
    hass.states.async_set("binary_sensor.course", "on")
    await hass.async_block_till_done(wait_background_tasks=True)
    told = await office.act("set_profile", profile="Lunch")
    assert told == {
        "name": "Anna",
        "profile": "Lunch",
        "until": None,
        "redirect": "active",
        "target": "Voicemail",
        "remains": "calls keep going to Voicemail, from “Course”",
    }
    explained = await office.act("explain")
    assert "calls keep going to voicemail, from “Course”" in explained["explanation"]


async def test_a_profile_that_sends_calls_away_itself_leaves_nothing_to_name(
    office: Office,
) -> None:
    told = await office.act("set_profile", profile="Meeting")
    assert (told["target"], told["remains"]) == ("Voicemail", "")


async def test_back_to_automatic_names_what_the_desk_dialled(office: Office) -> None:
    await office.system.dialled("100", unconditional=NUMBER)
    told = await office.act("resume_automatic")
    assert told["remains"] == "calls keep going to 01715550189, not set by xpresence"


async def test_and_an_own_redirect_with_an_end(
    hass: HomeAssistant, office: Office
) -> None:
    await hass.services.async_call(
        "xpresence",
        "set_redirect",
        {"entity_id": SELECT, "mode": "forward", "target": "101", "for": {"hours": 1}},
        blocking=True,
    )
    told = await office.act("resume_automatic")
    assert told["remains"] == "calls keep going to Bob, by an own redirect"


async def test_an_own_redirect_without_an_end_goes_and_nothing_is_named(
    hass: HomeAssistant, office: Office
) -> None:
    await hass.services.async_call(
        "xpresence",
        "set_redirect",
        {"entity_id": SELECT, "mode": "forward", "target": "101"},
        blocking=True,
    )
    told = await office.act("resume_automatic")
    assert (told["redirect"], told["remains"]) == ("off", "")


async def test_an_automation_that_may_not_see_details_reads_a_masked_number(
    hass: HomeAssistant, office: Office
) -> None:
    await office.system.dialled("100", unconditional=NUMBER)
    options = {**office.team.entry.options, "automations": "refused"}
    told = await office.act("resume_automatic", "dora")
    assert "01715550189" in told["remains"]
    hass.config_entries.async_update_entry(office.team.entry, options=options)
    coordinator = office.team.entry.runtime_data
    person_id = next(iter(coordinator.people))
    told = await async_outcome(coordinator, person_id, texts_in("de"), Context())
    assert told["remains"] == (
        "Anrufe gehen weiter an … 89, nicht von xpresence eingestellt"
    )
