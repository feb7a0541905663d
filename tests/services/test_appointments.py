"""The appointment list: the calendar that shows it, and the actions that tell of it."""

import asyncio
from collections.abc import AsyncGenerator
from datetime import date, datetime, timedelta
import json
from typing import Any

from freezegun.api import FrozenDateTimeFactory
from homeassistant.core import Context, HomeAssistant, State
from homeassistant.exceptions import HomeAssistantError, ServiceValidationError
from homeassistant.util import dt as dt_util
import pytest
from pytest_homeassistant_custom_component.common import (
    MockConfigEntry,
    async_fire_time_changed,
)
from pytest_homeassistant_custom_component.typing import WebSocketGenerator
import voluptuous as vol

from custom_components.xpresence.operations.authorization import NotAllowed

from ..calendars import Diary, clear, diaries, followed
from ..inputs.day import BERLIN
from ..office import ANNA, BOB, MEETING, OFFICE, forward, person, profile
from ..team import Team, set_up_team

CALENDAR = "calendar.anna_appointments"
SELECT = "select.anna_profile"
SOURCE = "select.anna_profile"
LUNCH = "01PROFILELUNCH000000000000"
ABROAD = "01PROFILEABROAD00000000000"
PROFILES = [
    *OFFICE[:3],
    profile(LUNCH, "Lunch", "away", redirect=forward("voicemail")),
    profile(ABROAD, "Abroad", "away", redirect=forward("number", "+49301234101")),
]
DAY = date(2026, 11, 24)
HUGE = "x" * 1_000_000


def at(clock: str, day: date = DAY) -> datetime:
    hour, minute = clock.split(":")
    return datetime(day.year, day.month, day.day, int(hour), int(minute), tzinfo=BERLIN)


@pytest.fixture(autouse=True)
async def morning(
    hass: HomeAssistant, own_folder: Any, freezer: FrozenDateTimeFactory
) -> AsyncGenerator[None]:
    await hass.config.async_set_time_zone("Europe/Berlin")
    freezer.move_to(at("8:00"))
    yield
    await clear(hass)


@pytest.fixture
async def diary(hass: HomeAssistant) -> Diary:
    return (await diaries(hass, "Outlook"))[0]


async def team_with(hass: HomeAssistant, tier: str = "delegate", **more: Any) -> Team:
    """Set up Anna, who follows a calendar and shows subjects to a tier."""
    shared = {"acting": ["person.dora"], "subjects": ["person.rita"], "tier": tier}
    calendars = followed("calendar.outlook", default=MEETING)
    anna = {"person": "person.anna", "sharing": shared, "calendars": calendars}
    people = [
        person(ANNA, "Anna", "100", **{**anna, **more.pop("anna", {})}),
        person(BOB, "Bob", "101", person="person.bob"),
    ]
    return await set_up_team(hass, subentries_data=[*PROFILES, *people], **more)


@pytest.fixture
async def team(hass: HomeAssistant, diary: Diary) -> Team:
    diary.enter(at("9:00"), at("17:00"), "First aid @Training")
    diary.enter(at("12:00"), at("13:00"), "Pizza with the boss @Lunch")
    return await team_with(hass)


async def settle(hass: HomeAssistant) -> None:
    await hass.async_block_till_done(wait_background_tasks=True)


async def clock(hass: HomeAssistant, freezer: FrozenDateTimeFactory, to: str) -> None:
    freezer.move_to(at(to))
    async_fire_time_changed(hass)
    await settle(hass)


def shown(hass: HomeAssistant, entity_id: str = CALENDAR) -> State:
    state = hass.states.get(entity_id)
    assert state is not None
    return state


async def events(
    hass: HomeAssistant, start: datetime | None = None, days: int = 2
) -> list[dict[str, Any]]:
    answer = await hass.services.async_call(
        "calendar",
        "get_events",
        {
            "entity_id": CALENDAR,
            "start_date_time": start or at("0:00"),
            "end_date_time": (start or at("0:00")) + timedelta(days=days),
        },
        blocking=True,
        return_response=True,
    )
    assert answer is not None
    found: Any = answer[CALENDAR]
    return list(found["events"])


async def act(
    hass: HomeAssistant,
    action: str,
    context: Context | None = None,
    *,
    answer: bool = True,
    **data: Any,
) -> Any:
    told = await hass.services.async_call(
        "xpresence",
        action,
        {"entity_id": SELECT, **data},
        blocking=True,
        context=context,
        return_response=answer,
    )
    if told is None:
        return None
    people: Any = json.loads(json.dumps(told))["people"]
    return people[0]


