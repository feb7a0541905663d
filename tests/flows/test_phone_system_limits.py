"""The settings pages offer what the phone system can do, and nothing else."""

from collections.abc import Mapping
from typing import Any
from unittest.mock import patch

from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import FlowResultType
from homeassistant.helpers import entity_registry as er
from homeassistant.helpers.selector import SelectSelector
import pytest
from pytest_homeassistant_custom_component.common import (
    MockConfigEntry,
    async_mock_service,
)

from custom_components.xpresence.diagnostics import async_get_config_entry_diagnostics
from custom_components.xpresence.languages import texts_in
from custom_components.xpresence.presence.line import (
    Condition,
    Destination,
    DestinationKind,
    Status,
)
from custom_components.xpresence.presence.redirect.parts import (
    Part,
    RedirectCapabilities,
    RingTime,
    TargetChoice,
    Targets,
    merged,
)
from custom_components.xpresence.presence.texts.limits import limits_words
from custom_components.xpresence.settings.default_profiles import default_profiles
from custom_components.xpresence.telephony.driver import Unavailable
from custom_components.xpresence.telephony.home_assistant_actions.driver import (
    ActionsPhoneSystem,
)
from tests.conftest import set_up
from tests.office import ANNA
from tests.pages import EN, assert_worded
from tests.test_coordinator import REDIRECT, choose, shown

pytestmark = pytest.mark.usefixtures("own_folder")

MOBILE = Destination(DestinationKind.NUMBER, "01715550100")
BOX = RedirectCapabilities(
    frozenset({Part.UNCONDITIONAL, Part.NO_REPLY}),
    frozenset({Part.UNCONDITIONAL, Part.NO_REPLY}),
    voicemail=False,
    targets={
        Condition.UNCONDITIONAL: Targets(TargetChoice.LIST, (MOBILE,), voicemail=False)
    },
    ring_time=RingTime(about=20),
)
"""As a FRITZ!Box with one rule: one target, no busy, no ring time of its own."""
SWITCH = RedirectCapabilities(
    frozenset({Part.UNCONDITIONAL}),
    voicemail=False,
    targets={Condition.UNCONDITIONAL: Targets(TargetChoice.NONE)},
)


AWAY = Destination(DestinationKind.STATUS, "Away")
STATUSES = RedirectCapabilities(
    frozenset({Part.UNCONDITIONAL}),
    voicemail=False,
    targets={
        Condition.UNCONDITIONAL: Targets(
            TargetChoice.STATUS,
            (AWAY, Destination(DestinationKind.STATUS, "Custom 1")),
            voicemail=False,
            suggested={Status.BUSY: "Away", Status.AWAY: "Custom 1"},
        )
    },
)
"""As a phone system whose users switch between statuses with their own forwarding."""


@pytest.fixture
async def with_statuses(
    hass: HomeAssistant, monkeypatch: pytest.MonkeyPatch
) -> MockConfigEntry:
    """Set up an office whose phone system forwards by statuses."""
    monkeypatch.setattr(
        ActionsPhoneSystem, "redirect_capabilities", lambda _self, _extension: STATUSES
    )
    return await set_up(hass)


@pytest.fixture
async def boxed(
    hass: HomeAssistant, monkeypatch: pytest.MonkeyPatch
) -> MockConfigEntry:
    """Set up an office whose phone system can do little."""
    monkeypatch.setattr(
        ActionsPhoneSystem, "redirect_capabilities", lambda _self, _extension: BOX
    )
    return await set_up(hass)


async def targets_page(hass: HomeAssistant, entry: MockConfigEntry) -> Any:
    """Go on to the page that asks where calls go."""
    flows = hass.config_entries.subentries
    page = await flows.async_init(
        (entry.entry_id, "profile"), context={"source": "user"}
    )
    flow = page["flow_id"]
    page = await flows.async_configure(flow, {"name": "Outside"})
    page = await flows.async_configure(
        flow,
        {
            "status": "busy",
            "ending": "until_changed",
            "agent": "unchanged",
            "teams": "as_status",
            "enabled": True,
        },
    )
    assert "do_not_disturb" not in page["data_schema"].schema
    page = await flows.async_configure(flow, {"mode": "forward"})
    assert_worded(page, EN["config_subentries"]["profile"])
    return page


