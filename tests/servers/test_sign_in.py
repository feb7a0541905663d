"""A sign-in that has expired: tried once, told, renewed from the notice."""

from datetime import timedelta
from typing import Any

from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import FlowResultType
from homeassistant.helpers import issue_registry as ir
from homeassistant.util import dt as dt_util
import pytest
from pytest_homeassistant_custom_component.common import (
    MockConfigEntry,
    async_fire_time_changed,
)

from tests.flows.repairs.test_repairs import answer, issues, mend
from tests.groupware.certificates import Authority
from tests.groupware.domino.server import DominoServer, event
from tests.groupware.exchange.mailbox import Item
from tests.groupware.exchange.server import ExchangeServer
from tests.office import ANNA, BOB

from .conftest import (
    FILE,
    MAIL,
    calendar,
    domino_account,
    domino_login,
    exchange_account,
    exchange_login,
    office_with,
    settle,
    shown,
)

HOUR = timedelta(hours=1)

type Server = ExchangeServer | DominoServer


@pytest.fixture(params=["exchange", "notes"])
def kind(request: pytest.FixtureRequest) -> str:
    """Try both kinds of server."""
    found: str = request.param
    return found


def put(exchange: ExchangeServer, domino: DominoServer) -> None:
    """Let everybody be in a meeting now."""
    now = dt_util.utcnow().replace(microsecond=0)
    for number, who in enumerate((ANNA, BOB)):
        exchange.add(MAIL[who], Item("Budget", now - HOUR, now + HOUR))
        domino.mail_files[FILE[who]].append(event(number, now - HOUR, now + HOUR))


def change_password(
    kind: str, exchange: ExchangeServer, domino: DominoServer, password: str
) -> None:
    """Change everybody's password at the server."""
    for server in (exchange, domino):
        for name in server.passwords:
            server.passwords[name] = password


async def later(hass: HomeAssistant, minutes: int) -> None:
    async_fire_time_changed(hass, dt_util.utcnow() + timedelta(minutes=minutes))
    await settle(hass)


async def test_a_new_password_is_asked_tried_and_kept_from_the_notice(
    hass: HomeAssistant,
    own_folder: object,
    exchange: ExchangeServer,
    domino: DominoServer,
    kind: str,
) -> None:
    put(exchange, domino)
    server: Server = exchange if kind == "exchange" else domino
    login = exchange_login(exchange) if kind == "exchange" else domino_login(domino)
    change_password(kind, exchange, domino, "renewed")
    entry = await office_with(hass, [calendar(kind, login)])
    assert shown(hass) == "Available"
    assert server.tries == 1
    (issue,) = issues(hass)
    told = ir.async_get(hass).async_get_issue("xpresence", issue)
    assert told is not None
    assert told.translation_key == "calendar_sign_in"
    assert told.translation_placeholders == {"person": "Anna", "calendar": "Work"}
    # Nothing is sent any more, however long it takes.
    for minutes in (2, 20, 40):
        await later(hass, minutes)
    assert server.tries == 1
    page = await mend(hass, issue)
    assert login["username"] == page["description_placeholders"]["login"]
    page = await answer(hass, page, {"password": "guess"})
    assert page["errors"] == {"base": "calendar_wrong_password"}
    assert server.tries == 2
    result = await answer(hass, page, {"password": "renewed"})
    assert result["type"] is FlowResultType.CREATE_ENTRY
    (stored,) = entry.subentries[ANNA].data["calendars"]
    assert stored["settings"]["password"] == "renewed"
    assert {**stored["settings"], "password": ""} == {
        **login,
        **({} if kind == "exchange" else {"responses": False}),
        "password": "",
    }
    assert shown(hass) == "Meeting"
    assert not issues(hass)


async def test_the_same_password_may_be_right_again(
    hass: HomeAssistant,
    own_folder: object,
    exchange: ExchangeServer,
    domino: DominoServer,
    kind: str,
) -> None:
    put(exchange, domino)
    login = exchange_login(exchange) if kind == "exchange" else domino_login(domino)
    change_password(kind, exchange, domino, "another for a while")
    await office_with(hass, [calendar(kind, login)])
    (issue,) = issues(hass)
    change_password(kind, exchange, domino, login["password"])
    await answer(hass, await mend(hass, issue), {"password": login["password"]})
    assert shown(hass) == "Meeting"
    assert not issues(hass)


async def test_changing_somebodys_other_settings_tries_no_refused_password_again(
    hass: HomeAssistant, own_folder: object, exchange: ExchangeServer
) -> None:
    login = exchange_login(exchange, password="old")
    entry = await office_with(hass, [calendar("exchange", login)])
    assert exchange.tries == 1
    anna = entry.subentries[ANNA]
    hass.config_entries.async_update_subentry(
        entry, anna, data={**anna.data, "voicemail": "100"}
    )
    await settle(hass)
    assert exchange.tries == 1
    assert issues(hass)


