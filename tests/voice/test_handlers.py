"""What is answered: to questions, to what is unclear, to whoever may not."""

from types import MappingProxyType

from freezegun.api import FrozenDateTimeFactory
from homeassistant.components import conversation
from homeassistant.config_entries import ConfigSubentry
from homeassistant.core import Context, HomeAssistant
from homeassistant.helpers import device_registry as dr, entity_registry as er
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry, MockUser

from tests.office import ANNA, BOB

from .conftest import Say
from .test_sentences import state_of

ENGLISH = pytest.mark.parametrize("language", ["en"], indirect=True)
GERMAN = pytest.mark.parametrize("language", ["de"], indirect=True)

ASKED_EN = [
    ("what's my status", "Your profile is Meeting, until 12:00."),
    ("what is my presence", "Your profile is Meeting, until 12:00."),
    ("which profile is active", "Your profile is Meeting, until 12:00."),
    ("what is Anna's status", "Your profile is Meeting, until 12:00."),
    ("what is Bob's status", "Bob Frost: Available."),
    ("what is the status of Bob", "Bob Frost: Available."),
    ("what is Bob Frost's presence", "Bob Frost: Available."),
    ("is Bob available", "Bob Frost: Available."),
    ("can I call Bob", "Bob Frost: Available."),
    ("am I forwarded", "Your calls go to Voicemail."),
    ("are my calls redirected", "Your calls go to Voicemail."),
    ("where do my calls go", "Your calls go to Voicemail."),
    ("who takes my calls", "Your calls go to Voicemail."),
    ("is my phone forwarded", "Your calls go to Voicemail."),
    ("who takes Bob's calls", "The calls of Bob Frost are not redirected."),
    ("where do Bob's calls go", "The calls of Bob Frost are not redirected."),
    ("is Bob forwarded", "The calls of Bob Frost are not redirected."),
    ("why is my status meeting", "Meeting because you chose it at 10:00"),
    ("why am I in a meeting", "Meeting because you chose it at 10:00"),
    ("why are my calls forwarded", "Meeting because you chose it at 10:00"),
    ("explain my profile", "Meeting because you chose it at 10:00"),
    ("set my presence back to automatic", "Your profile is automatic again"),
    ("set my status to automatic", "Your profile is automatic again"),
    ("resume my automatic presence", "Your profile is automatic again"),
    ("switch back to automatic presence", "Your profile is automatic again"),
    ("end my presence", "Your profile is automatic again"),
    ("I'm back", "Your profile is now Available. Your calls are not redirected."),
    ("I am back at my desk", "Your profile is now Available."),
    ("Bob is back", "The profile of Bob Frost is now Available."),
    ("set Bob's status to lunch", "The profile of Bob Frost is now Lunch."),
    ("set the status of Bob to lunch for an hour", "is now Lunch, until 11:00."),
    ("put Bob on lunch", "The profile of Bob Frost is now Lunch."),
    ("set my status to blue", "There is no profile called blue."),
    ("set my status to meeting until blue", "I did not understand the time."),
    ("set Clara's presence to lunch", "I know nobody called Clara's."),
    ("set my status to", "couldn't understand"),
]
ASKED_DE = [
    ("was ist mein Status", "Dein Profil ist Besprechung, bis 12:00 Uhr."),
    ("wie ist mein Status", "Dein Profil ist Besprechung, bis 12:00 Uhr."),
    ("welches Profil habe ich", "Dein Profil ist Besprechung, bis 12:00 Uhr."),
    ("welchen Status hat Bob", "Bob Frost: Verfügbar."),
    ("wie ist Bobs Status", "Bob Frost: Verfügbar."),
    ("was ist der Status von Bob Frost", "Bob Frost: Verfügbar."),
    ("ist Bob erreichbar", "Bob Frost: Verfügbar."),
    ("kann ich Bob anrufen", "Bob Frost: Verfügbar."),
    ("bin ich umgeleitet", "Deine Anrufe gehen an Voicemail."),
    ("sind meine Anrufe weitergeleitet", "Deine Anrufe gehen an Voicemail."),
    ("ist mein Telefon umgeleitet", "Deine Anrufe gehen an Voicemail."),
    ("wo gehen meine Anrufe hin", "Deine Anrufe gehen an Voicemail."),
    ("wohin gehen meine Gespräche", "Deine Anrufe gehen an Voicemail."),
    ("wer nimmt meine Anrufe an", "Deine Anrufe gehen an Voicemail."),
    ("wer nimmt Bobs Anrufe an", "Die Anrufe von Bob Frost sind nicht umgeleitet."),
    ("wer übernimmt die Anrufe von Bob", "von Bob Frost sind nicht umgeleitet."),
    ("wohin gehen Bobs Anrufe", "Die Anrufe von Bob Frost sind nicht umgeleitet."),
    ("ist Bob umgeleitet", "Die Anrufe von Bob Frost sind nicht umgeleitet."),
    ("warum ist mein Status Besprechung", "Besprechung, weil du es um 10:00 Uhr"),
    ("warum bin ich in einer Besprechung", "Besprechung, weil du es um 10:00 Uhr"),
    ("warum sind meine Anrufe umgeleitet", "Besprechung, weil du es um 10:00 Uhr"),
    ("erkläre mir mein Profil", "Besprechung, weil du es um 10:00 Uhr"),
    ("setze mein Profil wieder auf automatisch", "Dein Profil ist wieder automatisch"),
    ("stell meinen Status auf Automatik", "Dein Profil ist wieder automatisch"),
    ("mein Profil wieder automatisch", "Dein Profil ist wieder automatisch"),
    ("Präsenz wieder auf Automatik", "Dein Profil ist wieder automatisch"),
    ("beende meine Präsenz", "Dein Profil ist wieder automatisch"),
    ("bin wieder da", "Dein Profil ist jetzt Verfügbar. Deine Anrufe sind nicht"),
    ("ich bin zurück", "Dein Profil ist jetzt Verfügbar."),
    ("Bob ist wieder da", "Das Profil von Bob Frost ist jetzt Verfügbar."),
    ("setze Bobs Status auf Mittag", "Das Profil von Bob Frost ist jetzt Mittag."),
    ("setze den Status von Bob auf Mittag", "von Bob Frost ist jetzt Mittag."),
    ("stelle Bob auf Mittag bis eins", "ist jetzt Mittag, bis 13:00 Uhr."),
    ("setze meinen Status auf blau", "Es gibt kein Profil blau."),
    ("setze meinen Status auf Mittag bis dann", "Die Zeit habe ich nicht verstanden."),
    ("setze die Präsenz von Clara auf Mittag", "Ich kenne niemanden namens Clara."),
]