def fields(page: Any, section: str) -> Mapping[str, Any]:
    (part,) = [
        field for key, field in page["data_schema"].schema.items() if key == section
    ]
    return {str(key): field for key, field in part.schema.schema.items()}


async def test_a_profile_is_only_asked_what_the_phone_system_can_do(
    hass: HomeAssistant, boxed: MockConfigEntry
) -> None:
    page = await targets_page(hass, boxed)
    assert {str(key) for key in page["data_schema"].schema} == {
        "unconditional",
        "no_reply",
    }
    number = fields(page, "unconditional")["number"]
    assert isinstance(number, SelectSelector)
    assert number.config["options"] == [MOBILE.number]
    kinds = fields(page, "unconditional")["kind"].config["options"]
    assert "voicemail" not in kinds
    assert "preset" not in kinds
    assert "ring_seconds" not in fields(page, "no_reply")
    assert "about 20 s" in page["description_placeholders"]["limits"]


async def test_an_action_is_refused_what_the_phone_system_cannot_do(
    hass: HomeAssistant, boxed: MockConfigEntry
) -> None:
    from homeassistant.exceptions import ServiceValidationError

    for said in (
        {"condition": "busy", "target": MOBILE.number},
        {"condition": "no_reply", "target": "voicemail"},
    ):
        with pytest.raises(ServiceValidationError) as refused:
            await hass.services.async_call(
                "xpresence",
                "set_redirect",
                {"entity_id": REDIRECT, "mode": "forward", **said},
                blocking=True,
            )
        assert refused.value.translation_key == "redirect_not_possible"
        possible = (refused.value.translation_placeholders or {})["possible"]
        assert "does not redirect: when busy" in possible
        assert "Voicemail cannot be a target" in possible
    assert shown(hass, REDIRECT).state == "off"


@pytest.mark.parametrize(
    ("capabilities", "meeting"),
    [
        (RedirectCapabilities(), "voicemail"),
        (SWITCH, "preset"),
        (STATUSES, "status"),
        (BOX, None),
        (RedirectCapabilities(frozenset({Part.DO_NOT_DISTURB})), None),
    ],
)
def test_the_profiles_of_a_new_phone_system_ask_only_what_it_can(
    capabilities: RedirectCapabilities, meeting: str | None
) -> None:
    found = {
        one["title"]: one["data"]["redirect"]
        for one in default_profiles("en", capabilities)
    }
    target = found["Meeting"].get("unconditional")
    assert (target and target["kind"]) == meeting
    asks = Part.DO_NOT_DISTURB in capabilities.writable and meeting is None
    assert found["Meeting"].get("do_not_disturb", False) is asks
    assert found["Available"] == {"mode": "unchanged"}


def test_each_profile_starts_with_the_status_that_fits_it() -> None:
    found = {
        one["title"]: one["data"]["redirect"]
        for one in default_profiles("en", STATUSES)
    }
    for title, status in (("Meeting", "Away"), ("Lunch", "Custom 1")):
        assert found[title]["unconditional"] == {"kind": "status", "value": status}
    assert found["Do not disturb"] == {"mode": "unchanged"}, "none is suggested for it"


async def test_a_profile_is_asked_for_one_of_the_phone_systems_statuses(
    hass: HomeAssistant, with_statuses: MockConfigEntry
) -> None:
    page = await targets_page(hass, with_statuses)
    asked = fields(page, "unconditional")
    assert asked["kind"].config["options"] == ["nowhere", "status"]
    assert asked["phone_status"].config["options"] == ["Away", "Custom 1"]
    assert "number" not in asked
    flows = hass.config_entries.subentries
    page = await flows.async_configure(
        page["flow_id"], {"unconditional": {"kind": "status"}}
    )
    assert page["errors"] == {"base": "target_status_missing_unconditional"}
    assert_worded(page, EN["config_subentries"]["profile"])
    page = await flows.async_configure(
        page["flow_id"],
        {"unconditional": {"kind": "status", "phone_status": "Custom 1"}},
    )
    assert page["type"] == "create_entry"
    assert page["data"]["redirect"]["unconditional"] == {
        "kind": "status",
        "value": "Custom 1",
    }
    await hass.async_block_till_done()
    await choose(hass, "Outside")
    redirect = shown(hass, REDIRECT)
    assert redirect.state == "active"
    assert redirect.attributes["target"] == "Custom 1"


