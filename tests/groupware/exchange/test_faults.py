"""What is said when an Exchange Server cannot be read, and what it is spared."""

import asyncio
from dataclasses import replace
from datetime import timedelta
import gc
import logging
from pathlib import Path
import subprocess
import sys
from typing import Any

import pytest

from custom_components.xpresence.groupware.exchange import connection
from custom_components.xpresence.groupware.exchange.login import Access, Auth, Login
from custom_components.xpresence.groupware.exchange.source import (
    SESSIONS,
    ExchangeCalendar,
)
from custom_components.xpresence.groupware.network.limits import LIMITS
from custom_components.xpresence.groupware.source import (
    CertificateRejected,
    NotAllowed,
    SignInNeeded,
    SourceError,
    SourceUnavailable,
)
from tests.groupware.certificates import DAY as ONE_DAY, Authority
from tests.groupware.faults import plain

from .conftest import ANNA, BERLIN, execute
from .server import ExchangeServer, response_error
from .test_calendar import DAY, Make, item

BOB = "bob@office.example"


async def refusal(source: ExchangeCalendar) -> Any:
    with pytest.raises(SourceError) as raised:
        await source.read(*DAY)
    return raised.value


# Signing in


@pytest.mark.parametrize("auth", Auth)
@pytest.mark.parametrize("name", ["anna", "OFFICE\\anna"])
async def test_ntlm_and_basic_sign_in(
    server: ExchangeServer, calendar: Make, auth: Auth, name: str
) -> None:
    server.passwords["OFFICE\\anna"] = server.passwords["anna"]
    server.rights["OFFICE\\anna"] = {ANNA}
    server.add(ANNA, item())
    assert await calendar(server, auth=auth, username=name).read(*DAY)


async def test_ntlm_signs_a_connection_in_once(
    server: ExchangeServer, calendar: Make
) -> None:
    source = calendar(server, auth=Auth.NTLM)
    for _ in range(3):
        await source.read(*DAY)
    assert server.tries == 1
    assert len(server.connections) == 1


@pytest.mark.parametrize("auth", Auth)
async def test_a_wrong_password_is_tried_once(
    server: ExchangeServer, calendar: Make, auth: Auth
) -> None:
    source = calendar(server, auth=auth, password="guess")
    for _ in range(3):
        error = await refusal(source)
        assert isinstance(error, SignInNeeded)
        assert error.reason == "wrong_password"
    assert server.tries == 1


@pytest.mark.parametrize(
    ("offered", "auth", "reason"),
    [
        (("Basic",), Auth.NTLM, "auth_not_offered"),
        (("NTLM",), Auth.BASIC, "auth_not_offered"),
        (("Negotiate", "NTLM"), Auth.BASIC, "auth_not_offered"),
        (("Bearer",), Auth.NTLM, "modern_auth_needed"),
        (("Bearer",), Auth.BASIC, "modern_auth_needed"),
        (("Negotiate",), Auth.BASIC, "kerberos_needed"),
        (("Negotiate", "Bearer"), Auth.BASIC, "kerberos_needed"),
        (("Basic", "Bearer"), Auth.BASIC, "wrong_password"),
        (("NTLM", "Negotiate", "Bearer"), Auth.NTLM, "wrong_password"),
    ],
)
async def test_a_sign_in_that_is_not_offered_is_no_wrong_password(
    tmp_path: Path, calendar: Make, offered: tuple[str, ...], auth: Auth, reason: str
) -> None:
    server = ExchangeServer(tmp_path, offered)
    server.add(ANNA)
    await server.start()
    try:
        error = await refusal(calendar(server, auth=auth, password="guess"))
    finally:
        await server.stop()
    assert (type(error), error.reason) == (SignInNeeded, reason)
    assert server.tries == (reason == "wrong_password")


@pytest.mark.parametrize(
    ("code", "kind", "reason"),
    [
        ("ErrorCannotFindUser", NotAllowed, "mailbox_unknown"),
        ("ErrorMailRecipientNotFound", NotAllowed, "mailbox_unknown"),
        ("ErrorMailboxMoveInProgress", SourceUnavailable, "busy"),
    ],
)
async def test_a_mailbox_that_is_not_there_is_told_in_every_servers_word(
    server: ExchangeServer,
    calendar: Make,
    code: str,
    kind: type[SourceError],
    reason: str,
) -> None:
    server.faults["code"] = plain(200, response_error(code), "text/xml")
    server.fault = "code"
    error = await refusal(calendar(server))
    assert (type(error), str(error)) == (kind, reason)


@pytest.mark.parametrize("status", [502, 504])
async def test_a_gateway_without_its_server_is_an_outage(
    server: ExchangeServer, calendar: Make, status: int
) -> None:
    server.faults["gateway"] = plain(status, b"Bad Gateway", "text/html")
    server.fault = "gateway"
    error = await refusal(calendar(server))
    assert (type(error), error.reason) == (SourceUnavailable, "server_error")


