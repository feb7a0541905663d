"""The cards in a real browser: every control moves real calls, and shows it."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
import re
from typing import Any
from zoneinfo import ZoneInfo

from playwright.async_api import Browser, Locator, Page, expect
import pytest
import pytest_asyncio

from script.demo import DASHBOARD, dashboard
from tests.pbx.asterisk import EVENTUALLY, Asterisk
from tests.pbx.sip import dial, phone
from tests.repetition import times

from .axe import violations
from .browser import cold, log_in
from .conftest import image, settled
from .diaries import Appointment, Diary, Local
from .home import Home

pytestmark = [
    pytest.mark.asterisk,
    pytest.mark.browser,
    pytest.mark.e2e,
    pytest.mark.asyncio(loop_scope="module"),
]

PROFILE = "select.anna_profile"
PASSWORD = "anna-and-the-telephone"
COLD_LOADS = times(6, 30)
HOUR = timedelta(hours=1)
BERLIN = ZoneInfo("Europe/Berlin")
"""Where the browser is."""
expect.set_options(timeout=EVENTUALLY * 1000)


@pytest.fixture(scope="module")
def diary() -> Diary:
    """Keep a calendar for Anna; it is empty."""
    return Local("Diary")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def home(
    pbx: Asterisk, diary: Diary, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Home]:
    """Run a Home Assistant with five people; Anna and Bob are ordinary users."""
    home = Home(tmp_path_factory.mktemp("home") / "config")
    async with home:
        home.entry = entry = await home.add_asterisk(pbx)
        for name, extension, more in (
            (
                "Anna",
                "100",
                {
                    "devices": ["Mobile: 01715550100"],
                    "queues": ["400"],
                    "person": await home.add_user("Anna", PASSWORD),
                },
            ),
            ("Bob", "101", {"person": await home.add_user("Bob", PASSWORD)}),
            ("Carol", "102", {}),
            ("David", "103", {}),
            ("Emma", "104", {}),
        ):
            await home.add_person(entry, name, extension, **more)
        people = await home.people(entry)
        await home.add_profile(
            entry, "Training", {"kind": "person", "person": people["Bob"]}
        )
        profiles = await home.profiles(entry)
        await diary.connect(home)
        await diary.add_to(
            home, entry, people["Anna"], default_profile=profiles["Meeting"]
        )
        await home.until("sensor.anna_redirect", "off")
        await home.add_dashboard(DASHBOARD, dashboard())
        await home.add_dashboard("own-presence", own_card())
        yield home
    assert home.complaints() == []


def own_card() -> dict[str, Any]:
    """Return a page with a card that shows everybody their own."""
    return {
        "title": "Own",
        "views": [{"title": "Own", "cards": [{"type": "custom:xpresence-card"}]}],
    }


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def annas(home: Home, chromium: Browser) -> Page:
    """Log in as Anna, who is no administrator."""
    page = await log_in(
        chromium, home, username="anna", password=PASSWORD, height=1500, scale=1
    )
    await page.goto(f"{home.url}/{DASHBOARD}")
    return page


@pytest_asyncio.fixture(loop_scope="module")
async def card(annas: Page, home: Home, pbx: Asterisk) -> AsyncIterator[Locator]:
    """Return Anna's card; afterwards everything is as it was."""
    card = annas.locator("xpresence-card")
    await expect(card.locator(".profile")).to_contain_text("Available")
    yield card
    if await button(card, "Dismiss").count():
        await button(card, "Dismiss").click()
    await home.act("xpresence", "set_redirect", entity_id=PROFILE, mode="unchanged")
    await home.act("switch", "turn_on", entity_id="switch.anna_automatic")
    await home.act("xpresence", "resume_automatic", entity_id=PROFILE)
    await home.choose("select.anna_follow_me", "off")
    await settled(pbx, "CF", "100", None)
    await expect(line(card)).to_contain_text("Calls ring here")


def button(card: Locator, name: str) -> Locator:
    return card.get_by_role("button", name=name, exact=True)


def line(card: Locator) -> Locator:
    return card.locator(".redirect").first


# Every control