async def test_an_own_redirect_takes_a_status_by_its_name_and_no_number(
    hass: HomeAssistant, with_statuses: MockConfigEntry
) -> None:
    from homeassistant.exceptions import ServiceValidationError

    async def redirect(target: str) -> None:
        await hass.services.async_call(
            "xpresence",
            "set_redirect",
            {"entity_id": REDIRECT, "mode": "forward", "target": target},
            blocking=True,
        )

    await redirect("away")
    assert shown(hass, REDIRECT).attributes["target"] == "Away"
    with pytest.raises(ServiceValidationError):
        await redirect(MOBILE.number)
    assert shown(hass, REDIRECT).attributes["target"] == "Away"


def test_what_one_line_can_do_a_profile_of_the_office_may_ask_for() -> None:
    both = merged([BOX, SWITCH])
    assert both.writable == {Part.UNCONDITIONAL, Part.NO_REPLY}
    assert both.targets_of(Condition.UNCONDITIONAL).choice is TargetChoice.LIST
    assert both.ring_time.about is None


@pytest.mark.parametrize("language", ["en", "de"])
def test_limits_are_told_and_freedom_is_not(language: str) -> None:
    assert limits_words(RedirectCapabilities(), texts_in(language)) == ""
    assert "20 s" in limits_words(BOX, texts_in(language))
    assert limits_words(SWITCH, texts_in(language)).count(".") >= 2


# A switch as a phone system


@pytest.fixture
async def switched(hass: HomeAssistant) -> MockConfigEntry:
    """Set up an office whose calls are redirected by a switch of Anna's."""

    async def turn(call: Any) -> None:
        for entity in call.data["entity_id"]:
            hass.states.async_set(entity, call.service.removeprefix("turn_"))

    hass.services.async_register("homeassistant", "turn_on", turn)
    hass.services.async_register("homeassistant", "turn_off", turn)
    hass.states.async_set("switch.anna", "off")
    from tests.office import OFFICE, person, profile

    preset = {"mode": "forward", "unconditional": {"kind": "preset", "value": ""}}
    away = profile("01PROFILEAWAY0000000000000", "Away", "away", redirect=preset)
    anna = person(ANNA, "Anna", "100", phone={"switch": "switch.anna"})
    return await set_up(
        hass,
        subentries_data=[*OFFICE[:3], away, anna],
    )


async def test_a_persons_own_switch_redirects_their_calls(
    hass: HomeAssistant, switched: MockConfigEntry
) -> None:
    await choose(hass, "Away")
    assert hass.states.get("switch.anna").state == "on"  # type: ignore[union-attr]
    redirect = shown(hass, REDIRECT)
    assert redirect.state == "active"
    assert redirect.attributes["target_known"] is False
    assert "target" not in redirect.attributes
    await choose(hass, "Available")
    assert hass.states.get("switch.anna").state == "off"  # type: ignore[union-attr]
    assert shown(hass, REDIRECT).state == "off"


async def test_a_switch_that_was_on_before_is_on_again_afterwards(
    hass: HomeAssistant, switched: MockConfigEntry
) -> None:
    hass.states.async_set("switch.anna", "on")
    await hass.async_block_till_done(wait_background_tasks=True)
    await choose(hass, "Away")
    await choose(hass, "Available")
    assert hass.states.get("switch.anna").state == "on"  # type: ignore[union-attr]


