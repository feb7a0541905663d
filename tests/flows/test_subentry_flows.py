"""The settings of profiles, people and the office, as an administrator fills them."""

from typing import Any

from homeassistant.config_entries import SOURCE_USER
from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import FlowResultType, InvalidData, section
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.xpresence.presence.model import DEFAULT_ORDER
from tests.office import ANNA, AVAILABLE, BOB, COLLEAGUE, MEETING
from tests.pages import EN, assert_worded

PRESENCE = {
    "status": "busy",
    "info_text": "",
    "ending": "until_changed",
    "agent": "unchanged",
    "enabled": True,
}
NOWHERE = {"kind": "nowhere"}


class Form:
    """One settings page after another."""

    def __init__(self, hass: HomeAssistant, result: Any) -> None:
        self.hass = hass
        self.result = result
        self.texts = EN["config_subentries"][result["handler"][1]]
        assert_worded(result, self.texts)

    async def fill(self, **said: Any) -> Any:
        self.result = await self.hass.config_entries.subentries.async_configure(
            self.result["flow_id"], said
        )
        assert_worded(self.result, self.texts)
        return self.result

    @property
    def suggested(self) -> dict[str, Any]:
        """Return what the page shows, sections by their names."""
        return _suggested(self.result["data_schema"].schema)