async def test_a_profile_chosen_by_a_chip_shows_where_calls_really_go(
    card: Locator, pbx: Asterisk
) -> None:
    await button(card, "Meeting").click()
    await settled(pbx, "CF", "100", "*100")
    await expect(line(card)).to_contain_text("Calls go to Voicemail")
    await expect(line(card)).to_contain_text("set by the profile")
    await expect(card.locator(".profile")).to_contain_text("Meeting (Busy)")
    await expect(button(card, "Meeting")).to_have_attribute("aria-pressed", "true")
    await button(card, "Back to automatic").click()
    await settled(pbx, "CF", "100", None)
    await expect(line(card)).to_contain_text("Calls ring here")
    await expect(button(card, "Back to automatic")).to_have_count(0)


async def test_half_an_hour_is_one_tap_and_the_day_shows_what_follows(
    card: Locator, home: Home
) -> None:
    await button(card, "Meeting").click()
    before = datetime.now().astimezone()
    await button(card, "30 min").click()
    until = card.locator(".head").get_by_text(
        re.compile(r"^until \S+ · chosen by hand")
    )
    await expect(until).to_be_visible()
    end = datetime.fromisoformat(
        (await home.attributes("select.anna_profile"))["until"]
    )
    assert abs(end - before - timedelta(minutes=30)) < timedelta(minutes=2)
    coming = card.get_by_label("Today").get_by_role("listitem")
    await expect(coming.first).to_contain_text("Available")
    await expect(coming.first).to_contain_text("calls as set on the phone")


async def test_an_end_of_ones_own_and_until_return_are_told(
    card: Locator, home: Home
) -> None:
    await button(card, "Vacation").click()
    await expect(card.locator(".head")).to_contain_text("until changed")
    await button(card, "until …").click()
    await card.get_by_label("Ends at").fill("2031-05-02T09:30")
    await button(card, "Set").click()
    await expect(card.locator(".head")).to_contain_text("2 May 09:30")
    until = (await home.attributes("select.anna_profile"))["until"]
    assert until.startswith("2031-05-02T07:30")
    await button(card, "until I return").click()
    await expect(card.locator(".head")).to_contain_text("until return")
    await expect(button(card, "until I return")).to_have_attribute(
        "aria-pressed", "true"
    )


async def test_an_info_text_reaches_the_telephones_and_stays_text(
    card: Locator, home: Home, pbx: Asterisk
) -> None:
    text = "<img src=x onerror='document.title=1'> back at <b>three</b>"
    await button(card, "Vacation").click()
    field = card.get_by_label("Info text")
    await field.fill(text)
    await field.press("Enter")
    await expect(card.locator(".said")).to_have_text(text)
    await home.until("text.anna_info_text", text)
    board = card.page.locator("xpresence-team-card")
    await expect(board.locator(".quoted")).to_have_text(text)
    assert await card.page.locator("xpresence-card img, xpresence-card b").count() == 0
    assert await card.page.title() != "1"


async def test_follow_me_and_hotline_are_set_and_read_back(
    card: Locator, home: Home
) -> None:
    await card.get_by_label("Follow-me").select_option("Mobile")
    await home.until("select.anna_follow_me", "Mobile")
    await expect(line(card)).to_contain_text("Follow-me: calls ring on Mobile")
    await expect(card.get_by_label("Follow-me")).to_have_value("Mobile")
    # A profile that forwards suspends it, and the list says so.
    await button(card, "Vacation").click()
    await home.until("select.anna_follow_me", "off")
    await expect(card.get_by_label("Follow-me")).to_have_value("off")
    await button(card, "Ready").click()
    await home.until("select.anna_teamdesk_status", "ready")
    await expect(button(card, "Ready")).to_have_attribute("aria-pressed", "true")
    await button(card, "Logged off").click()
    await home.until("select.anna_teamdesk_status", "logged_off")
    await expect(button(card, "Logged off")).to_have_attribute("aria-pressed", "true")


async def test_automatic_is_a_switch(card: Locator, home: Home) -> None:
    switch = card.get_by_role("switch", name="Automatic")
    await expect(switch).to_have_attribute("aria-checked", "true")
    await switch.click()
    await home.until("switch.anna_automatic", "off")
    await expect(switch).to_have_attribute("aria-checked", "false")
    head = card.locator(".head, header").first
    await expect(head).to_contain_text("automatic is off")
    await switch.press("Space")
    await home.until("switch.anna_automatic", "on")