async def test_the_page_of_a_persons_switch_takes_switches_only(
    hass: HomeAssistant, switched: MockConfigEntry
) -> None:
    flows = hass.config_entries.subentries
    page = await flows.async_init(
        (switched.entry_id, "person"),
        context={"source": "reconfigure", "subentry_id": ANNA},
    )
    assert "phone" in page["menu_options"]
    page = await flows.async_configure(page["flow_id"], {"next_step_id": "phone"})
    assert page["step_id"] == "phone_actions"
    assert_worded(page, EN["config_subentries"]["person"])
    page = await flows.async_configure(
        page["flow_id"], {"state_entity": "sensor.anna_{condition}"}
    )
    assert page["type"] is FlowResultType.ABORT
    await hass.async_block_till_done()
    stored = switched.subentries[ANNA].data["phone"]
    assert stored == {"state_entity": "sensor.anna_{condition}"}


# The form of the actions


@pytest.mark.parametrize(
    ("said", "errors"),
    [
        ({"switch": "light.lamp"}, {"switch": "entity_other_domain"}),
        (
            {"set_action": "switch.turn_on", "end_action": "switch.turn_off"},
            {
                "set_action": "action_takes_no_variables",
                "end_action": "action_takes_no_variables",
            },
        ),
        ({"set_action": [{"nonsense": 1}]}, {"set_action": "action_invalid"}),
    ],
)
async def test_what_could_not_work_is_refused_in_the_form(
    hass: HomeAssistant, said: dict[str, Any], errors: dict[str, str]
) -> None:
    for service in ("turn_on", "turn_off"):
        async_mock_service(hass, "switch", service)
    flows = hass.config_entries.flow
    page = await flows.async_init("xpresence", context={"source": "user"})
    page = await flows.async_configure(page["flow_id"], {"next_step_id": "actions"})
    page = await flows.async_configure(page["flow_id"], said)
    assert page["errors"] == errors
    assert_worded(page, EN["config"])


@pytest.mark.parametrize(
    "said",
    [
        {"switch": "switch.fritz_call_deflection_1"},
        {
            "set_action": [
                {
                    "action": "switch.turn_on",
                    "target": {"entity_id": ["switch.fritz_call_deflection_1"]},
                }
            ],
            "end_action": [
                {
                    "action": "switch.turn_off",
                    "data": {"entity_id": "switch.fritz_call_deflection_1"},
                }
            ],
        },
    ],
)
async def test_a_switch_that_counts_rules_is_refused_in_the_form(
    hass: HomeAssistant, entity_registry: er.EntityRegistry, said: dict[str, Any]
) -> None:
    for service in ("turn_on", "turn_off"):
        async_mock_service(hass, "switch", service)
    # As core's integration of the FRITZ!Box names it: by its place in the list.
    entity_registry.async_get_or_create(
        "switch",
        "fritz",
        "1C:ED:6F:12:34:11-call_deflection_1",
        suggested_object_id="fritz_call_deflection_1",
    )
    flows = hass.config_entries.flow
    page = await flows.async_init("xpresence", context={"source": "user"})
    page = await flows.async_configure(page["flow_id"], {"next_step_id": "actions"})
    page = await flows.async_configure(page["flow_id"], said)
    assert page["errors"] == dict.fromkeys(said, "switch_counted")
    assert_worded(page, EN["config"])


async def test_a_redirect_is_tried_and_ended_before_anything_is_saved(
    hass: HomeAssistant,
) -> None:
    told: list[str] = []

    async def turn(call: Any) -> None:
        told.append(call.service)
        hass.states.async_set("switch.line", call.service.removeprefix("turn_"))

    hass.states.async_set("switch.line", "off")
    hass.services.async_register("switch", "turn_on", turn)
    hass.services.async_register("switch", "turn_off", turn)
    flows = hass.config_entries.flow
    page = await flows.async_init("xpresence", context={"source": "user"})
    page = await flows.async_configure(page["flow_id"], {"next_step_id": "actions"})
    target = {"target": {"entity_id": "switch.line"}}
    page = await flows.async_configure(
        page["flow_id"],
        {
            "set_action": [{"action": "switch.turn_on", **target}],
            "end_action": [{"action": "switch.turn_off", **target}],
            "state_entity": "switch.line",
        },
    )
    assert page["step_id"] == "before_saving"
    assert told == []
    page = await flows.async_configure(page["flow_id"], {"next_step_id": "trial"})
    assert_worded(page, EN["config"])
    page = await flows.async_configure(page["flow_id"], {"extension": "x"})
    assert page["errors"] == {"extension": "extension_invalid"}
    page = await flows.async_configure(
        page["flow_id"], {"extension": "100", "target": "112"}
    )
    assert page["errors"] == {"target": "number_emergency"}
    page = await flows.async_configure(
        page["flow_id"], {"extension": "100", "target": MOBILE.number}
    )
    assert told == ["turn_on", "turn_off"]
    assert page["step_id"] == "before_saving"
    assert "It worked" in page["description_placeholders"]["outcome"]
    assert not hass.config_entries.async_entries("xpresence")
    page = await flows.async_configure(page["flow_id"], {"next_step_id": "save"})
    assert page["type"] is FlowResultType.CREATE_ENTRY