@ENGLISH
@pytest.mark.parametrize(("text", "answer"), ASKED_EN)
async def test_an_english_question_gets_its_answer(
    say: Say, text: str, answer: str
) -> None:
    await say("set my status to meeting until noon")
    assert answer in await say(text)


@GERMAN
@pytest.mark.parametrize(("text", "answer"), ASKED_DE)
async def test_a_german_question_gets_its_answer(
    say: Say, text: str, answer: str
) -> None:
    await say("setze meinen Status auf Besprechung bis mittags")
    assert answer in await say(text)


@ENGLISH
async def test_a_choice_says_where_calls_go_now(say: Say) -> None:
    assert await say("set my status to lunch") == (
        "Your profile is now Lunch. Your calls go to Voicemail."
    )


@ENGLISH
async def test_an_info_text_is_taken_as_it_was_spoken(
    hass: HomeAssistant, say: Say
) -> None:
    await say("set my status to lunch for an hour with the note back at Two")
    assert state_of(hass, "text", ANNA, "info_text").state == "back at Two"
    assert "back at Two" in await say("what is my status")


@ENGLISH
async def test_until_i_return_is_kept(hass: HomeAssistant, say: Say) -> None:
    assert "until you return" in await say("set my status to vacation until I return")
    assert state_of(hass, "select", ANNA, "profile").state == "Vacation"


@GERMAN
async def test_bis_ich_zurueck_bin_wird_behalten(hass: HomeAssistant, say: Say) -> None:
    answer = await say("setze meinen Status auf Urlaub bis ich zurück bin")
    assert "bis du zurückkommst" in answer


# Whose voice it is


@ENGLISH
async def test_an_unknown_voice_is_asked_for_a_name(
    hass: HomeAssistant, say: Say
) -> None:
    answer = await say("set my status to lunch", by=None)
    assert answer.startswith("I do not know whose voice this is.")
    assert state_of(hass, "select", ANNA, "profile").state == "Available"


@ENGLISH
async def test_a_satellite_speaks_for_its_person(
    hass: HomeAssistant, say: Say, office: MockConfigEntry
) -> None:
    device = dr.async_get(hass).async_get_or_create(
        config_entry_id=office.entry_id, identifiers={("test", "satellite")}
    )
    bob = office.subentries[BOB]
    hass.config_entries.async_update_subentry(
        office, bob, data={**bob.data, "sharing": {"satellites": [device.id]}}
    )
    await hass.async_block_till_done(wait_background_tasks=True)
    await say("set my status to lunch", by=None, device=device.id)
    assert state_of(hass, "select", BOB, "profile").state == "Lunch"
    answer = await say("set Anna's status to lunch", by=None, device=device.id)
    assert state_of(hass, "select", ANNA, "profile").state == "Available"
    assert "nothing was changed" in answer.casefold()