async def test_the_own_redirect_goes_to_voicemail_to_a_colleague_and_back(
    card: Locator, pbx: Asterisk
) -> None:
    await button(card, "Change the redirect").click()
    await button(card, "To voicemail").click()
    await settled(pbx, "CF", "100", "*100")
    await expect(line(card)).to_contain_text("set by you")
    await button(card, "Change the redirect").click()
    target = card.get_by_label("Redirect to")
    await target.fill("Bob")
    await target.press("Enter")
    await settled(pbx, "CF", "100", "101")
    await expect(line(card)).to_contain_text("Calls go to Bob")
    await button(card, "Change the redirect").click()
    await button(card, "Ring here").click()
    await settled(pbx, "CF", "100", None)


async def test_a_call_is_seen_by_oneself_and_by_the_team(
    card: Locator, pbx: Asterisk
) -> None:
    anna = card.page.locator("xpresence-team-card li").filter(has_text="Anna")
    async with phone(pbx, "100"):
        call = asyncio.create_task(dial(pbx, "101", "100", hold=60))
        await expect(card.locator(".call")).to_have_text("In call")
        await expect(anna.locator(".call")).to_have_text("In call")
        for channel, *_ in await asyncio.to_thread(pbx.talking):
            await asyncio.to_thread(pbx.cli, f"channel request hangup {channel}")
        await call
    await expect(card.locator(".call")).to_have_count(0)
    await expect(anna.locator(".call")).to_have_count(0)


async def test_appointments_show_their_profile_and_where_they_are_kept(
    card: Locator, home: Home, diary: Diary
) -> None:
    await diary.write(home, *todays())
    shown = today(card)
    await expect(shown).to_have_text(
        [
            re.compile("Training.*Meeting · calls to Voicemail · Diary"),
            re.compile("Lunch.*Lunch · calls to Voicemail · Diary"),
            re.compile("Meeting.*calls to Voicemail · Training"),
            re.compile("Available"),
        ]
    )
    # What was chosen by hand holds meanwhile, and the list says so.
    await home.act(
        "xpresence",
        "set_profile",
        entity_id=PROFILE,
        profile="Vacation",
        **{"for": {"hours": 12}},
    )
    await expect(shown.first).to_contain_text("waits while Vacation is on")
    await home.act("xpresence", "resume_automatic", entity_id=PROFILE)
    await diary.write(home)
    await expect(shown).to_have_count(0)


def today(card: Locator) -> Locator:
    """Return the lines of what comes today."""
    return card.get_by_label("Today", exact=True).get_by_role("listitem")


def todays() -> tuple[Appointment, Appointment]:
    """Return a training soon, with lunch in the middle of it."""
    begin = datetime.now(UTC).replace(second=0, microsecond=0) + timedelta(minutes=150)
    return (
        Appointment(subject="Training", start=begin, end=begin + 3 * HOUR),
        Appointment(subject="@Lunch", start=begin + HOUR, end=begin + 1.75 * HOUR),
    )


async def test_presence_is_planned_changed_and_cancelled_on_the_card(
    card: Locator, home: Home
) -> None:
    shown = today(card)
    await button(card, "Plan ahead").click()
    await (
        card.get_by_label("Profile", exact=True)
        .get_by_role("combobox")
        .or_(card.locator("select[name=profile]"))
        .first.select_option("Lunch")
    )
    begin = datetime.now(BERLIN).replace(second=0, microsecond=0) + 2 * HOUR
    await card.get_by_label("Begins at").fill(begin.isoformat()[:16])
    # What is refused stays, to be mended.
    await card.get_by_label("Ends at").fill((begin - HOUR).isoformat()[:16])
    await button(card, "Plan").click()
    await expect(card.get_by_role("alert")).to_contain_text("end")
    await card.get_by_label("Ends at").fill((begin + HOUR).isoformat()[:16])
    await card.locator("input[name=info_text]").fill("Back at two")
    await card.locator("input[name=name]").fill("Trip to Bonn")
    await button(card, "Plan").click()
    await expect(shown.first).to_contain_text("Trip to Bonn")
    await expect(shown.first).to_contain_text("Lunch · calls to Voicemail")
    await expect(button(card, "Plan")).to_have_count(0)
    await button(card, "Change Trip to Bonn").click()
    await expect(card.locator("input[name=name]")).to_have_value("Trip to Bonn")
    await card.locator("input[name=name]").fill("Trip to Cologne")
    await button(card, "Save").click()
    await expect(shown.first).to_contain_text("Trip to Cologne")
    await button(card, "Cancel Lunch").click()
    await expect(shown).to_have_count(0)