async def test_mailboxes_of_one_login_are_not_locked_out_one_by_one(
    server: ExchangeServer, calendar: Make
) -> None:
    server.add(BOB)
    wrong = {"username": "service", "password": "old"}
    both = [calendar(server, who, **wrong) for who in (ANNA, BOB)]
    errors = await asyncio.gather(*(refusal(source) for source in both))
    assert {type(error) for error in errors} == {SignInNeeded}
    assert server.tries == 1


async def test_somebody_who_signs_in_again_is_tried_again(
    server: ExchangeServer, calendar: Make
) -> None:
    right = server.passwords["anna"]
    server.passwords["anna"] = "not yet"
    assert isinstance(await refusal(calendar(server, password=right)), SignInNeeded)
    server.passwords["anna"] = right
    # Not because a calendar was set up anew: somebody must have looked at it.
    first = calendar(server, password=right)
    assert isinstance(await refusal(first), SignInNeeded)
    assert await calendar(server, password=right, anew=True).read(*DAY) == ()
    assert await first.read(*DAY) == ()


# Whose calendar


async def test_a_service_account_reads_what_is_shared_with_it(
    server: ExchangeServer, calendar: Make
) -> None:
    server.add(BOB, item("Bob's"))
    server.add(ANNA, item("Anna's"))
    server.rights["service"] = {ANNA, BOB}
    account = {"username": "service", "password": server.passwords["service"]}
    for mailbox, subject in ((ANNA, "Anna's"), (BOB, "Bob's")):
        (found,) = await calendar(server, mailbox, **account).read(*DAY)
        assert found.subject == subject
    assert len(server.connections) == 1


async def test_a_service_account_acts_for_whom_it_may(
    server: ExchangeServer, calendar: Make
) -> None:
    server.add(ANNA, item())
    account = {
        "username": "service",
        "password": server.passwords["service"],
        "access": Access.IMPERSONATION,
    }
    error = await refusal(calendar(server, **account))
    assert isinstance(error, NotAllowed)
    assert str(error) == "impersonation_denied"
    server.impersonators.add("service")
    assert await calendar(server, **account).read(*DAY)


async def test_a_calendar_that_is_not_shared_is_not_read(
    server: ExchangeServer, calendar: Make
) -> None:
    server.add(BOB, item())
    error = await refusal(calendar(server, BOB))
    assert isinstance(error, NotAllowed)
    assert str(error) == "not_allowed"
    error = await refusal(calendar(server, "nobody@office.example"))
    assert str(error) == "mailbox_unknown"


