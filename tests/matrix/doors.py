"""Every door of xpresence, and what knocking at it asks for.

A new action, WebSocket command, tool, spoken wish or method of an entity is one more
row here; the test fails until it has one. A row says by what name the door is known,
the act that opens it, and how one knocks: whatever comes back but a refusal means that
it opened. A door that shows more to some is several rows of one name.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from datetime import timedelta
from enum import StrEnum
from functools import partial
from types import MappingProxyType
from typing import Any, Final

from homeassistant.components.calendar import CalendarEntity
from homeassistant.components.calendar.const import DATA_COMPONENT
from homeassistant.config_entries import ConfigSubentry
from homeassistant.exceptions import HomeAssistantError, ServiceValidationError
from homeassistant.util import dt as dt_util

from custom_components.xpresence.inputs.calendars import calendars_of_person
from custom_components.xpresence.operations.authorization import NotAllowed
from custom_components.xpresence.operations.choice import (
    async_resume_automatic,
    async_set_info_text,
)
from custom_components.xpresence.operations.people_changes import version_of
from custom_components.xpresence.operations.profiles import (
    async_create,
    async_delete,
    own_of,
)
from custom_components.xpresence.presence.agenda import Agenda, Entry
from custom_components.xpresence.presence.permission.policy import Permission
from tests.office import ANNA, BOB, MEETING, profile as office_profile

from .visitors import REFUSALS, Shut, Visit

THE_VERSION: Final = object()
"""Stands for Anna and the version of her settings."""
NOTHING_TO_DO: Final = (
    "nothing_to_undo",
    "import_forgotten",
    "order_changed",
    "pattern_hits_nothing",
    "permissions_changed",
    "profile_changed",
    "rules_changed",
)
SUBJECT: Final = "Budget"
INFO_TEXT: Final = "Back at five"
DIARY: Final = "calendar.diary"
CALENDAR: Final = "calendar.anna_appointments"


class Kind(StrEnum):
    """What sort of door it is; it says who can come to it."""

    ACTION = "action"
    ENTITY = "entity"
    COMMAND = "command"
    """Of Home Assistant's WebSocket: for users."""
    TOOL = "tool"
    """Of language models: for everybody, satellites included."""
    VOICE = "voice"