async def test_nobody_is_offered_to_plan_to_be_available(card: Locator) -> None:
    await button(card, "Plan ahead").click()
    offered = card.locator("select[name=profile] option")
    await expect(offered.filter(has_text="Vacation")).to_have_count(1)
    await expect(offered.filter(has_text="Available")).to_have_count(0)
    await button(card, "Plan ahead").click()


async def test_available_sets_what_holds_aside_and_it_is_brought_back(
    card: Locator, home: Home, pbx: Asterisk
) -> None:
    now = datetime.now(UTC)
    await home.act(
        "xpresence",
        "plan_presence",
        entity_id=PROFILE,
        profile="Meeting",
        start=(now - timedelta(minutes=5)).isoformat(),
        end=(now + timedelta(hours=1)).isoformat(),
    )
    await settled(pbx, "CF", "100", "*100")
    await button(card, "Available").click()
    await settled(pbx, "CF", "100", None)
    planned = today(card).first
    await expect(planned).to_contain_text("dismissed: doesn't count")
    await button(card, "Bring back planned").click()
    await settled(pbx, "CF", "100", "*100")
    await expect(planned).not_to_contain_text("dismissed")
    await button(card, "Dismiss planned").click()
    await settled(pbx, "CF", "100", None)
    await button(card, "Cancel Meeting").click()
    await expect(button(card, "Cancel Meeting")).to_have_count(0)


async def test_everything_is_within_the_keyboards_reach(
    card: Locator, pbx: Asterisk
) -> None:
    await button(card, "Available").focus()
    for _ in range(2):
        await card.page.keyboard.press("Tab")
    await expect(button(card, "Lunch")).not_to_be_focused()
    await expect(button(card, "Meeting")).to_be_focused()
    await card.page.keyboard.press("Enter")
    await settled(pbx, "CF", "100", "*100")
    await expect(button(card, "Meeting")).to_be_focused()
    await button(card, "Why?").press("Enter")
    await expect(card.locator(".reasons")).to_contain_text("because you chose it at")
    await button(card, "Why?").press("Enter")
    await expect(card.locator(".reasons")).to_have_count(0)


# What goes wrong


async def looks(card: Locator) -> str:
    """Return how the redirect line is drawn."""
    style: str = await line(card).evaluate(
        "e => { const s = getComputedStyle(e);"
        " return [s.borderStyle, s.borderWidth, s.borderColor].join(' ') }"
    )
    return style


async def test_without_the_phone_system_nothing_is_claimed_and_then_it_comes_true(
    card: Locator, pbx: Asterisk
) -> None:
    seen = {"off": await looks(card)}
    pbx.kill()
    await expect(line(card)).to_contain_text("The phone system can't be reached")
    await expect(line(card)).to_have_class(re.compile("is-(unknown|pending)"))
    emma = card.page.locator("xpresence-team-card li").filter(has_text="Emma")
    await expect(emma).to_contain_text("It isn't known where calls go")
    await button(card, "Meeting").click()
    await expect(card.get_by_role("alert")).to_contain_text(
        "The phone system can't be reached. The profile was kept"
    )
    await expect(card.locator(".profile")).to_contain_text("Meeting")
    await expect(line(card)).to_contain_text("should be: calls to Voicemail")
    seen["pending"] = await looks(card)
    pbx.launch()
    await settled(pbx, "CF", "100", "*100")
    await expect(line(card)).to_contain_text("Calls go to Voicemail")
    await button(card, "Dismiss").click()
    await expect(card.get_by_role("alert")).to_have_count(0)
    seen["active"] = await looks(card)
    assert len(set(seen.values())) == len(seen), seen


async def test_a_circle_is_refused_by_name_and_looks_failed(
    card: Locator, home: Home, pbx: Asterisk
) -> None:
    bob = "select.bob_profile"
    await home.act(
        "xpresence", "set_redirect", entity_id=bob, mode="forward", target="Anna"
    )
    await settled(pbx, "CF", "101", "100")
    before = await looks(card)
    await button(card, "Training").click()
    await expect(card.get_by_role("alert")).to_contain_text("in a circle: Anna → Bob")
    await expect(line(card)).to_have_class(re.compile("is-failed"))
    await expect(line(card)).to_contain_text("calls would go round in a circle")
    assert await looks(card) != before
    assert pbx.database("CF", "100") is None
    await home.act("xpresence", "set_redirect", entity_id=bob, mode="off")
    await settled(pbx, "CF", "101", None)