# Something is wrong with the server


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Wait for less than a second."""
    monkeypatch.setattr(connection, "LIMITS", replace(LIMITS, request_seconds=0.5))
    monkeypatch.setattr(connection.Connection, "TIMEOUT", 0.5)


@pytest.mark.usefixtures("impatient")
@pytest.mark.parametrize(
    ("fault", "reason", "retry_after"),
    [
        ("busy", "busy", 45),
        ("too many requests", "busy", 77),
        ("down for maintenance", "busy", None),
        ("another page", "answer_unreadable", None),
        ("missing", "not_exchange", None),
        ("somewhere else", "not_exchange", None),
        ("error", "server_error", None),
        ("cut short", "answer_unreadable", None),
        ("entities", "answer_unreadable", None),
        ("entities in attributes", "answer_unreadable", None),
        ("endless", "answer_too_long", None),
        ("slow", "too_slow", None),
        ("silent", "too_slow", None),
        ("broken off", "answer_cut_short", None),
    ],
)
@pytest.mark.parametrize("auth", Auth)
async def test_a_server_that_answers_badly_is_told_apart_and_heals(
    server: ExchangeServer,
    calendar: Make,
    fault: str,
    reason: str,
    retry_after: float | None,
    auth: Auth,
) -> None:
    server.add(ANNA, item())
    source = calendar(server, auth=auth)
    server.fault = fault
    error = await refusal(source)
    assert isinstance(error, SourceUnavailable)
    assert (error.reason, error.retry_after) == (reason, retry_after)
    server.fault = ""
    if not retry_after:
        assert await source.read(*DAY)


async def test_a_server_without_ews_for_this_user_says_so(
    server: ExchangeServer, calendar: Make
) -> None:
    server.fault = "forbidden"
    assert isinstance(await refusal(calendar(server)), NotAllowed)


async def test_a_throttled_login_is_left_alone_as_long_as_it_asks(
    server: ExchangeServer, calendar: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    server.fault = "busy"
    server.add(BOB)
    server.rights["anna"].add(BOB)
    first, second = calendar(server), calendar(server, BOB)
    await refusal(first)
    server.fault = ""
    asked = server.tries
    for source in (first, second):
        error = await refusal(source)
        assert error.reason == "busy"
        assert 0 < error.retry_after <= 45
    assert server.tries == asked
    now = asyncio.get_running_loop().time()
    monkeypatch.setattr(asyncio.get_running_loop(), "time", lambda: now + 46)
    assert await first.read(*DAY) == ()


@pytest.mark.usefixtures("impatient")
async def test_not_everybody_of_a_login_waits_for_a_silent_server(
    server: ExchangeServer, calendar: Make
) -> None:
    server.add(BOB)
    server.rights["anna"].add(BOB)
    both = [calendar(server), calendar(server, BOB)]
    server.fault = "silent"
    errors = await asyncio.gather(*(refusal(source) for source in both))
    assert {error.reason for error in errors} == {"too_slow"}
    assert server.tries == 1
    server.fault = ""
    assert await both[1].read(*DAY) == ()


async def test_a_server_that_is_down_is_read_again_when_it_is_back(
    server: ExchangeServer, calendar: Make, tmp_path: Path
) -> None:
    source = calendar(server)
    await source.read(*DAY)
    await server.stop()
    error = await refusal(source)
    assert isinstance(error, SourceUnavailable)
    assert error.reason == "unreachable"


@pytest.mark.parametrize(
    "fault", ["busy", "another page", "error", "cut short", "missing", "forbidden"]
)
async def test_nothing_of_a_failure_names_anybody(
    server: ExchangeServer,
    calendar: Make,
    caplog: pytest.LogCaptureFixture,
    fault: str,
) -> None:
    caplog.set_level(logging.DEBUG)
    server.add(ANNA, item("Secret subject"))
    source = calendar(server)
    await source.read(*DAY)
    server.fault = fault
    error = await refusal(source)
    assert error.__cause__ is None
    assert error.__suppress_context__
    said = [record.getMessage() for record in caplog.records] + [repr(error)]
    for secret in (ANNA, "Grün", "Secret subject", "Authorization"):
        assert secret not in "\n".join(said)


# Certificates


async def secure(server: ExchangeServer, tls: Any) -> ExchangeServer:
    await server.stop()
    return await server.start(tls)


@pytest.mark.parametrize("auth", Auth)
async def test_an_authority_of_ones_own_is_trusted_where_it_is_named(
    server: ExchangeServer, calendar: Make, tmp_path: Path, auth: Auth
) -> None:
    office = Authority()
    await secure(server, office.serving(tmp_path))
    server.add(ANNA, item())
    assert await calendar(server, auth=auth, authority=office.pem).read(*DAY)
    assert len(server.connections) == 1


@pytest.mark.parametrize(
    ("trusted", "host", "valid", "reason"),
    [
        (False, "127.0.0.1", ONE_DAY, "certificate_unknown"),
        (True, "mail.office.example", ONE_DAY, "certificate_other_host"),
        (True, "127.0.0.1", -ONE_DAY, "certificate_expired"),
    ],
)
async def test_a_certificate_that_cannot_be_trusted_is_refused(
    server: ExchangeServer,
    calendar: Make,
    tmp_path: Path,
    trusted: bool,
    host: str,
    valid: timedelta,
    reason: str,
) -> None:
    office = Authority()
    await secure(server, office.serving(tmp_path, host, valid))
    error = await refusal(
        calendar(server, authority=office.pem if trusted else Authority().pem)
    )
    assert isinstance(error, CertificateRejected)
    assert str(error) == reason
    error = await refusal(calendar(server))
    assert isinstance(error, CertificateRejected)
    assert server.tries == 0


async def test_a_server_that_does_not_encrypt_is_told_apart(
    server: ExchangeServer, calendar: Make
) -> None:
    error = await refusal(calendar(server, url=server.url.replace("http", "https")))
    assert isinstance(error, SourceUnavailable)
    assert error.reason == "not_encrypted"


async def test_a_pasted_authority_must_be_one(
    server: ExchangeServer, calendar: Make
) -> None:
    error = await refusal(calendar(server, authority="certainly"))
    assert isinstance(error, CertificateRejected)
    assert str(error) == "authority_unreadable"


# Letting go


async def test_a_closed_calendar_leaves_no_password_behind(
    server: ExchangeServer,
) -> None:
    login = Login(server.url, "anna", server.passwords["anna"], Auth.BASIC)
    source = ExchangeCalendar(login, ANNA, time_zone=BERLIN, execute=execute)
    await source.read(*DAY)
    assert login in SESSIONS
    await source.close()
    del source
    gc.collect()
    assert login not in SESSIONS
    assert not connection.CachingProtocol._protocol_cache


async def test_one_of_two_mailboxes_may_be_closed(
    server: ExchangeServer, calendar: Make
) -> None:
    server.add(BOB)
    server.rights["anna"].add(BOB)
    first, second = calendar(server), calendar(server, BOB)
    await first.read(*DAY)
    await first.close()
    await first.close()
    assert await second.read(*DAY) == ()
    assert len(server.connections) == 1
    assert (await refusal(first)).reason == "closed"


def test_nothing_is_imported_before_it_is_used() -> None:
    """Everybody gets the integration; few have an Exchange Server."""
    code = (
        "import sys\n"
        "from custom_components.xpresence.inputs.calendars.kinds import CALENDAR_TYPES\n"
        "assert 'exchange' in CALENDAR_TYPES\n"
        "import custom_components.xpresence.groupware.exchange.source\n"
        "import custom_components.xpresence.groupware.exchange.items\n"
        "assert not {'exchangelib', 'requests_ntlm', 'lxml'} & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