@ENGLISH
async def test_what_hears_for_a_satellite_speaks_for_its_person_too(
    hass: HomeAssistant, say: Say, office: MockConfigEntry
) -> None:
    device = dr.async_get(hass).async_get_or_create(
        config_entry_id=office.entry_id, identifiers={("test", "satellite")}
    )
    heard_by = er.async_get(hass).async_get_or_create(
        "assist_satellite", "test", "desk", device_id=device.id
    )
    bob = office.subentries[BOB]
    hass.config_entries.async_update_subentry(
        office, bob, data={**bob.data, "sharing": {"satellites": [device.id]}}
    )
    await hass.async_block_till_done(wait_background_tasks=True)
    for satellite in ("assist_satellite.gone", heard_by.entity_id):
        result = await conversation.async_converse(
            hass,
            "set my status to lunch",
            None,
            Context(),
            "en",
            satellite_id=satellite,
        )
        await hass.async_block_till_done(wait_background_tasks=True)
        known = satellite == heard_by.entity_id
        profile = state_of(hass, "select", BOB, "profile").state
        assert profile == ("Lunch" if known else "Available")
        speech = result.response.speech["plain"]["speech"]
        assert ("whose voice" in speech) is not known


@ENGLISH
async def test_where_there_is_one_person_everybody_who_speaks_means_them(
    hass: HomeAssistant, say: Say, office: MockConfigEntry
) -> None:
    hass.config_entries.async_remove_subentry(office, ANNA)
    await hass.async_block_till_done(wait_background_tasks=True)
    assert "now Lunch" in await say("set my status to lunch", by=None)
    assert state_of(hass, "select", BOB, "profile").state == "Lunch"
    assert "Lunch" in await say("what is my status")


@GERMAN
async def test_a_colleague_is_refused_in_words(
    hass: HomeAssistant, say: Say, hass_read_only_user: MockUser
) -> None:
    user = await hass.auth.async_create_user("Colleague", group_ids=["system-users"])
    answer = await say("setze Bobs Status auf Mittag", by=user.id)
    assert state_of(hass, "select", BOB, "profile").state == "Verfügbar"
    assert "geändert" in answer


# Names that are told apart


@ENGLISH
async def test_two_profiles_that_may_be_meant_are_both_named(
    hass: HomeAssistant, say: Say, office: MockConfigEntry
) -> None:
    meeting = next(s for s in office.subentries.values() if s.title == "Meeting")
    for name in ("Workshop north", "Workshop south"):
        hass.config_entries.async_add_subentry(
            office,
            ConfigSubentry(
                data=MappingProxyType({**meeting.data, "name": name}),
                subentry_type="profile",
                title=name,
                unique_id=f"profile_{name}",
            ),
        )
    await hass.async_block_till_done(wait_background_tasks=True)
    answer = await say("set my status to workshop until noon")
    assert answer.startswith("That may be Workshop north or Workshop south.")
    assert state_of(hass, "select", ANNA, "profile").state == "Available"
    assert "Workshop south" in await say("set my status to workshop south")


@ENGLISH
async def test_new_names_are_listened_to_at_once(
    hass: HomeAssistant, say: Say, office: MockConfigEntry
) -> None:
    bob = office.subentries[BOB]
    hass.config_entries.async_update_subentry(
        office, bob, data={**bob.data, "name": "Robert"}
    )
    await hass.async_block_till_done(wait_background_tasks=True)
    assert await say("what is Robert's status") == "Robert: Available."
    assert "Robert" not in await say("what is Bob's status")


@ENGLISH
async def test_nothing_is_listened_to_without_an_office(
    hass: HomeAssistant, say: Say, office: MockConfigEntry
) -> None:
    assert "Your profile" in await say("what is my status")
    await hass.config_entries.async_unload(office.entry_id)
    assert "Your profile" not in await say("what is my status")


@ENGLISH
@pytest.mark.parametrize(
    "text",
    [
        "turn on the kitchen light",
        "set the bedroom lights to blue",
        "set the thermostat to 20 degrees for two hours",
        "what is the status of the washing machine",
        "is the front door locked",
        "where is Anna",
        "I'm cold",
        "I'm going to bed",
        "set a timer for two hours",
        "what time is it",
        "call Bob",
        "add lunch to my shopping list",
        "is Anna home",
        "setze den Status der Waschmaschine auf an",
        "was ist der Status der Waschmaschine",
        "stell die Heizung für zwei Stunden auf 20 Grad",
        "ich bin müde",
        "ich mache das Licht aus",
    ],
)
async def test_what_is_nothing_to_do_with_presence_is_left_to_others(
    hass: HomeAssistant, say: Say, office: MockConfigEntry, text: str
) -> None:
    answer = await say(text)
    assert "profile" not in answer.casefold()
    assert "nobody" not in answer.casefold()
    assert state_of(hass, "select", ANNA, "profile").state == "Available"