type Knock = Callable[[Visit], Awaitable[Any]]
type Prepare = Callable[[Visit], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Door:
    """One way to do, or to see, something of Anna's.

    ``before`` brings about what the knock needs, without asking anybody. ``of_self``:
    whoever knocks means themselves, so only who speaks as Anna comes. ``within``: what
    it shows is a part of something that has to be open as well. ``administrators``: it
    opens to them alone, whatever the office allows.
    """

    kind: Kind
    name: str
    permission: Permission
    attempt: Knock
    before: Prepare | None = None
    of_self: bool = False
    within: Permission | None = None
    administrators: bool = False

    @property
    def acts(self) -> tuple[Permission, ...]:
        """Return everything that must be allowed for the door to open."""
        return (
            (self.permission,)
            if self.within is None
            else (self.permission, self.within)
        )

    @property
    def label(self) -> str:
        """Return how the door is called in a failure."""
        return f"{self.kind.value} {self.name} ({self.permission.value})"


def action(
    name: str, permission: Permission, before: Prepare | None = None, /, **said: Any
) -> Door:
    """Return an action of xpresence on Anna."""
    return Door(Kind.ACTION, name, permission, lambda v: v.action(name, **said), before)


def entity(
    key: str, method: str, permission: Permission, service: str, **said: Any
) -> Door:
    """Return a method of one of Anna's entities, by an action that leads there."""
    domain, _, name = key.partition(".")
    return Door(
        Kind.ENTITY,
        f"{key}.{method}",
        permission,
        lambda v: v.service(domain, service, f"{domain}.anna_{name}", **said),
    )


def command(
    name: str, permission: Permission, before: Prepare | None = None, /, **said: Any
) -> Door:
    """Return a WebSocket command about Anna that answers once."""
    return Door(
        Kind.COMMAND,
        name,
        permission,
        lambda v: v.command(name, person_id=ANNA, **said),
        before,
    )


def administering(name: str, before: Prepare | None = None, /, **said: Any) -> Door:
    """Return a WebSocket command of administrators on the whole office."""

    async def attempt(visit: Visit) -> None:
        entry = visit.team.entry
        anna = version_of(entry.subentries[ANNA].data)
        wish = {
            key: {ANNA: anna} if value is THE_VERSION else value
            for key, value in said.items()
        }
        whole = {} if name == "offices" else {"entry_id": entry.entry_id}
        try:
            await visit.command(name, **whole, **wish)
        except AssertionError as error:
            # Behind the door there may be nothing to do.
            if error.args[0].get("translation_key") not in NOTHING_TO_DO:
                raise

    return Door(
        Kind.COMMAND,
        name,
        Permission.EDIT_PROFILES,
        attempt,
        before,
        administrators=True,
    )


def seeing(
    kind: Kind,
    name: str,
    permission: Permission,
    look: Callable[[Visit], Awaitable[bool]],
    before: Prepare | None = None,
) -> Door:
    """Return a door that opens for everybody and shows more to some.

    Subjects are seen where the appointments are.
    """

    async def attempt(visit: Visit) -> None:
        if not await look(visit):
            raise Shut(name)

    within = Permission.SEE_DETAILS if permission is Permission.SEE_SUBJECTS else None
    return Door(kind, name, permission, attempt, before, within=within)


# What a knock needs


async def _with_calendars(visit: Visit, *calendars: dict[str, Any]) -> None:
    entry = visit.team.entry
    visit.hass.states.async_set(DIARY, "off")
    anna = entry.subentries[ANNA]
    visit.hass.config_entries.async_update_subentry(
        entry, anna, data={**anna.data, "calendars": list(calendars)}
    )
    await entry.runtime_data.async_office_changed()


async def no_calendar(visit: Visit) -> None:
    """Let there be a calendar that Anna does not follow."""
    await _with_calendars(visit)


async def a_calendar(visit: Visit) -> None:
    """Let Anna follow a calendar."""
    diary = {"id": "01DIARY", "kind": "home_assistant", "name": "Diary"}
    rules = {"categories_only": True}
    await _with_calendars(
        visit, {**diary, "settings": {"entity_id": DIARY}, "rules": rules}
    )


async def an_own_profile(visit: Visit) -> None:
    """Let there be one own profile of Anna's, and no other."""
    coordinator = visit.team.entry.runtime_data
    for subentry in own_of(coordinator, ANNA):
        if subentry.data["name"] != "Mine":
            await async_delete(coordinator, ANNA, subentry.subentry_id)
    if not own_of(coordinator, ANNA):
        await async_create(coordinator, ANNA, "Mine", {}, None)


async def an_appointment(visit: Visit) -> None:
    """Let an appointment with a subject run, and nothing be chosen by hand."""
    coordinator = visit.team.entry.runtime_data
    await async_resume_automatic(coordinator, ANNA)
    now = dt_util.utcnow()
    entry = Entry(
        now - timedelta(minutes=1),
        now + timedelta(hours=1),
        "1",
        MEETING,
        subject=SUBJECT,
        source="Outlook",
    )
    coordinator.people.update_facts(
        visit.anna, lambda facts: replace(facts, agenda=Agenda.of([entry]))
    )
    await visit.hass.async_block_till_done(wait_background_tasks=True)


async def profiles_of_every_status(visit: Visit) -> None:
    """Let there be a profile for each status, and nothing chosen."""
    entry = visit.team.entry
    there = {subentry.title for subentry in entry.subentries.values()}
    for status in ("do_not_disturb", "be_right_back", "offline"):
        if status not in there:
            made = office_profile("", status, status)
            there.add(status)
            visit.hass.config_entries.async_add_subentry(
                entry,
                ConfigSubentry(
                    data=MappingProxyType(dict(made["data"])),
                    subentry_type="profile",
                    title=status,
                    unique_id=made["unique_id"],
                ),
            )
    await visit.hass.async_block_till_done(wait_background_tasks=True)
    await async_resume_automatic(entry.runtime_data, ANNA)


async def nothing_on(visit: Visit) -> None:
    """Let nothing be chosen, and no appointment run."""
    coordinator = visit.team.entry.runtime_data
    await async_resume_automatic(coordinator, ANNA)
    coordinator.people.update_facts(
        visit.anna, lambda facts: replace(facts, agenda=Agenda.of([]))
    )


async def a_history(visit: Visit) -> None:
    """Let Anna's history be kept, and shown to whom it was shown."""
    history = visit.team.entry.runtime_data.people.history
    await history.async_keep(ANNA, history.tier(ANNA))


async def an_info_text(visit: Visit) -> None:
    """Let Anna's info text say something, whatever profile holds."""
    await async_set_info_text(visit.team.entry.runtime_data, ANNA, INFO_TEXT)


async def a_plan(visit: Visit) -> None:
    """Let Anna have planned one thing, and nothing else."""
    plan = calendars_of_person(visit.anna).plan
    for planned in plan.entries:
        await plan.async_cancel(planned.uid)
    start = dt_util.utcnow() + timedelta(days=2)
    await plan.async_add(start, start + timedelta(hours=1), MEETING, None, None)


def _planned(visit: Visit) -> str:
    (planned,) = calendars_of_person(visit.anna).plan.entries
    return planned.uid


# What is to be seen


async def _told(visit: Visit) -> dict[str, Any]:
    return await visit.first("subscribe_person", person_id=ANNA)


async def _sees_person(visit: Visit) -> bool:
    return (await _told(visit))["person"] is not None


async def _sees_details(visit: Visit) -> bool:
    told = await _told(visit)
    details = told.get("details") is not None
    shown = "target" in ((told["person"] or {}).get("redirect") or {})
    assert details or SUBJECT not in str(told)
    assert details is shown
    return details


async def _sees_subjects(visit: Visit) -> bool:
    told = await _told(visit)
    details = told.get("details") or {}
    shown = [one["subject"] for one in details.get("appointments", [])] == [SUBJECT]
    assert shown or SUBJECT not in str(told)
    return shown


async def _sees_info_text(visit: Visit) -> bool:
    person = (await _told(visit))["person"] or {}
    return bool(person.get("info_text") == INFO_TEXT)


async def _sees_info_text_on_the_board(visit: Visit) -> bool:
    people = (await visit.first("subscribe_team"))["people"]
    return bool(people.get(ANNA, {}).get("info_text") == INFO_TEXT)


async def _model_sees_info_text(visit: Visit) -> bool:
    return INFO_TEXT in str(await visit.tool("get_presence"))


async def _hears_info_text(visit: Visit) -> bool:
    return INFO_TEXT in await visit.say("what is Anna's status")


async def _sees_on_the_board(visit: Visit) -> bool:
    return ANNA in (await visit.first("subscribe_team"))["people"]


async def _sees_target_on_the_board(visit: Visit) -> bool:
    people = (await visit.first("subscribe_team"))["people"]
    return "target" in people.get(ANNA, {}).get("redirect", {})


async def _model_sees_details(visit: Visit) -> bool:
    told = await visit.tool("get_presence")
    assert ("calls_go_to" in told) is ("why" in told)
    return "why" in told


async def _model_sees_subjects(visit: Visit) -> bool:
    return SUBJECT in str(await visit.tool("get_presence"))


async def _hears_subjects(visit: Visit) -> bool:
    return SUBJECT in await visit.say("why is Anna's status meeting")


async def _hears_when_back(visit: Visit) -> None:
    # Who sees no details is told the profile and its end.
    said = await visit.say("when is Anna back")
    assert "available again" in said or "Meeting" in said, said


async def _hears_who_not(visit: Visit) -> bool:
    return "Anna" in await visit.say("who is not available")


async def _hears_who(visit: Visit) -> bool:
    return "Anna" in await visit.say("who is available")


async def _plans_by_voice(visit: Visit) -> None:
    said = "plan meeting for Anna tomorrow from 10 to 11"
    answer = await visit.say(said)
    assert answer.startswith("Planned"), answer


async def _rings(visit: Visit) -> None:
    # Behind the door the embedded phone system has no telephone that could ring.
    try:
        await visit.action("ring_redirect")
    except HomeAssistantError as error:
        if error.translation_key not in ("ring_failed", "ring_too_often"):
            raise


async def _calls(visit: Visit) -> None:
    # Behind the door the embedded phone system cannot dial.
    try:
        await visit.action("call", to="101")
    except HomeAssistantError as error:
        if error.translation_key != "call_not_supported":
            raise


async def _shows_subjects_as_before(visit: Visit) -> None:
    tier = visit.team.entry.subentries[ANNA].data["sharing"]["tier"]
    await visit.action("show_subjects_to", tier=tier)


async def _shows_info_text_as_before(visit: Visit) -> None:
    tier = visit.team.entry.subentries[ANNA].data["sharing"]["info_tier"]
    await visit.action("show_info_text_to", tier=tier)


async def _keeps_as_before(visit: Visit) -> None:
    tier = visit.team.entry.runtime_data.people.history.tier(ANNA)
    await visit.action("keep_history", keep=True, tier=tier.value)


def answering(name: str, before: Prepare | None = an_appointment) -> tuple[Door, Door]:
    """Return an action that tells details, and in them subjects to some."""

    async def subjects(visit: Visit) -> bool:
        return SUBJECT in str(await visit.action(name))

    return (
        Door(
            Kind.ACTION, name, Permission.SEE_DETAILS, lambda v: v.action(name), before
        ),
        seeing(Kind.ACTION, name, Permission.SEE_SUBJECTS, subjects, before),
    )


async def _page(visit: Visit, message: dict[str, Any]) -> None:
    """Ask Home Assistant's calendar page for something about Anna's calendar."""
    assert visit.visitor.user
    client = await visit.client(visit.visitor.user)
    wish = {"entity_id": CALENDAR, **message}
    await client.send_json_auto_id(wish)
    while True:
        answer = await client.receive_json()
        if answer["type"] == "result" and answer["id"] == wish["id"]:
            break
    if not answer["success"]:
        said = answer["error"]
        if said["code"] == "unauthorized" or said["message"].rstrip(".") in REFUSALS:
            raise Shut(said)
        raise AssertionError(said)


async def _opens_calendar(visit: Visit) -> None:
    start, end = dt_util.utcnow(), dt_util.utcnow() + timedelta(days=3)
    if visit.visitor.user is None:
        await _calendar(visit).async_get_events(visit.hass, start, end)
        return
    await _page(
        visit,
        {
            "type": "calendar/event/subscribe",
            "start": start.isoformat(),
            "end": end.isoformat(),
        },
    )


async def _changes_event(visit: Visit) -> None:
    event = {"summary": "Available", "dtstart": _at(10), "dtend": _at(11)}
    uid = _planned(visit)
    if visit.visitor.user is None:
        times = {
            key: dt_util.parse_datetime(event[key]) for key in ("dtstart", "dtend")
        }
        await _calendar(visit).async_update_event(uid, {**event, **times})
        return
    message = {"type": "calendar/event/update", "uid": uid, "event": event}
    await _page(visit, message)


async def _deletes_event(visit: Visit) -> None:
    if visit.visitor.user is None:
        await _calendar(visit).async_delete_event(_planned(visit))
        return
    await _page(visit, {"type": "calendar/event/delete", "uid": _planned(visit)})


def _calendar(visit: Visit) -> CalendarEntity:
    found = visit.hass.data[DATA_COMPONENT].get_entity(CALENDAR)
    assert found is not None
    return found


def spoken(
    ask: str,
    permission: Permission,
    text: str,
    answer: str,
    *,
    of_self: bool = False,
    before: Prepare = an_appointment,
) -> Door:
    """Return a spoken wish; ``answer`` is a part of what is said when it is followed."""

    async def attempt(visit: Visit) -> None:
        said = await visit.say(text)
        assert answer in said, said

    return Door(Kind.VOICE, ask, permission, attempt, before, of_self)


async def _microsoft(name: str, visit: Visit) -> None:
    try:
        await visit.action(name)
    except NotAllowed:
        raise
    except ServiceValidationError as error:
        # It opened; the office has no app registration, and Anna no account.
        assert str(error.translation_key).startswith("microsoft_")  # noqa: PT017


async def _signs_in(visit: Visit) -> None:
    try:
        await visit.command("sign_in_microsoft", person_id=ANNA)
    except AssertionError as error:
        # It opened; the office has no app registration to sign in with.
        assert "microsoft_no_registration" in str(error)  # noqa: PT017


def _logs_in(name: str, **said: Any) -> Knock:
    """Return a knock at a door for logins, of which this phone system has none."""

    async def knock(visit: Visit) -> None:
        try:
            await visit.command(name, person_id=ANNA, **said)
        except AssertionError as error:
            # It opened; there is nothing to enter and nowhere to sign in.
            assert "This phone system can't do that" in str(error)  # noqa: PT017

    return knock


async def _confirms_account(visit: Visit) -> None:
    try:
        await visit.command("confirm_microsoft", person_id=ANNA, account="a@b.example")
    except AssertionError as error:
        # It opened; no account waits.
        assert "microsoft_nothing_to_confirm" in str(error)  # noqa: PT017


def _unless(knock: Knock, key: str) -> Knock:
    """Return a knock that an open door may answer with one refusal of its own."""

    async def knocked(visit: Visit) -> None:
        try:
            await knock(visit)
        except ServiceValidationError as error:
            if error.translation_key != key:
                raise

    return knocked


def _at(hour: int) -> str:
    day = dt_util.now() + timedelta(days=1)
    return day.replace(hour=hour, minute=0, second=0, microsecond=0).isoformat()


ACTIONS: Final = (
    action("set_profile", Permission.CHOOSE_PROFILE, profile="Meeting"),
    action("resume_automatic", Permission.CHOOSE_PROFILE),
    Door(
        Kind.ACTION,
        "dismiss",
        Permission.CHOOSE_PROFILE,
        _unless(lambda v: v.action("dismiss"), "nothing_to_dismiss"),
    ),
    action("restore", Permission.CHOOSE_PROFILE),
    Door(
        Kind.ACTION,
        "undo_choice",
        Permission.CHOOSE_PROFILE,
        _unless(lambda v: v.action("undo_choice"), "nothing_to_undo"),
    ),
    Door(
        Kind.ACTION,
        "plan_presence",
        Permission.PLAN_PRESENCE,
        lambda v: v.action(
            "plan_presence", profile="Meeting", start=_at(10), end=_at(11)
        ),
    ),
    Door(
        Kind.ACTION,
        "change_planned_presence",
        Permission.PLAN_PRESENCE,
        lambda v: v.action(
            "change_planned_presence", planned=_planned(v), profile="Available"
        ),
        a_plan,
    ),
    Door(
        Kind.ACTION,
        "cancel_planned_presence",
        Permission.PLAN_PRESENCE,
        lambda v: v.action("cancel_planned_presence", planned=_planned(v)),
        a_plan,
    ),
    *answering("get_appointments"),
    *answering("explain"),
    *answering("simulate"),
    action("get_history", Permission.SEE_HISTORY, a_history),
    Door(Kind.ACTION, "keep_history", Permission.KEEP_HISTORY, _keeps_as_before),
    action("delete_history", Permission.KEEP_HISTORY, a_history),
    action("sync_calendars", Permission.SEE_DETAILS, no_calendar),
    action(
        "set_redirect", Permission.CHANGE_REDIRECT, mode="forward", target="voicemail"
    ),
    action("set_redirect", Permission.END_REDIRECT, mode="off"),
    Door(Kind.ACTION, "ring_redirect", Permission.CHANGE_REDIRECT, _rings),
    Door(Kind.ACTION, "call", Permission.CALL, _calls),
    action("set_follow_me", Permission.CHANGE_FOLLOW_ME, device="Mobile"),
    action("set_agent_status", Permission.SET_AGENT_STATUS, status="ready"),
    action("create_profile", Permission.EDIT_PROFILES, an_own_profile, name="New"),
    action(
        "change_profile",
        Permission.EDIT_PROFILES,
        an_own_profile,
        profile="Mine",
        info_text="Hi",
    ),
    action("delete_profile", Permission.EDIT_PROFILES, an_own_profile, profile="Mine"),
    action("reset_profile", Permission.EDIT_PROFILES, profile="Meeting"),
    action(
        "connect_calendar",
        Permission.CONNECT_CALENDARS,
        no_calendar,
        kind="home_assistant",
        calendar=DIARY,
        categories_only=True,
    ),
    action(
        "disconnect_calendar", Permission.CONNECT_CALENDARS, a_calendar, name="Diary"
    ),
    action(
        "narrow_delegate", Permission.SHARE, delegate="person.rita", may=["subjects"]
    ),
    Door(Kind.ACTION, "show_subjects_to", Permission.SHARE, _shows_subjects_as_before),
    Door(
        Kind.ACTION, "show_info_text_to", Permission.SHARE, _shows_info_text_as_before
    ),
    *(
        Door(Kind.ACTION, name, Permission.CONNECT_MICROSOFT, partial(_microsoft, name))
        for name in ("sign_in_microsoft", "confirm_microsoft", "sign_out_microsoft")
    ),
)
ENTITIES: Final = (
    entity(
        "select.profile",
        "async_select_option",
        Permission.CHOOSE_PROFILE,
        "select_option",
        option="Meeting",
    ),
    entity(
        "select.follow_me",
        "async_select_option",
        Permission.CHANGE_FOLLOW_ME,
        "select_option",
        option="Mobile",
    ),
    entity(
        "select.teamdesk_status",
        "async_select_option",
        Permission.SET_AGENT_STATUS,
        "select_option",
        option="ready",
    ),
    entity("switch.automatic", "async_turn_on", Permission.CHOOSE_PROFILE, "turn_on"),
    entity("switch.automatic", "async_turn_off", Permission.CHOOSE_PROFILE, "turn_off"),
    entity(
        "text.info_text",
        "async_set_value",
        Permission.CHOOSE_PROFILE,
        "set_value",
        value="Back at two",
    ),
    Door(
        Kind.ENTITY,
        "calendar.appointments.async_get_events",
        Permission.SEE_PRESENCE,
        _opens_calendar,
        an_appointment,
    ),
    Door(
        Kind.ENTITY,
        "calendar.appointments.async_create_event",
        Permission.PLAN_PRESENCE,
        lambda v: v.service(
            "calendar",
            "create_event",
            CALENDAR,
            summary="Meeting",
            start_date_time=_at(10),
            end_date_time=_at(11),
        ),
        a_plan,
    ),
    Door(
        Kind.ENTITY,
        "calendar.appointments.async_update_event",
        Permission.PLAN_PRESENCE,
        _changes_event,
        a_plan,
    ),
    Door(
        Kind.ENTITY,
        "calendar.appointments.async_delete_event",
        Permission.PLAN_PRESENCE,
        _deletes_event,
        a_plan,
    ),
)
COMMANDS: Final = (
    command("list_calendars", Permission.CONNECT_CALENDARS),
    command(
        "connect_calendar",
        Permission.CONNECT_CALENDARS,
        no_calendar,
        kind="home_assistant",
        calendar=DIARY,
        categories_only=True,
    ),
    command(
        "disconnect_calendar", Permission.CONNECT_CALENDARS, a_calendar, name="Diary"
    ),
    command("get_history", Permission.SEE_HISTORY, a_history),
    command("keep_history", Permission.KEEP_HISTORY, a_history, keep=True),
    command("delete_history", Permission.KEEP_HISTORY, a_history),
    command("profiles/list", Permission.EDIT_PROFILES),
    command("profiles/create", Permission.EDIT_PROFILES, an_own_profile, name="New"),
    command(
        "profiles/change",
        Permission.EDIT_PROFILES,
        an_own_profile,
        profile="Mine",
        enabled=True,
    ),
    command(
        "profiles/delete", Permission.EDIT_PROFILES, an_own_profile, profile="Mine"
    ),
    command("profiles/reset", Permission.EDIT_PROFILES, profile="Meeting"),
    command(
        "profiles/save",
        Permission.EDIT_PROFILES,
        an_own_profile,
        profile="Mine",
        answers={"enabled": True},
    ),
    command("profiles/try", Permission.EDIT_PROFILES, profile="Meeting", language="en"),
    command("own_settings", Permission.SEE_DETAILS, language="en"),
    administering("offices"),
    administering("office/health"),
    administering("office/profiles"),
    administering("office/profile/save", profile_id=MEETING, version="", answers={}),
    administering("office/profile/delete", profile_id=MEETING, version=""),
    administering("office/rules", answers={}, seen={}),
    administering("office/permissions", answers={}, seen={}),
    administering("office/day", person_id=ANNA, start="2030-01-01", end="2030-01-02"),
    administering("office/order", which="order", order=["default"], seen=["default"]),
    administering("people/list"),
    administering("people/export", language="en"),
    administering("people/preview", source="table", text="Name,Extension\nEmil,150"),
    administering("people/confirm", preview="0", rows=[0]),
    administering(
        "people/change", people=THE_VERSION, answers={"run_over": 5, "name": "Anna"}
    ),
    administering("people/copy", people=THE_VERSION, source=BOB, fields=["run_over"]),
    administering("people/pattern", people=[ANNA], pattern="sensor.{name}_pc"),
    administering(
        "people/pc", people=THE_VERSION, sign="locked", pattern="sensor.{name}_pc"
    ),
    administering("people/undo"),
    Door(Kind.COMMAND, "sign_in_microsoft", Permission.CONNECT_MICROSOFT, _signs_in),
    command("phone_login", Permission.CONNECT_PHONE, language="en"),
    command("forget_phone_login", Permission.CONNECT_PHONE),
    Door(
        Kind.COMMAND,
        "set_phone_login",
        Permission.CONNECT_PHONE,
        _logs_in("set_phone_login", login={"password": "x"}),
    ),
    Door(
        Kind.COMMAND,
        "sign_in_phone",
        Permission.CONNECT_PHONE,
        _logs_in("sign_in_phone", language="en"),
    ),
    Door(
        Kind.COMMAND,
        "confirm_microsoft",
        Permission.CONNECT_MICROSOFT,
        _confirms_account,
    ),
    seeing(Kind.COMMAND, "subscribe_person", Permission.SEE_PRESENCE, _sees_person),
    seeing(
        Kind.COMMAND,
        "subscribe_person",
        Permission.SEE_DETAILS,
        _sees_details,
        an_appointment,
    ),
    seeing(
        Kind.COMMAND,
        "subscribe_person",
        Permission.SEE_SUBJECTS,
        _sees_subjects,
        an_appointment,
    ),
    seeing(
        Kind.COMMAND,
        "subscribe_person",
        Permission.SEE_INFO_TEXT,
        _sees_info_text,
        an_info_text,
    ),
    seeing(Kind.COMMAND, "subscribe_team", Permission.SEE_PRESENCE, _sees_on_the_board),
    seeing(
        Kind.COMMAND,
        "subscribe_team",
        Permission.SEE_INFO_TEXT,
        _sees_info_text_on_the_board,
        an_info_text,
    ),
    seeing(
        Kind.COMMAND,
        "subscribe_team",
        Permission.SEE_DETAILS,
        _sees_target_on_the_board,
        an_appointment,
    ),
)
TOOLS: Final = (
    Door(
        Kind.TOOL,
        "get_presence",
        Permission.SEE_PRESENCE,
        lambda v: v.tool("get_presence"),
    ),
    seeing(
        Kind.TOOL,
        "get_presence",
        Permission.SEE_DETAILS,
        _model_sees_details,
        an_appointment,
    ),
    seeing(
        Kind.TOOL,
        "get_presence",
        Permission.SEE_SUBJECTS,
        _model_sees_subjects,
        an_appointment,
    ),
    seeing(
        Kind.TOOL,
        "get_presence",
        Permission.SEE_INFO_TEXT,
        _model_sees_info_text,
        an_info_text,
    ),
    Door(
        Kind.TOOL,
        "set_profile",
        Permission.CHOOSE_PROFILE,
        lambda v: v.tool("set_profile", profile="Meeting"),
    ),
    Door(
        Kind.TOOL,
        "plan_presence",
        Permission.PLAN_PRESENCE,
        lambda v: v.tool(
            "plan_presence", profile="Meeting", start=_at(12), end=_at(13)
        ),
    ),
)
WISHES: Final = (
    spoken("set", Permission.CHOOSE_PROFILE, "put Anna on meeting", "Meeting"),
    spoken(
        "state", Permission.CHOOSE_PROFILE, "I'm in a meeting", "Meeting", of_self=True
    ),
    spoken(
        "automatic",
        Permission.CHOOSE_PROFILE,
        "set Anna's status to automatic",
        "automatic",
    ),
    spoken("back", Permission.CHOOSE_PROFILE, "Anna is back", "Available"),
    spoken(
        "timed",
        Permission.CHOOSE_PROFILE,
        "meeting for an hour",
        "Meeting",
        of_self=True,
    ),
    spoken(
        "inverted",
        Permission.CHOOSE_PROFILE,
        "for an hour am I in a meeting",
        "Meeting",
        of_self=True,
    ),
    *(
        spoken(
            ask,
            Permission.CHOOSE_PROFILE,
            text,
            "Your profile is now",
            of_self=True,
            before=profiles_of_every_status,
        )
        for ask, text in (
            ("quiet", "please do not disturb me"),
            ("soon_back", "I'll be right back"),
            ("leave", "I'm going home"),
        )
    ),
    spoken(
        "redirect",
        Permission.CHANGE_REDIRECT,
        "forward my calls to voicemail",
        "Your calls go to",
        of_self=True,
    ),
    spoken(
        "end_redirect",
        Permission.CHANGE_REDIRECT,
        "end my redirect",
        "Your calls",
        of_self=True,
    ),
    # Whoever may is told that the embedded phone system cannot dial.
    spoken("call", Permission.CALL, "call Bob", "can't place calls", of_self=True),
    spoken("calls", Permission.SEE_DETAILS, "where do Anna's calls go", "Voicemail"),
    spoken(
        "why_calls",
        Permission.SEE_DETAILS,
        "why do my calls go there",
        "Meeting",
        of_self=True,
    ),
    Door(
        Kind.VOICE,
        "return",
        Permission.SEE_PRESENCE,
        _hears_when_back,
        an_appointment,
    ),
    seeing(
        Kind.VOICE, "who_not", Permission.SEE_PRESENCE, _hears_who_not, an_appointment
    ),
    seeing(Kind.VOICE, "who", Permission.SEE_PRESENCE, _hears_who, nothing_on),
    spoken("status", Permission.SEE_PRESENCE, "what is Anna's status", "Meeting"),
    spoken("why", Permission.SEE_DETAILS, "why is Anna's status meeting", "Meeting"),
    seeing(
        Kind.VOICE, "status", Permission.SEE_INFO_TEXT, _hears_info_text, an_info_text
    ),
    seeing(Kind.VOICE, "why", Permission.SEE_SUBJECTS, _hears_subjects, an_appointment),
    Door(Kind.VOICE, "plan", Permission.PLAN_PRESENCE, _plans_by_voice),
)
DOORS: Final = (*COMMANDS, *TOOLS, *WISHES, *ACTIONS, *ENTITIES)