async def create(
    hass: HomeAssistant, context: Context | None = None, **event: Any
) -> None:
    await hass.services.async_call(
        "calendar",
        "create_event",
        {
            "entity_id": CALENDAR,
            "summary": "Lunch",
            "start_date_time": at("18:00"),
            "end_date_time": at("19:00"),
            **event,
        },
        blocking=True,
        context=context,
    )


def planned(team: Team) -> list[Any]:
    """Return the plan of Anna, in the order in which it was made."""
    from custom_components.xpresence.inputs.calendars import calendars_of_person

    return list(calendars_of_person(team.entry.runtime_data.people[ANNA]).plan.entries)


# The calendar


REDIRECTS = {"calendar_shows": "redirects"}


async def test_who_shows_redirects_has_them_in_each_event(
    hass: HomeAssistant, diary: Diary
) -> None:
    diary.enter(at("9:00"), at("17:00"), "First aid @Training")
    diary.enter(at("12:00"), at("13:00"), "Pizza with the boss @Lunch")
    await team_with(hass, anna=REDIRECTS)
    training, lunch = await events(hass)
    assert training["summary"] == "Training"
    assert training["start"] == at("9:00").isoformat()
    assert training["end"] == at("17:00").isoformat()
    assert training["description"].splitlines() == [
        "Calls go to Bob",
        "In between 12:00–13:00: Lunch",
    ]
    assert lunch["summary"] == "Lunch"
    assert lunch["description"] == "Calls go to voicemail"


@pytest.mark.parametrize(
    ("shows", "said", "state"),
    [
        ("nothing", [], "off"),
        ("free_busy", [("Busy", ""), ("Busy", "")], "on"),
        (
            "profiles",
            [("Training", "In between 12:00–13:00: Lunch"), ("Lunch", "")],
            "on",
        ),
        (None, [("Training", "In between 12:00–13:00: Lunch"), ("Lunch", "")], "on"),
        (
            "redirects",
            [
                ("Training", "Calls go to Bob\nIn between 12:00–13:00: Lunch"),
                ("Lunch", "Calls go to voicemail"),
            ],
            "on",
        ),
        ("a word of a later version", [], "off"),
    ],
)
async def test_the_calendar_tells_what_the_person_shows_everybody(
    hass: HomeAssistant,
    diary: Diary,
    freezer: FrozenDateTimeFactory,
    shows: str | None,
    said: list[tuple[str, str]],
    state: str,
) -> None:
    diary.enter(at("9:00"), at("17:00"), "First aid @Training")
    diary.enter(at("12:00"), at("13:00"), "Pizza with the boss @Lunch")
    await team_with(hass, anna={"calendar_shows": shows} if shows else {})
    await clock(hass, freezer, "9:30")
    told = await events(hass)
    assert [(event["summary"], event.get("description") or "") for event in told] == (
        said
    )
    now = shown(hass)
    assert now.state == state
    assert (now.attributes.get("message", "") != "") is bool(said)
    for secret in ("Outlook", "Pizza", "First aid"):
        assert secret not in json.dumps([told, dict(now.attributes)], default=str)


async def test_free_time_is_shown_as_free(hass: HomeAssistant, diary: Diary) -> None:
    diary.enter(at("9:00"), at("10:00"), "Desk @Available")
    diary.enter(at("10:00"), at("11:00"), "Pizza @Lunch")
    await team_with(hass, anna={"calendar_shows": "free_busy"})
    hass.config.language = "de"
    assert [event["summary"] for event in await events(hass)] == ["Frei", "Beschäftigt"]


async def test_in_german_it_speaks_german(hass: HomeAssistant, diary: Diary) -> None:
    diary.enter(at("9:00"), at("17:00"), "First aid @Training")
    diary.enter(at("12:00"), at("13:00"), "Pizza with the boss @Lunch")
    await team_with(hass, anna=REDIRECTS)
    hass.config.language = "de"
    training, _ = await events(hass)
    assert training["description"].splitlines() == [
        "Anrufe gehen an Bob",
        "Dazwischen 12–13 Uhr: Lunch",
    ]


async def test_its_state_is_what_decides_now_or_comes_next(
    hass: HomeAssistant, team: Team, freezer: FrozenDateTimeFactory
) -> None:
    for time, state, message in (
        ("8:00", "off", "Training"),
        ("9:00", "on", "Training"),
        ("12:00", "on", "Lunch"),
        ("13:00", "on", "Training"),
    ):
        await clock(hass, freezer, time)
        assert (shown(hass).state, shown(hass).attributes["message"]) == (
            state,
            message,
        )
    await clock(hass, freezer, "17:00")
    assert shown(hass).state == "off"
    assert "message" not in shown(hass).attributes