def _suggested(schema: dict[Any, Any]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for key, field in schema.items():
        if isinstance(field, section):
            found[str(key)] = _suggested(field.schema.schema)
        elif key.description and "suggested_value" in key.description:
            found[str(key)] = key.description["suggested_value"]
    return found


async def new(hass: HomeAssistant, entry: MockConfigEntry, kind: str) -> Form:
    return Form(
        hass,
        await hass.config_entries.subentries.async_init(
            (entry.entry_id, kind), context={"source": SOURCE_USER}
        ),
    )


async def change(
    hass: HomeAssistant, entry: MockConfigEntry, subentry: str, page: str = "general"
) -> Form:
    """Open a settings page of something that exists; people have a menu of them."""
    form = Form(hass, await entry.start_subentry_reconfigure_flow(hass, subentry))
    if form.result["type"] is FlowResultType.MENU:
        await form.fill(next_step_id=page)
    return form


def named(entry: MockConfigEntry, name: str) -> Any:
    (found,) = (s for s in entry.subentries.values() if s.data["name"] == name)
    return found


# Profiles


async def test_a_new_profile_forwards_by_condition(
    hass: HomeAssistant, office: MockConfigEntry
) -> None:
    form = await new(hass, office, "profile")
    await form.fill(name="  Deep   work ")
    await form.fill(**PRESENCE | {"ending": "fixed_time", "minutes": 90})
    await form.fill(mode="forward")
    result = await form.fill(
        unconditional=NOWHERE,
        busy={"kind": "number", "number": "0171 555 0100"},
        no_reply={"kind": "person", "person": BOB, "ring_seconds": 15},
        do_not_disturb=True,
    )
    assert result["type"] is FlowResultType.CREATE_ENTRY
    await hass.async_block_till_done()
    made = named(office, "Deep work")
    assert made.unique_id == "profile_deep work"
    assert made.data["duration"] == 5400
    assert made.data["redirect"] == {
        "mode": "forward",
        "do_not_disturb": True,
        "unconditional": None,
        "busy": {"kind": "number", "value": "0171 555 0100"},
        "no_reply": {"kind": "person", "value": BOB},
        "ring_seconds": 15,
    }
    select = hass.states.get("select.anna_profile")
    assert select is not None
    assert "Deep work" in select.attributes["options"]


async def test_a_profile_is_made_like_another_under_a_new_name(
    hass: HomeAssistant, office: MockConfigEntry
) -> None:
    form = await new(hass, office, "profile")
    await form.fill(name="Board meeting", copy_of=MEETING)
    assert form.suggested["status"] == "busy"
    await form.fill(**PRESENCE)
    assert form.suggested["mode"] == "forward"
    await form.fill(mode="forward")
    assert form.suggested["unconditional"] == {"kind": "voicemail"}
    result = await form.fill(
        unconditional={"kind": "voicemail"}, busy=NOWHERE, no_reply=NOWHERE
    )
    assert result["type"] is FlowResultType.CREATE_ENTRY
    assert named(office, "Board meeting").data["owner"] is None


@pytest.mark.parametrize(
    ("name", "problem"),
    [
        ("", "name_empty"),
        ("   ", "name_empty"),
        ("x" * 2000, "name_too_long"),
        ("MEETING", "name_taken"),
        (" meeting ", "name_taken"),
        ("Mee\x00ting", "name_control_character"),
        ("Mee\r\nting", "name_control_character"),
        ("Mee\u200bting", "name_control_character"),
        ("\u202eMeeting", "name_control_character"),
        ("Ｍｅｅｔｉｎｇ", "name_taken"),
        ("Unknown", "name_reserved"),
        ("@Meeting", "name_begins_with_at"),
    ],
)
async def test_a_name_that_cannot_be_is_said_so_and_the_page_goes_on(
    hass: HomeAssistant, office: MockConfigEntry, name: str, problem: str
) -> None:
    form = await new(hass, office, "profile")
    result = await form.fill(name=name)
    assert result["errors"] == {"name": problem}
    result = await form.fill(name="Fine")
    assert result["step_id"] == "presence"


@pytest.mark.parametrize(
    ("target", "problem"),
    [
        ({"kind": "number"}, "number_empty_unconditional"),
        ({"kind": "number", "number": "12ab"}, "number_letters_unconditional"),
        (
            {"kind": "number", "number": "12\r\n3"},
            "number_control_character_unconditional",
        ),
        ({"kind": "number", "number": "112"}, "number_emergency_unconditional"),
        ({"kind": "person"}, "target_person_missing_unconditional"),
        ({"kind": "device"}, "target_device_missing_unconditional"),
        ({"kind": "first_available"}, "target_deputies_missing_unconditional"),
        (NOWHERE, "target_missing_unconditional"),
    ],
)
async def test_a_target_that_cannot_be_is_named_and_nothing_is_lost(
    hass: HomeAssistant,
    office: MockConfigEntry,
    target: dict[str, Any],
    problem: str,
) -> None:
    form = await new(hass, office, "profile")
    await form.fill(name="New")
    await form.fill(**PRESENCE)
    await form.fill(mode="forward")
    result = await form.fill(unconditional=target, busy=NOWHERE, no_reply=NOWHERE)
    assert result["errors"] == {"base": problem}
    assert form.suggested["unconditional"].get("kind", "nowhere") == target["kind"]
    result = await form.fill(
        unconditional={"kind": "first_available", "deputies": [BOB]},
        busy=NOWHERE,
        no_reply=NOWHERE,
    )
    assert result["type"] is FlowResultType.CREATE_ENTRY


@pytest.mark.parametrize(
    "target",
    [
        {"kind": "device", "device": "mobile"},
        {"kind": "number", "number": "101"},
        {"kind": "person", "person": BOB},
        {"kind": "first_available", "deputies": [BOB]},
    ],
)
async def test_what_was_set_is_shown_again_when_it_is_changed(
    hass: HomeAssistant, office: MockConfigEntry, target: dict[str, Any]
) -> None:
    form = await change(hass, office, MEETING)
    await form.fill(**PRESENCE)
    await form.fill(mode="forward")
    no_reply = {**target, "ring_seconds": 20}
    await form.fill(unconditional=target, busy=target, no_reply=no_reply)
    await hass.async_block_till_done()
    form = await change(hass, office, MEETING)
    await form.fill(**PRESENCE)
    await form.fill(mode="forward")
    assert form.suggested["unconditional"] == target
    assert form.suggested["no_reply"] == no_reply


@pytest.mark.parametrize(("mode", "kept"), [("unchanged", "unchanged"), ("off", "off")])
async def test_the_flow_points_out_that_off_ends_follow_me(
    hass: HomeAssistant, office: MockConfigEntry, mode: str, kept: str
) -> None:
    form = await change(hass, office, AVAILABLE)
    await form.fill(**PRESENCE | {"status": "available"})
    result = await form.fill(mode="off")
    assert result["step_id"] == "follow_me_ends"
    assert form.suggested["mode"] == "unchanged"
    result = await form.fill(mode=mode)
    assert result["reason"] == "reconfigure_successful"
    assert office.subentries[AVAILABLE].data["redirect"]["mode"] == kept


async def test_a_profile_that_is_not_available_may_be_off_without_a_word(
    hass: HomeAssistant, office: MockConfigEntry
) -> None:
    form = await change(hass, office, MEETING)
    await form.fill(**PRESENCE)
    result = await form.fill(mode="off")
    assert result["type"] is FlowResultType.ABORT
    assert office.subentries[MEETING].data["redirect"]["mode"] == "off"


async def test_a_profile_in_use_cannot_be_switched_off_and_the_place_is_named(
    hass: HomeAssistant, office: MockConfigEntry
) -> None:
    form = await change(hass, office, AVAILABLE)
    result = await form.fill(**PRESENCE | {"enabled": False})
    assert result["errors"] == {"enabled": "profile_in_use"}
    assert result["description_placeholders"]["places"] == "Anna, Bob"
    form = await change(hass, office, MEETING)
    result = await form.fill(**PRESENCE | {"enabled": False})
    assert result["step_id"] == "redirect"


async def test_a_profile_that_holds_now_cannot_be_switched_off(
    hass: HomeAssistant, office: MockConfigEntry
) -> None:
    choice = {"entity_id": "select.bob_profile", "option": "Meeting"}
    await hass.services.async_call("select", "select_option", choice, blocking=True)
    form = await change(hass, office, MEETING)
    result = await form.fill(**PRESENCE | {"enabled": False})
    assert result["errors"] == {"enabled": "profile_active"}
    assert result["description_placeholders"]["places"] == "Bob"
    choice["option"] = "Available"
    await hass.services.async_call("select", "select_option", choice, blocking=True)
    result = await form.fill(**PRESENCE | {"enabled": False})
    assert result["step_id"] == "redirect"


async def test_profiles_can_be_changed_while_the_phone_system_is_not_set_up(
    hass: HomeAssistant, office: MockConfigEntry
) -> None:
    await hass.config_entries.async_unload(office.entry_id)
    form = await change(hass, office, MEETING)
    assert form.result["description_placeholders"]["places"] == "–"
    await form.fill(**PRESENCE | {"enabled": False})
    result = await form.fill(mode="unchanged")
    assert result["reason"] == "reconfigure_successful"
    assert office.subentries[MEETING].data["enabled"] is False


async def test_a_profile_means_everybodys_own_device_by_its_name(
    hass: HomeAssistant, office: MockConfigEntry
) -> None:
    right = {"name": "Anna", "extension": "100", "default_profile": AVAILABLE}
    form = await change(hass, office, ANNA)
    await form.fill(**right, devices=["Mobile Phone: 0171 555 0100"])
    form = await new(hass, office, "profile")
    await form.fill(name="On the road")
    await form.fill(**PRESENCE)
    await form.fill(mode="forward")
    device = {"kind": "device", "device": " Mobile  phone"}
    await form.fill(unconditional=device, busy=NOWHERE, no_reply=NOWHERE)
    await hass.async_block_till_done()
    choice = {"entity_id": "select.anna_profile", "option": "On the road"}
    await hass.services.async_call("select", "select_option", choice, blocking=True)
    redirect = hass.states.get("sensor.anna_redirect")
    assert redirect is not None
    assert redirect.state == "active"


@pytest.mark.parametrize(
    "target",
    [
        {"kind": "person", "person": BOB},
        {"kind": "first_available", "deputies": [BOB]},
    ],
)
async def test_a_colleague_who_has_left_is_no_longer_suggested(
    hass: HomeAssistant, office: MockConfigEntry, target: dict[str, Any]
) -> None:
    form = await change(hass, office, COLLEAGUE)
    await form.fill(**PRESENCE)
    await form.fill(mode="forward")
    await form.fill(unconditional=target, busy=NOWHERE, no_reply=NOWHERE)
    hass.config_entries.async_remove_subentry(office, BOB)
    await hass.async_block_till_done()
    form = await change(hass, office, COLLEAGUE)
    await form.fill(**PRESENCE)
    await form.fill(mode="forward")
    shown = form.suggested["unconditional"]
    result = await form.fill(unconditional=shown, busy=NOWHERE, no_reply=NOWHERE)
    missing = "person" if target["kind"] == "person" else "deputies"
    assert result["errors"] == {"base": f"target_{missing}_missing_unconditional"}


async def test_an_emergency_number_is_none_where_it_is_an_extension(
    hass: HomeAssistant, office: MockConfigEntry
) -> None:
    hass.config_entries.async_update_entry(office, options={"outside_prefix": "9"})
    form = await new(hass, office, "profile")
    await form.fill(name="New")
    await form.fill(**PRESENCE)
    await form.fill(mode="forward")
    police = {
        "unconditional": {"kind": "number", "number": "9112"},
        "busy": NOWHERE,
        "no_reply": NOWHERE,
    }
    result = await form.fill(**police)
    assert result["errors"] == {"base": "number_emergency_unconditional"}
    carol = await new(hass, office, "person")
    await carol.fill(name="Carol", extension="9112", default_profile=AVAILABLE)
    result = await form.fill(**police)
    assert result["type"] is FlowResultType.CREATE_ENTRY


@pytest.mark.parametrize("text", ["a\r\nb", "a\x00b", "\u202etext", "a\u2028b"])
async def test_an_info_text_is_one_honest_line(
    hass: HomeAssistant, office: MockConfigEntry, text: str
) -> None:
    form = await change(hass, office, MEETING)
    result = await form.fill(**PRESENCE | {"info_text": text})
    assert result["errors"] == {"info_text": "info_text_control_character"}
    assert form.suggested["info_text"] == text


async def test_a_fixed_time_needs_minutes_and_an_info_text_is_short(
    hass: HomeAssistant, office: MockConfigEntry
) -> None:
    form = await change(hass, office, MEETING)
    result = await form.fill(**PRESENCE | {"ending": "fixed_time"})
    assert result["errors"] == {"minutes": "duration_missing"}
    result = await form.fill(**PRESENCE | {"info_text": "x" * 300})
    assert result["errors"] == {"info_text": "info_text_too_long"}
    result = await form.fill(**PRESENCE | {"info_text": "Room 3"})
    assert result["step_id"] == "redirect"


async def test_the_name_is_asked_once_and_renaming_the_row_changes_nothing(
    hass: HomeAssistant, office: MockConfigEntry
) -> None:
    form = await change(hass, office, MEETING)
    assert "name" not in form.suggested
    # What Home Assistant's own "Rename" does.
    hass.config_entries.async_update_subentry(
        office, office.subentries[MEETING], title="Something else"
    )
    await hass.async_block_till_done()
    assert office.subentries[MEETING].title == "Meeting"
    select = hass.states.get("select.anna_profile")
    assert select is not None
    assert "Meeting" in select.attributes["options"]


async def test_a_name_that_was_taken_meanwhile_is_not_made_twice(
    hass: HomeAssistant, office: MockConfigEntry
) -> None:
    first = await new(hass, office, "profile")
    second = await new(hass, office, "profile")
    for form in (first, second):
        await form.fill(name="Twin")
        await form.fill(**PRESENCE)
    assert (await first.fill(mode="unchanged"))["type"] is FlowResultType.CREATE_ENTRY
    assert (await second.fill(mode="unchanged"))["reason"] == "name_taken"


@pytest.mark.parametrize("wrong", [{"name": 5}, {"name": None}, {}, {"nam": "x"}])
async def test_wrong_types_through_the_api_are_refused(
    hass: HomeAssistant, office: MockConfigEntry, wrong: dict[str, Any]
) -> None:
    form = await new(hass, office, "profile")
    with pytest.raises(InvalidData):
        await form.fill(**wrong)


# People


async def test_a_person_is_added_with_sensible_defaults(
    hass: HomeAssistant, office: MockConfigEntry
) -> None:
    form = await new(hass, office, "person")
    assert form.suggested["default_profile"] == AVAILABLE
    result = await form.fill(
        name="Carol",
        extension=" 102 ",
        default_profile=AVAILABLE,
        devices=["Mobile: 0171 555 0100", "", "Home: 030123456"],
    )
    assert result["type"] is FlowResultType.CREATE_ENTRY
    await hass.async_block_till_done()
    carol = named(office, "Carol")
    assert carol.unique_id == "person_102"
    assert carol.data["devices"] == [
        {"id": "mobile", "name": "Mobile", "number": "01715550100"},
        {"id": "home", "name": "Home", "number": "030123456"},
    ]
    # The others never noticed.
    assert hass.states.get("select.carol_profile") is not None
    anna = hass.states.get("select.anna_profile")
    assert anna is not None
    assert anna.state == "Available"


@pytest.mark.parametrize(
    ("wrong", "errors"),
    [
        ({"name": ""}, {"name": "name_empty"}),
        ({"name": "a\x07"}, {"name": "name_control_character"}),
        ({"name": "Unavailable"}, {"name": "name_reserved"}),
        ({"name": "@Carol"}, {"name": "name_begins_with_at"}),
        ({"name": "Anna"}, {"name": "name_of_somebody"}),
        ({"name": " ANNA "}, {"name": "name_of_somebody"}),
        ({"devices": ["Off: 601"]}, {"devices": "device_name_reserved"}),
        ({"devices": ["none: 601"]}, {"devices": "device_name_reserved"}),
        ({"devices": ["@Home: 601"]}, {"devices": "device_name_begins_with_at"}),
        ({"extension": "10a"}, {"extension": "extension_invalid"}),
        ({"extension": ""}, {"extension": "extension_invalid"}),
        ({"extension": "١٠٢"}, {"extension": "extension_invalid"}),
        ({"extension": "1" * 21}, {"extension": "extension_invalid"}),
        ({"extension": "102\r\nAction: X"}, {"extension": "extension_invalid"}),
        ({"extension": "100"}, {"extension": "extension_taken"}),
        ({"voicemail": "1a"}, {"voicemail": "mailbox_invalid"}),
        ({"voicemail": "1" * 2000}, {"voicemail": "mailbox_invalid"}),
        ({"queues": ["a b"]}, {"queues": "queue_invalid"}),
        ({"person": "person.nobody"}, {"person": "home_person_missing"}),
        (
            {"name": "", "person": "person.nobody"},
            {"name": "name_empty", "person": "home_person_missing"},
        ),
        ({"devices": ["Mobile"]}, {"devices": "device_without_number"}),
        ({"devices": [": 123"]}, {"devices": "device_name_empty"}),
        ({"devices": ["Mobile: x"]}, {"devices": "device_number_letters"}),
        ({"devices": ["A: 601", "a: 602"]}, {"devices": "device_twice"}),
    ],
)
async def test_a_person_that_cannot_be_is_said_so_field_by_field(
    hass: HomeAssistant,
    office: MockConfigEntry,
    wrong: dict[str, Any],
    errors: dict[str, str],
) -> None:
    right = {"name": "Carol", "extension": "102", "default_profile": AVAILABLE}
    form = await new(hass, office, "person")
    result = await form.fill(**right | wrong)
    assert result["errors"] == errors
    result = await form.fill(**right)
    assert result["type"] is FlowResultType.CREATE_ENTRY


async def test_a_name_of_before_may_stay_until_it_is_changed(
    hass: HomeAssistant, office: MockConfigEntry
) -> None:
    for subentry_id, name in ((BOB, "Anna"), (MEETING, "unknown")):
        subentry = office.subentries[subentry_id]
        hass.config_entries.async_update_subentry(
            office, subentry, data={**subentry.data, "name": name}
        )
    await hass.async_block_till_done()
    form = await change(hass, office, BOB)
    said = {"extension": "101", "default_profile": AVAILABLE}
    result = await form.fill(name="unknown", **said)
    assert result["errors"] == {"name": "name_reserved"}
    result = await form.fill(name="Anna", **said)
    assert result["reason"] == "reconfigure_successful"
    form = await change(hass, office, MEETING)
    await form.fill(**PRESENCE)
    result = await form.fill(mode="unchanged")
    assert result["reason"] == "reconfigure_successful"


async def test_a_person_may_be_called_as_in_home_assistant(
    hass: HomeAssistant, office: MockConfigEntry
) -> None:
    hass.states.async_set("person.carol", "home", {"friendly_name": "Carol"})
    form = await new(hass, office, "person")
    result = await form.fill(
        extension="102", default_profile=AVAILABLE, person="person.carol"
    )
    assert (result["type"], result["title"]) == (FlowResultType.CREATE_ENTRY, "Carol")
    assert result["data"]["person"] == "person.carol"


async def test_without_a_profile_a_person_has_nothing_to_start_with(
    hass: HomeAssistant, office: MockConfigEntry
) -> None:
    for profile in office.get_subentries_of_type("profile"):
        hass.config_entries.async_remove_subentry(office, profile.subentry_id)
    form = await new(hass, office, "person")
    assert form.result["reason"] == "no_profile"


async def test_a_default_profile_that_is_gone_is_replaced_by_a_suggestion(
    hass: HomeAssistant, office: MockConfigEntry
) -> None:
    hass.config_entries.async_remove_subentry(office, AVAILABLE)
    await hass.async_block_till_done()
    form = await change(hass, office, ANNA)
    assert form.suggested["default_profile"] == MEETING


async def test_a_switched_off_profile_is_no_default(
    hass: HomeAssistant, office: MockConfigEntry
) -> None:
    form = await change(hass, office, MEETING)
    await form.fill(**PRESENCE | {"enabled": False})
    await form.fill(mode="unchanged")
    await hass.async_block_till_done()
    form = await new(hass, office, "person")
    with pytest.raises(InvalidData):
        await form.fill(name="Carol", extension="102", default_profile=MEETING)


async def test_a_default_profile_that_vanished_meanwhile_is_said_so(
    hass: HomeAssistant, office: MockConfigEntry
) -> None:
    form = await new(hass, office, "person")
    hass.config_entries.async_remove_subentry(office, MEETING)
    result = await form.fill(name="Carol", extension="102", default_profile=MEETING)
    assert result["errors"] == {"default_profile": "profile_missing"}


async def test_a_person_is_changed_and_keeps_what_is_not_asked(
    hass: HomeAssistant, office: MockConfigEntry
) -> None:
    form = await change(hass, office, ANNA)
    assert form.suggested["extension"] == "100"
    result = await form.fill(
        name="Anna B.",
        extension="110",
        default_profile=AVAILABLE,
        devices=["Mobile: 0171 555 0100"],
    )
    assert result["reason"] == "reconfigure_successful"
    await hass.async_block_till_done()
    anna = office.subentries[ANNA]
    assert (anna.title, anna.unique_id) == ("Anna B.", "person_110")
    form = await change(hass, office, ANNA)
    assert form.suggested["devices"] == ["Mobile: 01715550100"]
    result = await form.fill(name="Anna", extension="101", default_profile=AVAILABLE)
    assert result["errors"] == {"extension": "extension_taken"}


# The office


async def test_the_offices_rules_apply_at_once(
    hass: HomeAssistant, office: MockConfigEntry
) -> None:
    before = office.runtime_data
    result = await hass.config_entries.options.async_init(office.entry_id)
    assert_worded(result, EN["options"])
    result = await hass.config_entries.options.async_configure(
        result["flow_id"], {"next_step_id": "rules"}
    )
    assert_worded(result, EN["options"])
    order = ["calendar", "manual", "call", "rule", "inactivity", "session", "default"]
    said = {"order": order, "desk_change": "enforce", "calendar_days": 14}
    for wrong, problem in (
        (order[1:], "order_incomplete"),
        ([order[0], *order], "order_incomplete"),
        ([order[-1], *order[:-1]], "order_default_last"),
    ):
        result = await hass.config_entries.options.async_configure(
            result["flow_id"], said | {"order": wrong}
        )
        assert result["errors"] == {"order": problem}
        assert_worded(result, EN["options"])
    result = await hass.config_entries.options.async_configure(result["flow_id"], said)
    assert result["type"] is FlowResultType.CREATE_ENTRY
    await hass.async_block_till_done()
    assert office.options == said | {
        "grace": 5,
        "history_days": 0,
        "hold": 10,
        "hotline": "warn",
        "longest_hours": 0,
        "longest_then": "alert",
        "restart": 60,
        "wrap_up_minutes": 0,
    }
    assert office.runtime_data is before
    assert before.office.order[0] == "calendar"
    assert before.people[ANNA].loop.desk_change == "enforce"


@pytest.mark.parametrize("wrong", ["+49", "4a", "1" * 8, "٤"])
async def test_prefixes_are_digits(
    hass: HomeAssistant, office: MockConfigEntry, wrong: str
) -> None:
    result = await hass.config_entries.options.async_init(office.entry_id)
    result = await hass.config_entries.options.async_configure(
        result["flow_id"], {"next_step_id": "rules"}
    )
    said = {
        "order": [source.value for source in DEFAULT_ORDER],
        "desk_change": "respect",
        "calendar_days": 30,
        "country_code": wrong,
    }
    result = await hass.config_entries.options.async_configure(result["flow_id"], said)
    assert result["errors"] == {"country_code": "digits_only"}
    result = await hass.config_entries.options.async_configure(
        result["flow_id"], said | {"country_code": "49"}
    )
    assert result["type"] is FlowResultType.CREATE_ENTRY