async def test_a_target_that_is_none_is_explained_in_home_assistants_words(
    card: Locator, pbx: Asterisk
) -> None:
    await button(card, "Change the redirect").click()
    await card.get_by_label("Redirect to").fill("12ab")
    await button(card, "Set").click()
    await expect(card.get_by_role("alert")).to_contain_text("neither a number")
    assert pbx.database("CF", "100") is None


# Who looks


async def test_a_card_without_a_person_shows_everybody_their_own(
    annas: Page, home: Home
) -> None:
    await annas.goto(f"{home.url}/own-presence")
    own = annas.locator("xpresence-card")
    await expect(own.locator("h2")).to_have_text("Anna")
    await annas.goto(f"{home.url}/{DASHBOARD}")


async def test_a_colleague_sees_that_calls_are_redirected_and_can_change_nothing(
    home: Home, chromium: Browser
) -> None:
    await home.choose(PROFILE, "Meeting")
    page = await log_in(chromium, home, username="bob", password=PASSWORD, scale=1)
    await page.goto(f"{home.url}/{DASHBOARD}")
    card = page.locator("xpresence-card")
    await expect(card.locator(".profile")).to_contain_text("Meeting")
    await expect(line(card)).to_contain_text("Calls are redirected")
    await expect(card).to_contain_text(
        "Only this person and their delegates can see more"
    )
    assert await card.get_by_role("button").count() == 0
    assert "Voicemail" not in await card.inner_text()
    await page.context.close()
    await home.act("xpresence", "resume_automatic", entity_id=PROFILE)


async def test_a_german_reads_german(home: Home, chromium: Browser) -> None:
    await home.choose(PROFILE, "Meeting")
    page = await log_in(
        chromium, home, username="anna", password=PASSWORD, language="de-DE", scale=1
    )
    await page.goto(f"{home.url}/{DASHBOARD}")
    card = page.locator("xpresence-card")
    await expect(line(card)).to_contain_text("Anrufe gehen an: Voicemail")
    await expect(card.locator(".profile")).to_contain_text("(Beschäftigt)")
    await expect(card.locator(".head")).to_contain_text("bis zur Rückkehr, spätestens")
    await expect(button(card, "Bereit")).to_be_visible()
    await button(card, "Warum?").click()
    await expect(card.locator(".reasons")).to_contain_text("für dich gewählt hat")
    await button(card, "Umleitung ändern").click()
    await card.get_by_label("Umleiten an").fill("12ab")
    await button(card, "Setzen").click()
    await expect(card.get_by_role("alert")).to_contain_text("weder eine Rufnummer")
    await page.context.close()
    await home.act("xpresence", "resume_automatic", entity_id=PROFILE)


# What people miss elsewhere


async def test_the_last_choice_is_taken_back(
    card: Locator, home: Home, pbx: Asterisk
) -> None:
    await button(card, "Meeting").click()
    await home.until(PROFILE, "Meeting")
    await button(card, "30 min").click()
    until = (await home.attributes(PROFILE))["until"]
    await expect(button(card, "Undo")).to_be_visible()
    await button(card, "Vacation").click()
    await home.until(PROFILE, "Vacation")
    await button(card, "Undo").click()
    await home.until(PROFILE, "Meeting")
    assert (await home.attributes(PROFILE))["until"] == until
    await expect(button(card, "Undo")).to_have_count(0)


async def test_the_way_back_is_offered_for_ten_seconds(card: Locator) -> None:
    await button(card, "Lunch").click()
    await expect(button(card, "Undo")).to_be_visible()
    await expect(button(card, "Undo")).to_have_count(0, timeout=30_000)


async def test_lunch_for_a_time_takes_three_taps(card: Locator, home: Home) -> None:
    taps = Taps(card)
    await taps.on("Lunch")
    await taps.on("until …")
    hour = card.locator(".picker .pill").first
    said = await hour.inner_text()
    await taps.on(said)
    await expect(card.locator(".head")).to_contain_text(f"until {said}")
    assert await home.state(PROFILE) == "Lunch"
    assert taps.made <= 3