async def test_its_state_follows_though_automation_is_switched_off(
    hass: HomeAssistant, team: Team, freezer: FrozenDateTimeFactory
) -> None:
    await hass.services.async_call(
        "switch", "turn_off", {"entity_id": "switch.anna_automatic"}, blocking=True
    )
    await clock(hass, freezer, "9:00")
    await clock(hass, freezer, "12:00")
    assert shown(hass, SELECT).state == "Available"
    assert shown(hass).attributes["message"] == "Lunch"


@pytest.mark.parametrize("tier", ["owner", "delegate", "team"])
async def test_subjects_stand_in_it_only_where_everybody_may_read_them(
    hass: HomeAssistant, diary: Diary, tier: str
) -> None:
    diary.enter(at("9:00"), at("10:00"), "Budget")
    diary.enter(at("11:00"), at("12:00"), "Doctor")
    diary.data = [
        {
            "summary": "Budget",
            "start": at("9:00"),
            "end": at("10:00"),
            "all_day": False,
            "categories": [],
            "sensitivity": "Normal",
            "show_as": "Busy",
            "organizer": "anna@example.com",
            "attendees": [],
            "uid": "Budget",
        },
        {
            "summary": "Doctor",
            "start": at("11:00"),
            "end": at("12:00"),
            "all_day": False,
            "categories": [],
            "sensitivity": "Private",
            "show_as": "Busy",
            "organizer": "anna@example.com",
            "attendees": [],
            "uid": "Doctor",
        },
    ]
    diary.tell()
    team = await team_with(hass, tier)
    said = json.dumps(await events(hass)) + str(shown(hass).attributes)
    assert ("Budget" in said) is (tier == "team")
    assert "Doctor" not in said
    # Narrowed later, it is gone at once; also where the office shows none at all.
    hass.config_entries.async_update_entry(
        team.entry, options={"allowed": ["plan_presence"]}
    )
    await settle(hass)
    said = json.dumps(await events(hass)) + str(shown(hass).attributes)
    assert "Budget" not in said


async def test_no_outside_number_and_no_foreign_id_stands_in_it(
    hass: HomeAssistant, diary: Diary, hass_ws_client: WebSocketGenerator
) -> None:
    diary.enter(at("9:00"), at("10:00"), "@Abroad", uid="secret-of-the-calendar")
    await team_with(hass, anna=REDIRECTS)
    (event,) = await events(hass)
    assert event["description"].splitlines()[0] == "Calls go to … 01"
    (told,) = await listed(hass, hass_ws_client)
    assert "301234101" not in json.dumps(told)
    assert "secret" not in json.dumps(told)


async def test_a_hostile_subject_stays_one_line(
    hass: HomeAssistant, diary: Diary
) -> None:
    diary.enter(at("9:00"), at("10:00"), f"Budget\n\u202eSource: me {HUGE}")
    await team_with(hass, "team", anna=REDIRECTS)
    (event,) = await events(hass)
    calls, subject = event["description"].splitlines()
    assert calls == "Calls go to voicemail"
    assert len(subject) < 300
    assert "\u202e" not in subject


async def test_a_whole_day_is_a_day_where_both_clocks_agree(
    hass: HomeAssistant, diary: Diary
) -> None:
    diary.enter(DAY, DAY + timedelta(days=1), "@Training")
    team = await team_with(hass)
    (event,) = await events(hass)
    assert (event["start"], event["end"]) == ("2026-11-24", "2026-11-25")
    subentry = team.entry.subentries[ANNA]
    hass.config_entries.async_update_subentry(
        team.entry, subentry, data={**subentry.data, "time_zone": "Asia/Tokyo"}
    )
    await settle(hass)
    (event,) = await events(hass)
    assert event["start"] == at("16:00", DAY - timedelta(days=1)).isoformat()


@pytest.mark.parametrize(
    ("day", "hours"), [(date(2027, 3, 28), 23), (date(2026, 10, 25), 25)]
)
async def test_a_day_with_another_length_is_one_event(
    hass: HomeAssistant,
    diary: Diary,
    freezer: FrozenDateTimeFactory,
    day: date,
    hours: int,
) -> None:
    freezer.move_to(at("12:00", day - timedelta(days=1)))
    diary.enter(day, day + timedelta(days=1), "@Training")
    await team_with(hass)
    (event,) = await events(hass, at("0:00", day), 1)
    assert (event["start"], event["end"]) == (
        day.isoformat(),
        (day + timedelta(days=1)).isoformat(),
    )
    told = await act(hass, "get_appointments", start=at("0:00", day))
    (line,) = told["appointments"]
    begin, end = (datetime.fromisoformat(line[key]) for key in ("start", "end"))
    assert end.astimezone(dt_util.UTC) - begin.astimezone(dt_util.UTC) == timedelta(
        hours=hours
    )