async def with_account(
    hass: HomeAssistant, exchange: ExchangeServer, domino: DominoServer, kind: str
) -> MockConfigEntry:
    """Set up Anna and Bob, whose calendars the office's login reads."""
    accounts = {"exchange": exchange_account(exchange), "notes": domino_account(domino)}

    def on_it(who: str) -> dict[str, Any]:
        field, names = ("mailbox", MAIL) if kind == "exchange" else ("mail_file", FILE)
        return calendar(kind, {"account": True, field: names[who]})

    return await office_with(
        hass, [on_it(ANNA)], [on_it(BOB)], **{kind: accounts[kind]}
    )


async def test_the_offices_login_is_refused_once_told_once_and_renewed_for_all(
    hass: HomeAssistant,
    own_folder: object,
    exchange: ExchangeServer,
    domino: DominoServer,
    kind: str,
) -> None:
    put(exchange, domino)
    server: Server = exchange if kind == "exchange" else domino
    change_password(kind, exchange, domino, "renewed")
    entry = await with_account(hass, exchange, domino, kind)
    assert server.tries == 1
    (issue,) = issues(hass)
    told = ir.async_get(hass).async_get_issue("xpresence", issue)
    assert told is not None
    assert told.translation_key == "account_sign_in"
    assert "password" not in repr(told).replace("'password'", "")
    page = await mend(hass, issue)
    page = await answer(hass, page, {"password": "guess"})
    assert page["errors"] == {"base": "calendar_wrong_password"}
    await answer(hass, page, {"password": "renewed"})
    assert entry.data["accounts"][kind]["password"] == "renewed"
    assert (shown(hass), shown(hass, "bob")) == ("Meeting", "Meeting")
    assert not issues(hass)


async def test_a_login_that_nobody_needs_any_more_leaves_no_notice_behind(
    hass: HomeAssistant,
    own_folder: object,
    exchange: ExchangeServer,
    domino: DominoServer,
) -> None:
    change_password("exchange", exchange, domino, "renewed")
    entry = await with_account(hass, exchange, domino, "exchange")
    assert issues(hass)
    for who in (ANNA, BOB):
        person = entry.subentries[who]
        hass.config_entries.async_update_subentry(
            entry, person, data={**person.data, "calendars": []}
        )
    await settle(hass)
    page = await hass.config_entries.options.async_init(entry.entry_id)
    for choice in ("accounts", "account_exchange"):
        page = await hass.config_entries.options.async_configure(
            page["flow_id"], {"next_step_id": choice}
        )
    said = {k: v for k, v in exchange_account(exchange).items() if k != "password"}
    await hass.config_entries.options.async_configure(
        page["flow_id"], {**said, "remove": True}
    )
    await settle(hass)
    assert "accounts" in entry.data
    assert not entry.data["accounts"]
    assert not issues(hass)


async def test_a_page_about_a_calendar_that_is_gone_says_so(
    hass: HomeAssistant, own_folder: object, exchange: ExchangeServer
) -> None:
    login = exchange_login(exchange, password="old")
    entry = await office_with(hass, [calendar("exchange", login)])
    (issue,) = issues(hass)
    page = await mend(hass, issue)
    anna = entry.subentries[ANNA]
    hass.config_entries.async_update_subentry(
        entry, anna, data={**anna.data, "calendars": []}
    )
    await settle(hass)
    assert not issues(hass)
    page = await answer(hass, page, {"password": "renewed"})
    assert (page["type"], page["reason"]) == (FlowResultType.ABORT, "gone")


async def test_a_calendars_page_about_somebody_who_left_says_so(
    hass: HomeAssistant, own_folder: object, exchange: ExchangeServer
) -> None:
    login = exchange_login(exchange, password="old")
    entry = await office_with(hass, [calendar("exchange", login)])
    (issue,) = issues(hass)
    page = await mend(hass, issue)
    hass.config_entries.async_remove_subentry(entry, ANNA)
    await settle(hass)
    assert not issues(hass)
    page = await answer(hass, page, {"password": "renewed"})
    assert (page["type"], page["reason"]) == (FlowResultType.ABORT, "gone")


@pytest.mark.parametrize("how", ["changed", "removed", "left"])
async def test_what_happens_to_a_calendar_while_its_password_is_tried_is_told(
    hass: HomeAssistant, own_folder: object, exchange: ExchangeServer, how: str
) -> None:
    login = exchange_login(exchange, password="old", auth="basic")
    before = calendar("exchange", login)
    entry = await office_with(hass, [before])
    (issue,) = issues(hass)
    page = await mend(hass, issue)
    anna = entry.subentries[ANNA]
    after = [] if how == "removed" else [before | {"name": "Diary"}]

    async def meanwhile(request: Any, _: object) -> Any:
        exchange.fault = ""
        if how == "left":
            hass.config_entries.async_remove_subentry(entry, ANNA)
        else:
            hass.config_entries.async_update_subentry(
                entry, anna, data={**anna.data, "calendars": after}
            )
        return await exchange._answer(request)

    exchange.faults["meanwhile"] = meanwhile
    exchange.fault = "meanwhile"
    page = await answer(hass, page, {"password": "Grün€ 7"})
    assert page["errors"] == {"base": "calendar_changed"}
    if how == "changed":
        assert entry.subentries[ANNA].data["calendars"] == after
        await answer(hass, page, {"password": "Grün€ 7"})
        (stored,) = entry.subentries[ANNA].data["calendars"]
        assert stored["settings"]["password"] == "Grün€ 7"
        assert stored["name"] == "Diary"
    else:
        page = await answer(hass, page, {"password": "Grün€ 7"})
        assert page["reason"] == "gone"


