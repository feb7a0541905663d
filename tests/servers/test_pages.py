"""The settings pages of calendars on servers of one's own: tried before they are kept."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
import ssl
from typing import Any

from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import FlowResultType
from homeassistant.util import dt as dt_util
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from tests.flows.test_subentry_flows import Form, change
from tests.groupware.certificates import DAY, Authority
from tests.groupware.domino.server import DominoServer, event
from tests.groupware.exchange.mailbox import Item
from tests.groupware.exchange.server import ExchangeServer
from tests.office import ANNA, MEETING
from tests.pages import EN

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
PASSWORD = "Grün€ 7"

type Server = ExchangeServer | DominoServer


async def adding(
    hass: HomeAssistant, entry: MockConfigEntry, kind: str, *menus: str
) -> Form:
    """Open the page of a new calendar."""
    form = await change(hass, entry, ANNA, "calendars")
    for step in ("add_calendar", f"calendar_{kind}", *menus):
        await form.fill(next_step_id=step)
    return form


async def rules(form: Form, **said: Any) -> dict[str, Any]:
    """Fill the last page in; return the calendars that are stored then."""
    result = await form.fill(
        **{
            "name": form.suggested["name"],
            "default_profile": MEETING,
            "categories_only": False,
            "invitations": "always",
            "show_as": form.suggested["show_as"],
            **said,
        }
    )
    assert result["reason"] == "reconfigure_successful"
    await settle(form.hass)
    (entry,) = form.hass.config_entries.async_entries("xpresence")
    (stored,) = entry.subentries[ANNA].data["calendars"]
    found: dict[str, Any] = stored
    return found


def errors(form: Form) -> dict[str, str]:
    """Return what is wrong; whatever it is, no password is shown again."""
    assert form.result["type"] is FlowResultType.FORM
    assert "password" not in form.suggested
    said: dict[str, str] = form.result["errors"]
    return said


async def test_an_exchange_calendar_is_read_before_it_is_stored_and_counts_at_once(
    hass: HomeAssistant, own_folder: Path, exchange: ExchangeServer
) -> None:
    now = dt_util.utcnow()
    exchange.add(MAIL[ANNA], Item("Budget", now - HOUR, now + HOUR))
    entry = await office_with(hass, [])
    form = await adding(hass, entry, "exchange")
    await form.fill(**exchange_login(exchange))
    assert len(exchange.requests) == 1
    assert form.suggested["name"] == "Exchange"
    stored = await rules(form)
    assert (stored["kind"], stored["name"]) == ("exchange", "Exchange")
    assert stored["settings"] == exchange_login(exchange)
    assert shown(hass) == "Meeting"


async def test_the_login_name_is_the_mailbox_where_none_is_named(
    hass: HomeAssistant, own_folder: Path, exchange: ExchangeServer
) -> None:
    exchange.passwords[MAIL[ANNA]] = PASSWORD
    exchange.rights[MAIL[ANNA]] = {MAIL[ANNA]}
    entry = await office_with(hass, [])
    form = await adding(hass, entry, "exchange")
    said = exchange_login(exchange, username=MAIL[ANNA], auth="basic")
    del said["mailbox"]
    await form.fill(**said)
    assert (await rules(form))["settings"]["mailbox"] == MAIL[ANNA]


async def test_a_notes_calendar_is_read_before_it_is_stored_and_counts_at_once(
    hass: HomeAssistant, own_folder: Path, domino: DominoServer
) -> None:
    now = dt_util.utcnow().replace(microsecond=0)
    domino.mail_files[FILE[ANNA]].append(event(1, now - HOUR, now + HOUR))
    entry = await office_with(hass, [])
    form = await adding(hass, entry, "notes")
    said = domino_login(domino, mail_file="mail\\anna.nsf", address=MAIL[ANNA])
    await form.fill(**said, responses=True)
    assert form.suggested["name"] == "Notes"
    stored = await rules(form, name="Lotus")
    assert stored["settings"] == {
        **domino_login(domino),
        "address": MAIL[ANNA],
        "responses": True,
    }
    assert shown(hass) == "Meeting"
    agenda = entry.runtime_data.people[ANNA].facts.agenda
    assert {one.source for one in agenda.entries} == {"Lotus"}


# What is wrong, and where


@pytest.mark.parametrize(
    ("more", "problems"),
    [
        ({"url": "mail.office.example:port"}, {"url": "address_invalid"}),
        ({"url": "http://mail.office.example"}, {"url": "address_not_encrypted"}),
        ({"url": "http://127.0.0.1:9"}, {"url": "calendar_unreachable"}),
        ({"url": "x" * 501}, {"url": "malformed"}),
        ({"username": " "}, {"username": "login_name_invalid"}),
        ({"username": "an\nna"}, {"username": "login_name_invalid"}),
        ({"password": "a\x00"}, {"password": "password_invalid"}),
        ({"password": "guess"}, {"password": "calendar_wrong_password"}),
        ({"mailbox": "anna"}, {"mailbox": "mail_address_invalid"}),
        ({"mailbox": "anna@ office.example"}, {"mailbox": "mail_address_invalid"}),
        ({"mailbox": "a" * 600 + "@b.example"}, {"mailbox": "mail_address_invalid"}),
        ({"mailbox": "nobody@office.example"}, {"mailbox": "calendar_mailbox_unknown"}),
        ({"mailbox": "bob@office.example"}, {"mailbox": "calendar_not_allowed"}),
        ({"ca": "-----BEGIN certainly"}, {"ca": "ca_invalid"}),
        ({"ca": "Zertifikät -----BEGIN"}, {"ca": "ca_invalid"}),
        ({"ca": "ssl/nowhere.pem"}, {"ca": "ca_file_missing"}),
        ({"ca": "/etc/hostname"}, {"ca": "ca_file_missing"}),
    ],
)
async def test_what_is_wrong_with_an_exchange_login_is_said_at_its_field_and_mended(
    hass: HomeAssistant,
    own_folder: Path,
    exchange: ExchangeServer,
    more: dict[str, str],
    problems: dict[str, str],
) -> None:
    entry = await office_with(hass, [])
    form = await adding(hass, entry, "exchange")
    await form.fill(**exchange_login(exchange, **more))
    assert errors(form) == problems
    await form.fill(**exchange_login(exchange))
    assert (await rules(form))["settings"] == exchange_login(exchange)


@pytest.mark.parametrize(
    ("more", "problems"),
    [
        ({"url": "a b"}, {"url": "address_invalid"}),
        ({"url": "http://127.0.0.1:9"}, {"url": "calendar_unreachable"}),
        ({"username": ""}, {"username": "login_name_invalid"}),
        ({"password": "guess"}, {"password": "calendar_wrong_password"}),
        ({"mail_file": "anna"}, {"mail_file": "mail_file_invalid"}),
        ({"mail_file": "../anna.nsf"}, {"mail_file": "mail_file_invalid"}),
        ({"mail_file": "https://n/a.nsf"}, {"mail_file": "mail_file_invalid"}),
        ({"mail_file": "mail/x.nsf"}, {"mail_file": "calendar_mail_file_unknown"}),
        ({"mail_file": "mail/bob.nsf"}, {"mail_file": "calendar_not_allowed"}),
        ({"responses": True}, {"address": "address_missing"}),
        ({"address": "anna"}, {"address": "mail_address_invalid"}),
        ({"ca": "none"}, {"ca": "ca_file_missing"}),
    ],
)
async def test_what_is_wrong_with_a_notes_login_is_said_at_its_field_and_mended(
    hass: HomeAssistant,
    own_folder: Path,
    domino: DominoServer,
    more: dict[str, Any],
    problems: dict[str, str],
) -> None:
    entry = await office_with(hass, [])
    form = await adding(hass, entry, "notes")
    await form.fill(**{**domino_login(domino), "responses": False, **more})
    assert errors(form) == problems
    await form.fill(**domino_login(domino), responses=False)
    stored = (await rules(form))["settings"]
    assert stored == {**domino_login(domino), "responses": False}


@pytest.mark.parametrize(
    ("fault", "problems"),
    [
        ("busy", {"base": "calendar_busy"}),
        ("another page", {"base": "calendar_answer_unreadable"}),
        ("cut short", {"base": "calendar_answer_unreadable"}),
        ("missing", {"url": "calendar_not_exchange"}),
        ("error", {"base": "calendar_server_error"}),
        ("forbidden", {"mailbox": "calendar_not_allowed"}),
    ],
)
async def test_what_is_wrong_with_an_exchange_server_is_said(
    hass: HomeAssistant,
    own_folder: Path,
    exchange: ExchangeServer,
    fault: str,
    problems: dict[str, str],
) -> None:
    entry = await office_with(hass, [])
    form = await adding(hass, entry, "exchange")
    exchange.fault = fault
    await form.fill(**exchange_login(exchange))
    assert errors(form) == problems
    exchange.fault = ""
    if fault != "busy":  # Then it is left alone for a while.
        await form.fill(**exchange_login(exchange))
        assert await rules(form)


@pytest.mark.parametrize(
    ("fault", "problems"),
    [
        ("too many requests", {"base": "calendar_busy"}),
        ("cut short", {"base": "calendar_answer_unreadable"}),
        ("somewhere else", {"url": "calendar_not_domino"}),
        ("error", {"base": "calendar_server_error"}),
        ("missing", {"mail_file": "calendar_mail_file_unknown"}),
        ("forbidden", {"mail_file": "calendar_not_allowed"}),
    ],
)
async def test_what_is_wrong_with_a_domino_server_is_said(
    hass: HomeAssistant,
    own_folder: Path,
    domino: DominoServer,
    fault: str,
    problems: dict[str, str],
) -> None:
    entry = await office_with(hass, [])
    form = await adding(hass, entry, "notes")
    domino.fault = fault
    await form.fill(**domino_login(domino), responses=False)
    assert errors(form) == problems
    domino.fault = ""
    if fault != "too many requests":  # Then it is left alone for a while.
        await form.fill(**domino_login(domino), responses=False)
        assert await rules(form)


async def test_a_domino_server_that_wants_a_session_says_so(
    hass: HomeAssistant, own_folder: Path, domino: DominoServer
) -> None:
    domino.sessions_on = True
    entry = await office_with(hass, [])
    form = await adding(hass, entry, "notes")
    await form.fill(**domino_login(domino), responses=False)
    assert errors(form) == {"auth": "calendar_session_needed"}
    await form.fill(**domino_login(domino, auth="session"), responses=False)
    assert (await rules(form))["settings"]["auth"] == "session"


async def test_what_nobody_thought_of_is_told_without_a_name(
    hass: HomeAssistant,
    own_folder: Path,
    exchange: ExchangeServer,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    from custom_components.xpresence.groupware.exchange.source import ExchangeCalendar

    async def fail(*_: object) -> None:
        raise RuntimeError(f"{MAIL[ANNA]} and {PASSWORD}")

    entry = await office_with(hass, [])
    form = await adding(hass, entry, "exchange")
    with monkeypatch.context() as patched:
        patched.setattr(ExchangeCalendar, "read", fail)
        await form.fill(**exchange_login(exchange))
    assert errors(form) == {"base": "unknown"}
    assert "RuntimeError" in caplog.text
    assert PASSWORD not in caplog.text
    assert MAIL[ANNA] not in caplog.text


# Certificates


@pytest.mark.usefixtures("hung_up_on")
@pytest.mark.parametrize("kind", ["exchange", "notes"])
@pytest.mark.parametrize("written", ["text", "file", "binary"])
async def test_an_own_authority_is_asked_for_where_it_is_needed(
    hass: HomeAssistant,
    own_folder: Path,
    tmp_path: Path,
    exchange: ExchangeServer,
    domino: DominoServer,
    kind: str,
    written: str,
) -> None:
    office = Authority()
    server: Server = exchange if kind == "exchange" else domino
    await server.stop()
    await server.start(office.serving(tmp_path))
    said = (
        exchange_login(exchange)
        if kind == "exchange"
        else domino_login(domino, responses=False)
    )
    entry = await office_with(hass, [])
    form = await adding(hass, entry, kind)
    await form.fill(**said)
    assert errors(form) == {"ca": "calendar_certificate_unknown"}
    assert server.tries == 0
    said["ca"] = {"text": office.pem}.get(written, "ssl/office.crt")
    file = own_folder / "ssl" / "office.crt"
    file.parent.mkdir()
    file.write_bytes(
        ssl.PEM_cert_to_DER_cert(office.pem)
        if written == "binary"
        else office.pem.encode()
    )
    await form.fill(**said)
    stored = (await rules(form))["settings"]
    assert stored["ca"].split() == office.pem.split()


@pytest.mark.usefixtures("hung_up_on")
@pytest.mark.parametrize(
    ("host", "valid", "problem"),
    [
        ("mail.office.example", DAY, "calendar_certificate_other_host"),
        ("127.0.0.1", -DAY, "calendar_certificate_expired"),
    ],
)
async def test_a_certificate_that_is_wrong_is_told_apart(
    hass: HomeAssistant,
    own_folder: Path,
    tmp_path: Path,
    exchange: ExchangeServer,
    host: str,
    valid: timedelta,
    problem: str,
) -> None:
    office = Authority()
    await exchange.stop()
    await exchange.start(office.serving(tmp_path, host, valid))
    entry = await office_with(hass, [])
    form = await adding(hass, entry, "exchange")
    await form.fill(**exchange_login(exchange, ca=office.pem))
    assert errors(form) == {"url": problem}


# Changing


async def test_a_stored_password_is_kept_where_it_is_left_out(
    hass: HomeAssistant, own_folder: Path, exchange: ExchangeServer
) -> None:
    stored = calendar("exchange", exchange_login(exchange))
    entry = await office_with(hass, [stored])
    form = await change(hass, entry, ANNA, "calendars")
    await form.fill(next_step_id="change_calendar")
    await form.fill(calendar=stored["id"])
    assert form.suggested == {
        k: v for k, v in exchange_login(exchange).items() if k != "password"
    }
    said = exchange_login(exchange, auth="basic")
    del said["password"]
    await form.fill(**said)
    changed = await rules(form)
    assert changed["settings"] == exchange_login(exchange, auth="basic")
    assert (changed["id"], changed["name"]) == (stored["id"], "Work")


async def test_a_stored_password_goes_to_no_other_server(
    hass: HomeAssistant,
    own_folder: Path,
    exchange: ExchangeServer,
    domino: DominoServer,
) -> None:
    stored = calendar("exchange", exchange_login(exchange))
    entry = await office_with(hass, [stored])
    form = await change(hass, entry, ANNA, "calendars")
    await form.fill(next_step_id="change_calendar")
    await form.fill(calendar=stored["id"])
    said = exchange_login(exchange, url=domino.url)
    del said["password"]
    await form.fill(**said)
    assert errors(form) == {"password": "password_missing"}
    assert domino.tries == 0


@pytest.mark.parametrize("kind", ["exchange", "notes"])
async def test_the_same_calendar_is_not_followed_twice(
    hass: HomeAssistant,
    own_folder: Path,
    exchange: ExchangeServer,
    domino: DominoServer,
    kind: str,
) -> None:
    said = exchange_login(exchange) if kind == "exchange" else domino_login(domino)
    entry = await office_with(hass, [calendar(kind, said)])
    form = await adding(hass, entry, kind)
    more = {} if kind == "exchange" else {"responses": False}
    await form.fill(**said, **more)
    field = "mailbox" if kind == "exchange" else "mail_file"
    assert errors(form) == {field: "calendar_twice"}


async def test_exchange_online_leads_to_microsoft_365(
    hass: HomeAssistant, own_folder: Path, exchange: ExchangeServer
) -> None:
    entry = await office_with(hass, [])
    form = await change(hass, entry, ANNA, "calendars")
    await form.fill(next_step_id="add_calendar")
    await form.fill(next_step_id="calendar_exchange")
    await form.fill(**exchange_login(exchange, url="outlook.office365.com"))
    assert form.result["type"] is FlowResultType.MENU
    assert form.result["menu_options"] == ["calendar_outlook", "calendar_exchange"]
    await form.fill(next_step_id="calendar_exchange")
    await form.fill(**exchange_login(exchange))
    assert await rules(form)


# The office's own login


async def options(hass: HomeAssistant, entry: MockConfigEntry, step: str) -> Any:
    result = await hass.config_entries.options.async_init(entry.entry_id)
    for choice in ("accounts", f"account_{step}"):
        result = await hass.config_entries.options.async_configure(
            result["flow_id"], {"next_step_id": choice}
        )
    return result


async def fill(hass: HomeAssistant, page: Any, **said: Any) -> Any:
    result = await hass.config_entries.options.async_configure(page["flow_id"], said)
    for problem in (result.get("errors") or {}).values():
        assert EN["options"]["error"][problem]
    await settle(hass)
    return result


@pytest.mark.parametrize("kind", ["exchange", "notes"])
async def test_with_a_login_of_the_office_people_only_name_their_mailbox(
    hass: HomeAssistant,
    own_folder: Path,
    exchange: ExchangeServer,
    domino: DominoServer,
    kind: str,
) -> None:
    now = dt_util.utcnow().replace(microsecond=0)
    exchange.add(MAIL[ANNA], Item("Budget", now - HOUR, now + HOUR))
    domino.mail_files[FILE[ANNA]].append(event(1, now - HOUR, now + HOUR))
    account: dict[str, Any]
    if kind == "exchange":
        account, own = exchange_account(exchange), {"mailbox": MAIL[ANNA]}
    else:
        account, own = domino_account(domino), {"mail_file": FILE[ANNA]}
    entry = await office_with(hass, [])
    before = entry.runtime_data
    page = await options(hass, entry, kind)
    result = await fill(hass, page, **account | {"password": "guess"})
    assert result["errors"] == {"password": "calendar_wrong_password"}
    result = await fill(hass, page, **account)
    assert result["type"] is FlowResultType.CREATE_ENTRY
    assert entry.data["accounts"][kind] == account
    assert "accounts" not in entry.options
    # A login for calendars is no other connection to the phone system.
    assert entry.runtime_data is before
    step = "exchange_mailbox" if kind == "exchange" else "notes_mail_file"
    form = await adding(hass, entry, kind, step)
    more = {} if kind == "exchange" else {"responses": False}
    await form.fill(**own, **more)
    assert (await rules(form))["settings"] == {"account": True, **own, **more}
    assert shown(hass) == "Meeting"


@pytest.mark.parametrize("kind", ["exchange", "notes"])
async def test_what_is_wrong_with_a_mailbox_on_the_offices_login_is_said_at_its_field(
    hass: HomeAssistant,
    own_folder: Path,
    exchange: ExchangeServer,
    domino: DominoServer,
    kind: str,
) -> None:
    accounts = {"exchange": exchange_account(exchange), "notes": domino_account(domino)}
    entry = await office_with(hass, [], **accounts)
    if kind == "exchange":
        form = await adding(hass, entry, kind, "exchange_mailbox")
        await form.fill(mailbox="nobody@office.example")
        assert errors(form) == {"mailbox": "calendar_mailbox_unknown"}
        exchange.passwords["service"] = "renewed"
        await form.fill(mailbox=MAIL[ANNA])
    else:
        form = await adding(hass, entry, kind, "notes_mail_file")
        await form.fill(mail_file="mail/nobody.nsf", responses=False)
        assert errors(form) == {"mail_file": "calendar_mail_file_unknown"}
        domino.passwords["Service"] = "renewed"
        await form.fill(mail_file=FILE[ANNA], responses=False)
    assert errors(form) == {"base": "calendar_wrong_password"}
    # The office's login is taken away while the page is open.
    hass.config_entries.async_update_entry(entry, data={"driver": "actions"})
    await form.fill(
        **(
            {"mailbox": MAIL[ANNA]}
            if kind == "exchange"
            else {"mail_file": FILE[ANNA], "responses": False}
        )
    )
    assert errors(form) == {"base": "calendar_account_missing"}


async def test_beside_the_offices_login_an_own_one_may_be_used(
    hass: HomeAssistant, own_folder: Path, exchange: ExchangeServer
) -> None:
    entry = await office_with(hass, [], exchange=exchange_account(exchange))
    form = await adding(hass, entry, "exchange", "exchange_login")
    await form.fill(**exchange_login(exchange))
    assert (await rules(form))["settings"] == exchange_login(exchange)


@pytest.mark.parametrize(
    ("kind", "more", "problems"),
    [
        (
            "exchange",
            {"access": "impersonation"},
            {"mailbox": "calendar_impersonation_denied"},
        ),
        ("exchange", {"mailbox": "nobody"}, {"mailbox": "mail_address_invalid"}),
        ("exchange", {"url": "outlook.office365.com"}, {"url": "exchange_online"}),
        ("notes", {"mail_file": "nobody"}, {"mail_file": "mail_file_invalid"}),
        (
            "notes",
            {"mail_file": "mail/no.nsf"},
            {"mail_file": "calendar_mail_file_unknown"},
        ),
    ],
)
async def test_what_is_wrong_with_the_offices_login_is_said_at_its_field(
    hass: HomeAssistant,
    own_folder: Path,
    exchange: ExchangeServer,
    domino: DominoServer,
    kind: str,
    more: dict[str, str],
    problems: dict[str, str],
) -> None:
    account = (
        exchange_account(exchange) if kind == "exchange" else domino_account(domino)
    )
    entry = await office_with(hass, [])
    page = await options(hass, entry, kind)
    result = await fill(hass, page, **account | more)
    assert result["errors"] == problems
    exchange.impersonators.add("service")
    result = await fill(hass, page, **account)
    assert result["type"] is FlowResultType.CREATE_ENTRY


async def test_a_login_of_the_office_goes_only_when_nobody_uses_it(
    hass: HomeAssistant, own_folder: Path, exchange: ExchangeServer
) -> None:
    account = exchange_account(exchange)
    used = calendar("exchange", {"account": True, "mailbox": MAIL[ANNA]})
    entry = await office_with(hass, [used], exchange=account)
    page = await options(hass, entry, "exchange")
    kept = {k: v for k, v in account.items() if k != "password"}
    result = await fill(hass, page, **kept, remove=True)
    assert result["errors"] == {"remove": "account_in_use"}
    assert result["description_placeholders"]["people"] == "Anna"
    anna = entry.subentries[ANNA]
    hass.config_entries.async_update_subentry(
        entry, anna, data={**anna.data, "calendars": []}
    )
    await fill(hass, page, **kept, remove=True)
    assert entry.data["accounts"] == {}


async def test_another_connection_to_the_phone_system_keeps_the_offices_logins(
    hass: HomeAssistant, own_folder: Path, exchange: ExchangeServer
) -> None:
    entry = await office_with(hass, [], exchange=exchange_account(exchange))
    page = await entry.start_reconfigure_flow(hass)
    await hass.config_entries.flow.async_configure(page["flow_id"], {})
    await settle(hass)
    assert entry.data["accounts"] == {"exchange": exchange_account(exchange)}


def test_every_problem_has_words_at_every_door() -> None:
    from custom_components.xpresence.inputs.calendars.kinds.logins import FIELDS

    reasons = {f"calendar_{reason}" for reason in FIELDS} | {
        "calendar_answer_unreadable",
        "calendar_busy",
        "calendar_server_error",
        "calendar_too_slow",
        "unknown",
    }
    doors: dict[str, Callable[[str], str]] = {
        "config_subentries": lambda key: EN["config_subentries"]["person"]["error"][
            key
        ],
        "options": lambda key: EN["options"]["error"][key],
        "exceptions": lambda key: EN["exceptions"][f"connect_{key}"]["message"],
        **{
            issue: lambda key, issue=issue: EN["issues"][issue]["fix_flow"]["error"][
                key
            ]  # type: ignore[misc]
            for issue in ("calendar_sign_in", "account_sign_in")
        },
    }
    for words in doors.values():
        for reason in reasons:
            assert words(reason)