@pytest.mark.parametrize(
    ("start", "end", "key"),
    [
        ("0001-01-01 00:00:00", "9999-12-31 23:59:59", "start_too_early"),
        ("2020-01-01 00:00:00", "2026-12-31 00:00:00", "start_too_early"),
        ("2026-11-24 18:00:00", "9999-12-31 23:59:59", "end_too_far"),
        ("2026-11-24 18:00:00", "2036-12-31 00:00:00", "end_too_far"),
        ("9999-12-31 23:59:58", "9999-12-31 23:59:59", "end_too_far"),
        ("0001-01-01 00:00:00", "0001-01-03 00:00:00", "end_in_the_past"),
    ],
)
async def test_a_plan_beyond_what_anybody_means_is_refused(
    hass: HomeAssistant, team: Team, start: str, end: str, key: str
) -> None:
    with pytest.raises(ServiceValidationError) as refused:
        await act(
            hass,
            "plan_presence",
            answer=False,
            profile="Lunch",
            start=start,
            end=end,
        )
    assert refused.value.translation_key == key
    with pytest.raises(ServiceValidationError):
        await create(hass, start_date_time=start, end_date_time=end)
    assert planned(team) == []


async def test_an_event_is_planned_presence(
    hass: HomeAssistant, team: Team, freezer: FrozenDateTimeFactory
) -> None:
    await create(hass, team.context("anna"), summary=" @lunch ", description="Sushi")
    event = (await events(hass))[-1]
    assert event["summary"] == "Lunch"
    assert event["description"].splitlines() == ["Sushi"]
    await hass.config_entries.async_reload(team.entry.entry_id)
    await settle(hass)
    await clock(hass, freezer, "18:00")
    assert shown(hass, SELECT).state == "Lunch"
    assert shown(hass, "text.anna_info_text").state == "Sushi"
    assert shown(hass, SOURCE).attributes["source"] == "calendar"
    await clock(hass, freezer, "19:00")
    assert shown(hass, SELECT).state == "Available"


async def test_a_whole_day_begins_at_the_persons_own_midnight(
    hass: HomeAssistant, diary: Diary
) -> None:
    team = await team_with(hass, anna={"time_zone": "Asia/Tokyo"})
    await hass.services.async_call(
        "calendar",
        "create_event",
        {
            "entity_id": CALENDAR,
            "summary": "Lunch",
            "start_date": "2026-11-25",
            "end_date": "2026-11-26",
        },
        blocking=True,
        context=team.context("anna"),
    )
    (plan,) = planned(team)
    assert plan.start.isoformat() == "2026-11-24T15:00:00+00:00"
    assert plan.end - plan.start == timedelta(days=1)


@pytest.mark.parametrize(
    ("event", "error"),
    [
        ({"summary": "Nonsense"}, "unknown_profile"),
        ({"summary": ""}, "unknown_profile"),
        ({"summary": HUGE}, "unknown_profile"),
        ({"location": "Room 1"}, "plan_without_place"),
        ({"description": "two\nlines"}, "own_info_text_control_character"),
        ({"description": HUGE}, "own_info_text_too_long"),
        (
            {"start_date_time": at("6:00"), "end_date_time": at("7:00")},
            "end_in_the_past",
        ),
    ],
    ids=lambda value: str(value)[:40],
)
async def test_an_event_that_cannot_be_planned_is_refused_in_words(
    hass: HomeAssistant, team: Team, event: dict[str, Any], error: str
) -> None:
    with pytest.raises(ServiceValidationError) as caught:
        await create(hass, **event)
    assert caught.value.translation_key == error
    if error == "unknown_profile":
        assert "Lunch" in (caught.value.translation_placeholders or {})["offered"]
    assert planned(team) == []


@pytest.mark.parametrize(
    ("who", "may"),
    [("anna", True), ("dora", True), ("admin", True), ("bob", False), ("rita", False)],
)
async def test_only_who_may_plan_makes_events_by_action(
    hass: HomeAssistant, team: Team, who: str, may: bool
) -> None:
    if may:
        await create(hass, team.context(who))
        assert planned(team)[0].by == team.users[who].id
        return
    with pytest.raises(NotAllowed) as caught:
        await create(hass, team.context(who))
    assert caught.value.translation_key == "not_allowed_role_plan_presence"
    assert planned(team) == []


async def ws(
    hass: HomeAssistant,
    hass_ws_client: WebSocketGenerator,
    team: Team,
    who: str,
    **message: Any,
) -> dict[str, Any]:
    token = await hass.auth.async_create_refresh_token(
        team.users[who], "http://127.0.0.1"
    )
    client = await hass_ws_client(hass, hass.auth.async_create_access_token(token))
    await client.send_json_auto_id({"entity_id": CALENDAR, **message})
    answer: dict[str, Any] = await client.receive_json()
    await client.close()
    return answer