async def test_a_redirect_to_a_colleague_for_a_time_takes_five_taps(
    card: Locator, home: Home, pbx: Asterisk
) -> None:
    taps = Taps(card)
    await taps.on("Change the redirect")
    await taps.on("Bob")
    end = card.locator("select[name=end]")
    hour = await end.locator("option").nth(4).get_attribute("value")
    assert hour
    await end.select_option(hour)
    await taps.on("Set")
    await settled(pbx, "CF", "100", "101")
    await expect(line(card)).to_contain_text("Calls go to Bob")
    # Opening the list of ends and picking one are two.
    assert taps.made + 2 <= 5
    # Whoever was called lately comes first.
    await button(card, "Change the redirect").click()
    await button(card, "Ring here").click()
    await settled(pbx, "CF", "100", None)
    await button(card, "Change the redirect").click()
    first = card.get_by_label("Suggestions").get_by_role("button").first
    await expect(first).to_have_text("Bob")
    await button(card, "Change the redirect").click()


async def test_why_is_one_tap_away(card: Locator) -> None:
    taps = Taps(card)
    await taps.on("Why?")
    await expect(card.locator(".reasons")).to_contain_text("because nothing else")
    assert taps.made <= 2
    await button(card, "Why?").click()


async def test_the_day_as_it_was_is_there_once_the_person_wants_it(
    card: Locator, annas: Page, home: Home, pbx: Asterisk
) -> None:
    assert await button(card, "History").count() == 0
    await home.set_rules(home.entry, history_days=7)
    await button(card, "History").click()
    history = card.locator(".history")
    await expect(history).to_contain_text("without subjects, outside numbers masked")
    await button(card, "Record").click()
    await button(card, "Meeting").click()
    await settled(pbx, "CF", "100", "*100")
    await button(card, "History").click()
    await button(card, "History").click()
    changes = history.get_by_role("listitem")
    await expect(changes.last).to_contain_text(
        re.compile("Voicemail.*Anna|Meeting.*Anna")
    )
    went = history.get_by_role("img", name="Calls went to: Voicemail")
    await expect(went).to_be_visible()
    assert await violations(annas, "xpresence-card") == []
    # The whole week, and back to the day, with the keyboard.
    await button(card, "Week").focus()
    await annas.keyboard.press("Enter")
    await expect(history.locator(".day")).to_have_count(7)
    await expect(button(card, "Later")).to_be_disabled()
    assert await violations(annas, "xpresence-card") == []
    await button(card, "Day").focus()
    await annas.keyboard.press("Space")
    await expect(history.locator(".day")).to_have_count(1)
    await card.get_by_label("Shown to").select_option("my delegates")
    # My page in the panel shows the same.
    await annas.goto(f"{home.url}/xpresence/me")
    mine = annas.locator("xpresence-panel section").filter(has_text="What was")
    await expect(mine.locator(".history .day")).to_have_count(1)
    await expect(mine.get_by_label("Shown to")).to_have_value("delegate")
    await expect(
        mine.get_by_role("img", name="Calls went to: Voicemail")
    ).to_be_visible()
    assert await violations(annas, "xpresence-panel") == []
    await button(mine, "Delete …").click()
    await button(mine, "Delete and record no more").click()
    await expect(button(mine, "Record")).to_be_visible()
    await home.set_rules(home.entry, history_days=0)
    await annas.goto(f"{home.url}/{DASHBOARD}")


async def test_a_redirect_waits_until_nobody_answers(
    card: Locator, pbx: Asterisk
) -> None:
    await button(card, "Change the redirect").click()
    await card.get_by_label("Redirect to").fill("102")
    await card.locator("select[name=condition]").select_option("no_reply")
    await card.get_by_label("Ring for (seconds)").fill("30")
    await button(card, "Set").click()
    await settled(pbx, "CFU", "100", "102")
    await expect(line(card)).to_contain_text("When not answered, calls go to")
    await button(card, "Change the redirect").click()
    await button(card, "Ring here").click()
    await settled(pbx, "CFU", "100", None)