async def test_a_page_about_a_login_that_is_gone_says_so(
    hass: HomeAssistant,
    own_folder: object,
    exchange: ExchangeServer,
    domino: DominoServer,
) -> None:
    change_password("exchange", exchange, domino, "renewed")
    entry = await with_account(hass, exchange, domino, "exchange")
    (issue,) = issues(hass)
    page = await mend(hass, issue)
    hass.config_entries.async_update_entry(entry, data={"driver": "actions"})
    await settle(hass)
    page = await answer(hass, page, {"password": "renewed"})
    assert (page["type"], page["reason"]) == (FlowResultType.ABORT, "gone")


@pytest.mark.parametrize("how", ["changed", "removed"])
async def test_what_happens_to_a_login_while_its_password_is_tried_is_kept(
    hass: HomeAssistant,
    own_folder: object,
    exchange: ExchangeServer,
    domino: DominoServer,
    how: str,
) -> None:
    change_password("exchange", exchange, domino, "renewed")
    entry = await with_account(hass, exchange, domino, "exchange")
    account = entry.data["accounts"]["exchange"] | {"auth": "basic"}
    hass.config_entries.async_update_entry(
        entry, data={"driver": "actions", "accounts": {"exchange": account}}
    )
    await settle(hass)
    (issue,) = issues(hass)
    page = await mend(hass, issue)
    changed = {"accounts": {"exchange": account | {"username": MAIL[BOB]}}}
    after = {"driver": "actions"} | (changed if how == "changed" else {})

    async def meanwhile(request: Any, _: object) -> Any:
        exchange.fault = ""
        hass.config_entries.async_update_entry(entry, data=after)
        return await exchange._answer(request)

    exchange.faults["meanwhile"] = meanwhile
    exchange.fault = "meanwhile"
    page = await answer(hass, page, {"password": "renewed"})
    assert entry.data == after
    if how == "removed":
        assert (page["type"], page["reason"]) == (FlowResultType.ABORT, "gone")
        return
    # Asked once more, about the login that it is now.
    assert page["description_placeholders"]["login"] == MAIL[BOB]


@pytest.mark.usefixtures("hung_up_on")
async def test_a_certificate_is_told_with_what_is_wrong_and_where_to_mend_it(
    hass: HomeAssistant,
    own_folder: object,
    tmp_path: Any,
    exchange: ExchangeServer,
    domino: DominoServer,
) -> None:
    put(exchange, domino)
    office = Authority()
    await exchange.stop()
    await exchange.start(office.serving(tmp_path))
    await domino.stop()
    await domino.start(office.serving(tmp_path, valid=-timedelta(days=1)))
    notes = calendar("notes", domino_login(domino, ca=office.pem))
    used = calendar("exchange", {"account": True, "mailbox": MAIL[ANNA]})
    account = exchange_account(exchange)
    entry = await office_with(hass, [used, notes], exchange=account)
    said = {i.translation_key for i in ir.async_get(hass).issues.values()}
    assert said == {"account_certificate_unknown", "calendar_certificate_expired"}
    assert exchange.tries == domino.tries == 0
    accounts = {"exchange": {**account, "ca": office.pem}}
    hass.config_entries.async_update_entry(
        entry, data={**entry.data, "accounts": accounts}
    )
    await settle(hass)
    said = {i.translation_key for i in ir.async_get(hass).issues.values()}
    assert said == {"calendar_certificate_expired"}
    assert shown(hass) == "Meeting"


@pytest.mark.parametrize(
    ("kind", "where", "words"),
    [
        ("exchange", "nobody@office.example", "calendar_mailbox_unknown"),
        ("exchange", "bob@office.example", "calendar_not_allowed"),
        ("notes", "mail/nobody.nsf", "calendar_mail_file_unknown"),
        ("notes", "mail/bob.nsf", "calendar_not_allowed"),
    ],
)
async def test_a_calendar_that_may_not_be_read_is_told_with_the_reason(
    hass: HomeAssistant,
    own_folder: object,
    exchange: ExchangeServer,
    domino: DominoServer,
    where: str,
    words: str,
    kind: str,
) -> None:
    settings = (
        exchange_login(exchange, mailbox=where)
        if kind == "exchange"
        else domino_login(domino, mail_file=where)
    )
    await office_with(hass, [calendar(kind, settings)])
    (issue,) = ir.async_get(hass).issues.values()
    assert issue.translation_key == words
    assert where not in repr(issue)
    exchange.rights["anna"].add(where)
    exchange.mailboxes.setdefault(where, [])
    domino.readers["Anna Office"].add(where)
    domino.mail_files.setdefault(where, [])
    await later(hass, 2)
    assert not issues(hass)