async def listed(
    hass: HomeAssistant, hass_ws_client: WebSocketGenerator
) -> list[dict[str, Any]]:
    """Return the events as the calendar's page gets them."""
    client = await hass_ws_client()
    await client.send_json_auto_id(
        {
            "type": "calendar/event/subscribe",
            "entity_id": CALENDAR,
            "start": at("0:00").isoformat(),
            "end": at("23:59").isoformat(),
        }
    )
    while True:
        message = await client.receive_json()
        if message["type"] == "event":
            found: list[dict[str, Any]] = message["event"]["events"]
            return found


def page_event(**more: Any) -> dict[str, Any]:
    return {
        "summary": "Lunch",
        "dtstart": at("18:00").isoformat(),
        "dtend": at("19:00").isoformat(),
        **more,
    }


@pytest.mark.parametrize(("who", "may"), [("anna", True), ("bob", False)])
async def test_on_the_calendars_page_the_rights_are_those_of_its_user(
    hass: HomeAssistant,
    team: Team,
    hass_ws_client: WebSocketGenerator,
    who: str,
    may: bool,
) -> None:
    # Somebody who may was here a moment ago; that gives nobody else a right.
    await create(hass, team.context("admin"), summary="Meeting")
    answer = await ws(
        hass,
        hass_ws_client,
        team,
        who,
        type="calendar/event/create",
        event=page_event(),
    )
    assert answer["success"] is may, answer
    assert len(planned(team)) == 1 + may
    if may:
        assert planned(team)[1].by == team.users[who].id
    uid = planned(team)[0].uid
    for message in (
        {"type": "calendar/event/update", "event": page_event()},
        {"type": "calendar/event/delete"},
    ):
        answer = await ws(hass, hass_ws_client, team, who, uid=uid, **message)
        assert answer["success"] is may, answer
    assert [plan.uid == uid for plan in planned(team)] == ([False] if may else [True])


async def test_a_series_is_refused_with_what_to_do_instead(
    hass: HomeAssistant, team: Team, hass_ws_client: WebSocketGenerator
) -> None:
    answer = await ws(
        hass,
        hass_ws_client,
        team,
        "anna",
        type="calendar/event/create",
        event=page_event(rrule="FREQ=DAILY"),
    )
    assert not answer["success"]
    assert "can't repeat" in answer["error"]["message"]
    assert planned(team) == []


async def test_a_plan_is_changed_on_the_page_and_its_own_words_do_not_become_text(
    hass: HomeAssistant, team: Team, hass_ws_client: WebSocketGenerator
) -> None:
    await create(hass, team.context("anna"), description="Sushi")
    (event,) = [
        e for e in await listed(hass, hass_ws_client) if e["uid"].startswith("planned")
    ]
    answer = await ws(
        hass,
        hass_ws_client,
        team,
        "anna",
        type="calendar/event/update",
        uid=event["uid"],
        event=page_event(summary="Meeting", description=event["description"]),
    )
    assert answer["success"], answer
    (plan,) = planned(team)
    assert (plan.profile, plan.info_text) == (MEETING, "Sushi")
    answer = await ws(
        hass,
        hass_ws_client,
        team,
        "anna",
        type="calendar/event/update",
        uid=event["uid"],
        event=page_event(description="Pizza"),
    )
    (plan,) = planned(team)
    assert (plan.profile, plan.info_text) == (LUNCH, "Pizza")
    assert plan.by == team.users["anna"].id


async def test_what_a_calendar_told_is_changed_there_and_not_here(
    hass: HomeAssistant,
    team: Team,
    diary: Diary,
    hass_ws_client: WebSocketGenerator,
) -> None:
    for event in await listed(hass, hass_ws_client):
        for message in (
            {"type": "calendar/event/update", "event": page_event()},
            {"type": "calendar/event/delete"},
        ):
            answer = await ws(
                hass, hass_ws_client, team, "anna", uid=event["uid"], **message
            )
            assert not answer["success"]
            assert "Only what was planned here" in answer["error"]["message"]
    assert len(await events(hass)) == 2
    assert len(diary.events) == 2


# The actions