@ENGLISH
async def test_presence_is_planned_by_voice(hass: HomeAssistant, say: Say) -> None:
    answer = await say("plan vacation from Monday to Friday")
    assert answer == (
        "Planned: Vacation, from Monday, 30 November, 00:00 until "
        "Saturday, 5 December, 00:00."
    )
    profile = state_of(hass, "select", ANNA, "profile")
    assert profile.attributes["next_change"].isoformat().startswith("2026-11-29")


@GERMAN
async def test_praesenz_wird_auf_deutsch_geplant(hass: HomeAssistant, say: Say) -> None:
    answer = await say("plane morgen von zwölf bis eins Mittag")
    assert answer == "Geplant: Mittag, von morgen, 12:00 Uhr bis morgen, 13:00 Uhr."


@pytest.mark.parametrize(
    ("language", "said", "answer"),
    [
        ("en", "plan lunch for Bob tomorrow from 12 to 1", "Planned for Bob Frost:"),
        ("de", "plane Mittag für Bob morgen von 12 bis 13 Uhr", "Geplant für Bob"),
    ],
    indirect=["language"],
)
async def test_presence_is_planned_for_somebody_else(
    hass: HomeAssistant, say: Say, said: str, answer: str
) -> None:
    assert (await say(said)).startswith(answer)


# Back to automatic


@pytest.mark.parametrize(
    ("language", "text", "remains"),
    [
        (
            "en",
            "set my status to automatic",
            "Calls keep going to Bob Frost, by an own redirect.",
        ),
        (
            "de",
            "setze meinen Status auf automatisch",
            "Anrufe gehen weiter an Bob Frost, durch eine eigene Umleitung.",
        ),
    ],
    indirect=["language"],
)
async def test_back_to_automatic_names_the_redirect_that_goes_on(
    hass: HomeAssistant, say: Say, text: str, remains: str
) -> None:
    assert "Bob Frost" not in await say(text)
    state = state_of(hass, "select", ANNA, "profile")
    await hass.services.async_call(
        "xpresence",
        "set_redirect",
        {
            "entity_id": state.entity_id,
            "mode": "forward",
            "target": "101",
            "for": {"hours": 1},
        },
        blocking=True,
    )
    assert (await say(text)).endswith(remains)


# Questions that wait for yes or no


def calls_to(hass: HomeAssistant) -> object:
    return state_of(hass, "sensor", ANNA, "redirect").attributes.get("target")


@ENGLISH
async def test_a_spoken_number_is_read_back_and_waits_for_yes(
    hass: HomeAssistant, say: Say
) -> None:
    asked = await say("forward my calls to one oh two until four")
    assert asked == "Forward your calls to 1 0 2, until 16:00? Say yes or no."
    assert calls_to(hass) is None
    assert "Your calls go to" in await say("yes")
    assert calls_to(hass) is not None


@ENGLISH
@pytest.mark.parametrize("said", ["no", "what is my status"])
async def test_without_yes_nothing_is_redirected(
    hass: HomeAssistant, say: Say, said: str
) -> None:
    await say("forward my calls to one oh two")
    await say(said)
    await say("yes")
    assert calls_to(hass) is None


@ENGLISH
async def test_a_yes_is_the_speakers_own(hass: HomeAssistant, say: Say) -> None:
    await say("forward my calls to one oh two")
    other = await hass.auth.async_create_user("Colleague", group_ids=["system-users"])
    assert await say("yes", by=other.id) == "There is nothing to confirm."
    assert calls_to(hass) is None


@GERMAN
async def test_bis_halb_drei_um_zehn_vor_drei_wird_erfragt(
    hass: HomeAssistant, say: Say, freezer: FrozenDateTimeFactory
) -> None:
    freezer.move_to("2026-11-24 13:50:00+00:00")
    asked = await say("ich bin bis halb drei in einer Besprechung")
    assert asked.startswith("Meinst du Besprechung, bis morgen, 02:30 Uhr?")
    assert state_of(hass, "select", ANNA, "profile").state == "Verfügbar"
    assert "bis morgen, 02:30 Uhr" in await say("ja")
    assert state_of(hass, "select", ANNA, "profile").state == "Besprechung"


@ENGLISH
async def test_a_redirect_by_voice_obeys_what_the_office_allows(
    hass: HomeAssistant, say: Say
) -> None:
    user = await hass.auth.async_create_user("Colleague", group_ids=["system-users"])
    await say("forward my calls to Bob", by=user.id)
    assert calls_to(hass) is None