async def test_a_card_shows_what_it_is_told_to_in_that_order(
    annas: Page, home: Home
) -> None:
    cards = [
        {"type": "custom:xpresence-card", "compact": True, "profiles": ["Lunch"]},
        {"type": "custom:xpresence-card", "sections": ["why", "profiles"]},
        {"type": "custom:xpresence-card", "durations": ["hours_2"], "hide": ["why"]},
    ]
    # One column, for several are filled by height.
    column = {"type": "vertical-stack", "cards": cards}
    page = {"title": "Parts", "views": [{"title": "Parts", "cards": [column]}]}
    await home.add_dashboard("card-parts", page)
    await annas.goto(f"{home.url}/card-parts")
    shown = annas.locator("xpresence-card")
    compact, ordered, short = shown.nth(0), shown.nth(1), shown.nth(2)
    await expect(compact.locator(".chip")).to_have_text(["Lunch"])
    await expect(compact.locator(".sections > *")).to_have_count(1)
    await expect(ordered.locator(".sections > *").first).to_contain_text("Why?")
    await expect(ordered.locator(".sections > *")).to_have_count(2)
    await expect(short.get_by_label("How long").locator(".pill")).to_have_text(["2 h"])
    await expect(button(short, "Why?")).to_have_count(0)
    await annas.goto(f"{home.url}/{DASHBOARD}")


async def test_whoever_is_nobody_here_is_led_to_where_that_is_mended(
    home: Home, chromium: Browser
) -> None:
    page = await log_in(chromium, home, scale=1)
    await page.goto(f"{home.url}/own-presence")
    card = page.locator("xpresence-card")
    await expect(card).to_contain_text("Your user isn't linked to a person yet.")
    await card.get_by_role("link", name="Open the people").click()
    await page.wait_for_url("**/config/integrations/integration/xpresence")
    await page.context.close()


class Taps:
    """Counts what somebody taps on."""

    def __init__(self, card: Locator) -> None:
        self.card = card
        self.made = 0

    async def on(self, name: str) -> None:
        """Tap a button."""
        await button(self.card, name).first.click()
        self.made += 1


# The board


async def test_the_board_shows_everyone_finds_sorts_and_calls(
    annas: Page, home: Home
) -> None:
    board = annas.locator("xpresence-team-card")
    rows = board.get_by_role("listitem").filter(has=annas.locator(".person"))
    await expect(rows).to_have_count(5)
    await home.act(
        "xpresence",
        "set_profile",
        entity_id="select.carol_profile",
        profile="Lunch",
        info_text="Back at one",
    )
    carol = rows.filter(has_text="Carol")
    await expect(carol).to_contain_text("Lunch")
    await expect(carol).to_contain_text("Back at one")
    await expect(carol).to_contain_text("until ")
    await expect(carol).to_contain_text("Calls are redirected")
    await expect(board.get_by_role("link", name="Call Carol")).to_have_attribute(
        "href", "tel:102"
    )
    await board.get_by_label("Find").fill("back at")
    await expect(rows).to_have_count(1)
    await board.get_by_label("Find").fill("")
    await button(board, "Only available").click()
    await expect(rows).to_have_count(4)
    await button(board, "Only available").click()
    await board.get_by_label("Sort").select_option("status")
    await expect(rows.last).to_contain_text("Carol")
    await board.get_by_label("Sort").select_option("name")
    await home.act("xpresence", "resume_automatic", entity_id="select.carol_profile")


async def test_the_board_has_favourites_groups_and_those_who_are_away_last(
    annas: Page, home: Home
) -> None:
    board = {
        "type": "custom:xpresence-team-card",
        "group": "status",
        "away": "last",
    }
    page = {"title": "Board", "views": [{"title": "Board", "cards": [board]}]}
    await home.add_dashboard("grouped-board", page)
    await home.choose("select.carol_profile", "Gone home")
    await annas.goto(f"{home.url}/grouped-board")
    shown = annas.locator("xpresence-team-card")
    await expect(shown.locator("h3")).to_have_text(["Available", "Offline"])
    await expect(shown.get_by_label("Offline")).to_contain_text("Carol")
    await shown.get_by_role("button", expanded=False).filter(has_text="Emma").click()
    await button(shown, "Favourite").click()
    await expect(shown.locator("h3").first).to_have_text("Favourites")
    await annas.reload()
    await expect(shown.get_by_label("Favourites")).to_contain_text("Emma")
    await shown.get_by_role("button", expanded=False).filter(has_text="Emma").click()
    await button(shown, "Favourite").click()
    await expect(shown.locator("h3")).to_have_text(["Available", "Offline"])
    await home.act("xpresence", "resume_automatic", entity_id="select.carol_profile")
    await annas.goto(f"{home.url}/{DASHBOARD}")