async def test_the_list_tells_what_holds_when_and_from_where(
    hass: HomeAssistant, team: Team
) -> None:
    answer = await act(
        hass,
        "plan_presence",
        profile="Meeting",
        start=at("16:00"),
        end=at("18:00"),
        info_text="Budget",
    )
    assert answer["name"] == "Anna"
    told = await act(hass, "get_appointments", team.context("anna"), language="en")
    assert told["name"] == "Anna"
    assert (told["calendars_behind"], told["as_of"]) == ([], None)
    training, lunch, meeting = told["appointments"]
    assert training == {
        "start": at("9:00").isoformat(),
        "end": at("17:00").isoformat(),
        "profile": "Training",
        "status": "busy",
        "redirect": "calls go to Bob",
        "source": "Outlook",
        "planned": None,
        "info_text": None,
        "holds": [
            {
                "start": at(start).isoformat(),
                "end": at(end).isoformat(),
                "redirect": "calls go to Bob",
            }
            for start, end in (("9:00", "12:00"), ("13:00", "16:00"))
        ],
        "problem": None,
        "dismissed": None,
        "dismissed_until": None,
        "id": training["id"],
        "subject": "First aid @Training",
    }
    assert lunch["redirect"] == "calls go to voicemail"
    assert (meeting["source"], meeting["planned"]) == (None, answer["planned"])
    assert meeting["info_text"] == "Budget"
    german = await act(hass, "get_appointments", language="de")
    assert german["appointments"][0]["redirect"] == "Anrufe gehen an Bob"


@pytest.mark.parametrize(
    ("tier", "seeing"),
    [
        ("owner", {"anna"}),
        ("delegate", {"anna"}),
        ("team", {"anna", "admin", "dora", None}),
    ],
)
@pytest.mark.parametrize("action", ["get_appointments", "simulate", "explain"])
async def test_subjects_are_told_to_whom_they_concern(
    hass: HomeAssistant,
    diary: Diary,
    tier: str,
    seeing: set[str | None],
    action: str,
) -> None:
    diary.enter(at("7:00"), at("9:00"), "Budget")
    team = await team_with(hass, tier)
    for who in ("anna", "dora", "admin", None):
        context = team.context(who) if who else None
        said = json.dumps(await act(hass, action, context))
        assert ("Budget" in said) is (who in seeing), who


@pytest.mark.parametrize("action", ["get_appointments", "simulate", "explain"])
async def test_a_colleague_is_told_no_details(
    hass: HomeAssistant, team: Team, action: str
) -> None:
    for who in ("bob", "sven", "rosa"):
        with pytest.raises(NotAllowed):
            await act(hass, action, team.context(who))


async def test_between_two_times_the_list_tells_what_reaches_into_them(
    hass: HomeAssistant, team: Team
) -> None:
    told = await act(hass, "get_appointments", start=at("12:30"), end=at("12:45"))
    assert [line["profile"] for line in told["appointments"]] == ["Training", "Lunch"]
    told = await act(hass, "get_appointments", start=at("18:00"), end=at("19:00"))
    assert told["appointments"] == []


async def test_the_list_tells_what_cannot_count_and_why(
    hass: HomeAssistant, team: Team
) -> None:
    hass.config_entries.async_remove_subentry(team.entry, LUNCH)
    await settle(hass)
    await act(
        hass,
        "plan_presence",
        answer=False,
        profile="Abroad",
        start=at("19:00"),
        end=at("20:00"),
    )
    hass.config_entries.async_remove_subentry(team.entry, ABROAD)
    await settle(hass)
    *_, plan = (await act(hass, "get_appointments"))["appointments"]
    assert (plan["profile"], plan["problem"]) == (None, "profile_missing")
    assert plan["planned"]


@pytest.mark.parametrize("action", ["get_appointments", "simulate"])
@pytest.mark.parametrize(
    ("start", "end", "error"),
    [
        (at("12:00"), at("9:00"), "end_before_start"),
        (at("9:00"), at("9:00"), "end_before_start"),
        (at("9:00"), at("9:00") + timedelta(days=400), "time_too_long"),
        ("0001-01-01 00:00:00", "9999-12-31 23:59:59", "time_out_of_range"),
    ],
)
async def test_a_time_that_is_none_is_refused_in_words(
    hass: HomeAssistant, team: Team, action: str, start: Any, end: Any, error: str
) -> None:
    with pytest.raises(ServiceValidationError) as caught:
        await act(hass, action, start=start, end=end)
    assert caught.value.translation_key == error


@pytest.mark.parametrize("value", ["yesterday", HUGE, 7, None, ["2026-11-24"]])
async def test_what_is_no_time_is_refused(
    hass: HomeAssistant, team: Team, value: Any
) -> None:
    for action in ("get_appointments", "simulate"):
        with pytest.raises(vol.Invalid):
            await act(hass, action, start=value)