async def test_a_sequence_that_stops_itself_with_an_error_has_failed(
    hass: HomeAssistant,
) -> None:
    from custom_components.xpresence.engine.connection import async_build
    from custom_components.xpresence.presence.line import ForwardingState
    from custom_components.xpresence.telephony.driver import Unavailable

    stop = [
        {"variables": {"known": "{{ target == '101' }}"}},
        {"if": "{{ not known }}", "then": [{"stop": "no such rule", "error": True}]},
    ]
    data = {"driver": "actions", "set_action": stop, "end_action": stop}
    system = await async_build(hass, data)
    await system.start()
    bob = Destination(DestinationKind.NUMBER, "101")
    await system.apply("100", ForwardingState(unconditional=bob))
    with pytest.raises(Unavailable):
        await system.apply("100", ForwardingState(unconditional=MOBILE))
    await system.close()


# sipgate, whose people have tokens of their own


async def test_a_persons_token_is_kept_shown_to_nobody_and_used_at_once(
    hass: HomeAssistant,
) -> None:
    flows = hass.config_entries.flow
    page = await flows.async_init("xpresence", context={"source": "user"})
    page = await flows.async_configure(page["flow_id"], {"next_step_id": "sipgate"})
    assert_worded(page, EN["config"])
    page = await flows.async_configure(page["flow_id"], {"country_code": "x"})
    assert page["errors"] == {"country_code": "country_code_invalid"}
    page = await flows.async_configure(page["flow_id"], {"country_code": "49"})
    assert page["type"] is FlowResultType.CREATE_ENTRY
    entry = page["result"]
    people = hass.config_entries.subentries
    (person_page,) = people.async_progress()
    default = entry.get_subentries_of_type("profile")[0].subentry_id
    await people.async_configure(
        person_page["flow_id"],
        {"name": "Anna", "extension": "100", "default_profile": default},
    )
    await hass.async_block_till_done(wait_background_tasks=True)
    assert shown(hass, REDIRECT).state == "unknown"
    (anna,) = entry.get_subentries_of_type("person")
    reconfigure = {"source": "reconfigure", "subentry_id": anna.subentry_id}
    for said in ({"token": "very-secret"}, {}):
        page = await people.async_init((entry.entry_id, "person"), context=reconfigure)
        page = await people.async_configure(page["flow_id"], {"next_step_id": "phone"})
        assert_worded(page, EN["config_subentries"]["person"])
        assert "very-secret" not in repr(page)
        system = entry.runtime_data.system
        with patch.object(type(system), "read", side_effect=Unavailable("")) as read:
            page = await people.async_configure(
                page["flow_id"],
                {"token_id": "token-1", "user": "w0", "line": "p0", **said},
            )
            assert page["type"] is FlowResultType.ABORT
            await hass.async_block_till_done(wait_background_tasks=True)
        assert bool(read.call_count) is bool(said)
    (anna,) = entry.get_subentries_of_type("person")
    assert anna.data["phone"]["token"] == "very-secret"
    told = await async_get_config_entry_diagnostics(hass, entry)
    assert "very-secret" not in repr(told)
    await hass.config_entries.async_unload(entry.entry_id)