async def test_a_tap_on_the_board_opens_what_one_may_see(annas: Page) -> None:
    board = annas.locator("xpresence-team-card")
    anna = board.get_by_role("button", expanded=False).filter(has_text="Anna")
    await anna.click()
    details = board.locator(".details")
    await expect(details).to_contain_text("Available because nothing else applies")
    await expect(details).to_contain_text("Calls ring here")
    bob = board.get_by_role("button", expanded=False).filter(has_text="Bob")
    await bob.click()
    await expect(details).to_contain_text("Only this person and their delegates")
    await expect(details).to_have_count(1)
    await board.get_by_role("button", expanded=True).click()
    await expect(details).to_have_count(0)


# How Home Assistant takes them in


async def test_every_cold_load_shows_the_card(home: Home, chromium: Browser) -> None:
    gate = asyncio.Semaphore(3)

    async def load() -> str:
        async with gate, cold(chromium, home) as page:
            await page.goto(f"{home.url}/{DASHBOARD}")
            shown = page.locator("xpresence-card .profile, hui-error-card")
            await shown.first.wait_for(timeout=EVENTUALLY * 1000)
            return await shown.first.evaluate("e => e.localName")

    assert await asyncio.gather(*(load() for _ in range(COLD_LOADS))) == (
        ["div"] * COLD_LOADS
    )


WIDTHS = {"phone": (390, 1560), "tablet": (820, 1180), "desktop": (1280, 1010)}

PICTURES = {
    ("desktop", False): "dashboard.png",
    ("desktop", True): "cards-desktop-dark.png",
    ("phone", False): "cards-phone-light.png",
    ("tablet", True): "cards-tablet-dark.png",
}
"""Those that the documents show, of all that are looked at."""


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize("name", WIDTHS)
async def test_nobody_is_shut_out_at_any_width_in_light_and_dark(
    home: Home,
    chromium: Browser,
    diary: Diary,
    request: pytest.FixtureRequest,
    name: str,
    dark: bool,
) -> None:
    await diary.write(home, *todays())
    for person, profile, text in (
        ("anna", "Meeting", "Budget with the board"),
        ("carol", "Lunch", "Back at one"),
        ("david", "Vacation", "Until Monday"),
    ):
        entity = f"select.{person}_profile"
        data = {"profile": profile, "info_text": text, "for": {"minutes": 90}}
        await home.act("xpresence", "set_profile", entity_id=entity, **data)
    width, height = WIDTHS[name]
    page = await log_in(
        chromium,
        home,
        username="anna",
        password=PASSWORD,
        width=width,
        height=height,
        dark=dark,
        scale=1,
    )
    await page.goto(f"{home.url}/{DASHBOARD}")
    mine, board = page.locator("xpresence-card"), page.locator("xpresence-team-card")
    await expect(line(mine)).to_contain_text("Calls go to Voicemail")
    await expect(board).to_contain_text("Until Monday")
    await expect(mine).to_contain_text("Lunch · calls to Voicemail · Diary")
    if request.config.getoption("--screenshots"):
        await page.wait_for_timeout(1500)
        if (picture := PICTURES.get((name, dark))) is not None:
            await page.screenshot(path=image(picture))
    await button(mine, "Why?").click()
    await button(mine, "Change the redirect").click()
    await button(mine, "until …").click()
    await button(mine, "Plan ahead").click()
    await board.get_by_role("button", expanded=False).first.click()
    await expect(board.locator(".details .reasons")).to_be_visible()
    wide = await page.evaluate(
        "() => document.documentElement.scrollWidth <= window.innerWidth"
    )
    assert wide, "the page scrolls sideways"
    assert await violations(page, "xpresence-card") == []
    assert await violations(page, "xpresence-team-card") == []
    await page.context.close()
    await diary.write(home)
    for person in ("anna", "carol", "david"):
        entity = f"select.{person}_profile"
        await home.act("xpresence", "resume_automatic", entity_id=entity)