async def test_why_is_told_in_words_and_line_by_line(
    hass: HomeAssistant, team: Team, freezer: FrozenDateTimeFactory
) -> None:
    await clock(hass, freezer, "12:30")
    told = await act(hass, "explain", team.context("anna"), language="en")
    assert told["profile"] == "Lunch"
    assert told["redirect"] == "calls go to voicemail"
    assert told["explanation"].startswith("Lunch because of the category of")
    assert told["next_change"] == at("13:00").isoformat()
    lunch, training, default = told["trace"]
    assert lunch == {
        "source": "calendar",
        "profile": "Lunch",
        "reason": "category",
        "since": at("12:00").isoformat(),
        "until": at("13:00").isoformat(),
        "verdict": "decides",
        "why": "top",
        "flaws": [],
        "id": lunch["id"],
        "dismissed": None,
        "subject": "Pizza with the boss @Lunch",
    }
    assert (training["profile"], training["verdict"]) == ("Training", "waits")
    assert default["source"] == "default"
    german = await act(hass, "explain", team.context("admin"), language="de")
    assert german["explanation"].startswith("Lunch wegen der Kategorie eines Termins")
    assert "subject" not in german["trace"][0]


async def test_of_a_choice_the_person_is_told_that_it_is_theirs(
    hass: HomeAssistant, team: Team
) -> None:
    await hass.services.async_call(
        "select",
        "select_option",
        {"entity_id": SELECT, "option": "Meeting"},
        blocking=True,
        context=team.context("anna"),
    )
    told = await act(hass, "explain", team.context("anna"))
    assert told["explanation"].startswith("Meeting because you chose it")
    told = await act(hass, "explain", team.context("dora"))
    assert told["explanation"].startswith("Meeting because Anna chose it")


async def test_what_will_be_is_told_with_profile_redirect_and_both_sources(
    hass: HomeAssistant, team: Team
) -> None:
    told = await act(hass, "simulate", start=at("0:00"), end=at("20:00"))
    assert [
        (
            step["start"],
            step["profile"],
            step["redirect"],
            step["source"],
            step["redirect_profile"],
        )
        for step in told["timeline"]
    ] == [
        (at(begin).isoformat(), name, calls, source, decider)
        for begin, name, calls, source, decider in (
            ("8:00", "Available", "the redirect stays as it is", "default", None),
            ("9:00", "Training", "calls go to Bob", "calendar", "Training"),
            ("12:00", "Lunch", "calls go to voicemail", "calendar", "Lunch"),
            ("13:00", "Training", "calls go to Bob", "calendar", "Training"),
            ("17:00", "Available", "the redirect stays as it is", "default", None),
        )
    ]
    assert told["timeline"][-1]["end"] == at("20:00").isoformat()


async def test_what_is_over_cannot_be_simulated(
    hass: HomeAssistant, team: Team
) -> None:
    with pytest.raises(ServiceValidationError) as caught:
        await act(hass, "simulate", start=at("6:00"), end=at("7:00"))
    assert caught.value.translation_key == "end_before_start"


async def test_a_plan_is_changed_and_cancelled_by_what_it_is_known(
    hass: HomeAssistant, team: Team
) -> None:
    uid = (
        await act(
            hass,
            "plan_presence",
            team.context("anna"),
            profile="Lunch",
            start=at("18:00"),
            end=at("19:00"),
            info_text="Sushi",
        )
    )["planned"]
    change = {"action": "change_planned_presence", "answer": False, "planned": uid}
    await act(hass, **change, profile="meeting", end=at("20:00"))
    (plan,) = planned(team)
    assert (plan.profile, plan.info_text) == (MEETING, "Sushi")
    assert (plan.start, plan.end) == (at("18:00"), at("20:00"))
    await act(hass, **change, info_text="")
    assert planned(team)[0].info_text is None
    await hass.config_entries.async_reload(team.entry.entry_id)
    await settle(hass)
    assert planned(team)[0].uid == uid
    await act(hass, "cancel_planned_presence", answer=False, planned=uid)
    assert planned(team) == []
    assert len(await events(hass)) == 2


@pytest.mark.parametrize(
    ("said", "error"),
    [
        ({}, "nothing_to_change"),
        ({"planned": "nonsense", "profile": "Lunch"}, "not_planned"),
        ({"planned": HUGE, "profile": "Lunch"}, "not_planned"),
        ({"profile": "Nonsense"}, "unknown_profile"),
        ({"profile": HUGE}, "unknown_profile"),
        ({"end": at("17:00")}, "end_before_start"),
        ({"start": at("6:00"), "end": at("7:00")}, "end_in_the_past"),
        ({"info_text": HUGE}, "own_info_text_too_long"),
        ({"info_text": "a\u202eb"}, "own_info_text_control_character"),
    ],
    ids=lambda value: str(value)[:40],
)
async def test_a_change_that_cannot_be_changes_nothing(
    hass: HomeAssistant, team: Team, said: dict[str, Any], error: str
) -> None:
    await create(hass)
    before = planned(team)
    with pytest.raises(ServiceValidationError) as caught:
        await act(
            hass,
            "change_planned_presence",
            answer=False,
            **{"planned": before[0].uid, **said},
        )
    assert caught.value.translation_key == error
    assert len(str(caught.value)) < 1000
    assert planned(team) == before


async def test_nobody_changes_or_cancels_for_somebody_else(
    hass: HomeAssistant, team: Team
) -> None:
    await create(hass)
    before = planned(team)
    for action, more in (
        ("change_planned_presence", {"profile": "Meeting"}),
        ("cancel_planned_presence", {}),
    ):
        for who in ("bob", "rita", "rosa"):
            with pytest.raises(NotAllowed):
                await act(
                    hass,
                    action,
                    team.context(who),
                    answer=False,
                    planned=before[0].uid,
                    **more,
                )
        # By what it is known it is Anna's; naming oneself does not make it one's own.
        with pytest.raises(ServiceValidationError) as caught:
            await hass.services.async_call(
                "xpresence",
                action,
                {
                    "entity_id": "select.bob_profile",
                    "planned": before[0].uid,
                    **more,
                },
                blocking=True,
                context=team.context("bob"),
            )
        assert caught.value.translation_key == "not_planned"
    assert planned(team) == before


async def test_what_is_cancelled_meanwhile_does_not_come_back_by_a_change(
    hass: HomeAssistant, team: Team
) -> None:
    await create(hass)
    uid = planned(team)[0].uid
    _, changed = await asyncio.gather(
        act(hass, "cancel_planned_presence", answer=False, planned=uid),
        act(
            hass,
            "change_planned_presence",
            answer=False,
            planned=uid,
            profile="Meeting",
        ),
        return_exceptions=True,
    )
    assert isinstance(changed, ServiceValidationError)
    assert planned(team) == []


async def test_by_hand_calendars_are_read_now(
    hass: HomeAssistant, team: Team, diary: Diary
) -> None:
    diary.enter(at("7:00"), at("9:00"), "Budget")
    assert shown(hass, SELECT).state == "Available"
    await act(hass, "sync_calendars", team.context("anna"), answer=False)
    await settle(hass)
    assert shown(hass, SELECT).state == "Meeting"
    with pytest.raises(NotAllowed):
        await act(hass, "sync_calendars", team.context("bob"), answer=False)


async def test_one_that_cannot_be_read_is_named_and_the_sensor_tells_the_age(
    hass: HomeAssistant, team: Team, diary: Diary, freezer: FrozenDateTimeFactory
) -> None:
    attributes = shown(hass, SOURCE).attributes
    assert (attributes["calendars_behind"], attributes["appointments_as_of"]) == (
        0,
        None,
    )
    diary.failure = HomeAssistantError("no")
    freezer.move_to(at("8:05"))
    with pytest.raises(HomeAssistantError) as caught:
        await act(hass, "sync_calendars", answer=False)
    assert caught.value.translation_key == "calendars_not_read"
    await settle(hass)
    attributes = shown(hass, SOURCE).attributes
    assert (attributes["calendars_behind"], attributes["appointments_as_of"]) == (
        1,
        at("8:00").astimezone(dt_util.UTC),
    )
    told = await act(hass, "get_appointments")
    assert (told["calendars_behind"], told["as_of"]) == (
        ["Outlook"],
        at("8:00").isoformat(),
    )
    assert len(told["appointments"]) == 2
    diary.failure = None
    await clock(hass, freezer, "8:30")
    attributes = shown(hass, SOURCE).attributes
    assert (attributes["calendars_behind"], attributes["appointments_as_of"]) == (
        0,
        None,
    )


async def test_the_source_tells_since_when_until_when_and_what_is_next(
    hass: HomeAssistant, team: Team, freezer: FrozenDateTimeFactory
) -> None:
    await clock(hass, freezer, "10:00")
    attributes = shown(hass, SOURCE).attributes
    assert attributes["since"] == at("9:00")
    assert attributes["until"] == at("17:00")
    assert attributes["next_change"] == at("12:00")


async def test_several_people_are_told_one_after_another(
    hass: HomeAssistant, office: MockConfigEntry
) -> None:
    told = await hass.services.async_call(
        "xpresence",
        "simulate",
        {"entity_id": [SELECT, "select.bob_profile"]},
        blocking=True,
        return_response=True,
    )
    assert told is not None
    people: Any = told["people"]
    assert [one["name"] for one in people] == ["Anna", "Bob"]
