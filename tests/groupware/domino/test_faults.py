"""What is said when a Domino server cannot be read, and what it is spared."""

import asyncio
from dataclasses import replace
from datetime import timedelta
import logging
from pathlib import Path
from typing import Any

from aiohttp import ClientSession
import pytest

from custom_components.xpresence.groupware.domino import session
from custom_components.xpresence.groupware.domino.login import Auth, Login
from custom_components.xpresence.groupware.domino.source import NotesCalendar
from custom_components.xpresence.groupware.network.limits import LIMITS
from custom_components.xpresence.groupware.source import (
    CertificateRejected,
    NotAllowed,
    SignInNeeded,
    SourceError,
    SourceUnavailable,
)
from tests.groupware.certificates import DAY as ONE_DAY, Authority
from tests.groupware.exchange.conftest import execute
from tests.groupware.faults import Fault, plain

from .server import DominoServer
from .test_calendar import DAY, Make, one, put


async def refusal(source: NotesCalendar) -> Any:
    with pytest.raises(SourceError) as raised:
        await source.read(*DAY)
    return raised.value


# Signing in


@pytest.mark.parametrize("auth", Auth)
@pytest.mark.parametrize("cookie", ["DomAuthSessId", "LtpaToken"])
async def test_basic_and_a_session_sign_in(
    server: DominoServer, calendar: Make, auth: Auth, cookie: str
) -> None:
    server.cookie = cookie
    server.sessions_on = auth is Auth.SESSION
    put(server, one())
    source = calendar(server, auth=auth)
    assert await source.read(*DAY)
    assert await source.read(*DAY)
    assert server.tries == (1 if auth is Auth.SESSION else 2)


@pytest.mark.parametrize("auth", Auth)
async def test_a_wrong_password_is_tried_once(
    server: DominoServer, calendar: Make, auth: Auth
) -> None:
    server.sessions_on = auth is Auth.SESSION
    source = calendar(server, auth=auth, password="guess")
    for _ in range(3):
        error = await refusal(source)
        assert isinstance(error, SignInNeeded)
        assert error.reason == "wrong_password"
    assert server.tries == 1


async def test_a_session_that_ends_is_begun_anew(
    server: DominoServer, calendar: Make
) -> None:
    server.sessions_on = True
    put(server, one())
    source = calendar(server, auth=Auth.SESSION)
    await source.read(*DAY)
    server.sessions.clear()
    assert await source.read(*DAY)
    assert server.tries == 2


async def test_a_password_changed_during_a_session_is_asked_for(
    server: DominoServer, calendar: Make
) -> None:
    server.sessions_on = True
    source = calendar(server, auth=Auth.SESSION)
    await source.read(*DAY)
    server.sessions.clear()
    server.passwords["Anna Office"] = "another"
    assert isinstance(await refusal(source), SignInNeeded)


async def test_a_server_that_wants_a_session_says_so(
    server: DominoServer, calendar: Make
) -> None:
    server.sessions_on = True
    error = await refusal(calendar(server))
    assert isinstance(error, SignInNeeded)
    assert error.reason == "session_needed"


@pytest.mark.parametrize("auth", Auth)
@pytest.mark.parametrize(
    ("fault", "reason"),
    [
        (
            plain(302, Location="https://idp.example/sso?SAMLRequest=fZJ"),
            "saml_needed",
        ),
        (
            plain(
                200,
                b"<html><form action='https://idp.example'>"
                b"<input type='hidden' name='SAMLRequest'></form></html>",
                "text/html",
            ),
            "saml_needed",
        ),
        (
            plain(
                200,
                b"<html><form name='_$$LoginUserFormMFA'><input name='Token'></form>",
                "text/html",
            ),
            "second_factor_needed",
        ),
        (
            plain(401, b"<html>Enter your TOTP token</html>", "text/html"),
            "second_factor_needed",
        ),
    ],
)
async def test_another_sign_in_than_a_password_is_no_wrong_password(
    server: DominoServer, calendar: Make, auth: Auth, fault: Fault, reason: str
) -> None:
    server.sessions_on = auth is Auth.SESSION
    server.faults["other way"] = fault
    server.fault = "other way"
    error = await refusal(calendar(server, auth=auth))
    assert (type(error), error.reason) == (SignInNeeded, reason)


async def test_two_people_of_one_server_are_not_mixed_up(
    server: DominoServer, calendar: Make
) -> None:
    server.sessions_on = True
    server.passwords["Bob"] = "b"
    server.mail_files["mail/bob.nsf"] = [one(summary="Bob's")]
    server.readers["Bob"] = {"mail/bob.nsf"}
    put(server, one(summary="Anna's"))
    anna = calendar(server, auth=Auth.SESSION)
    bob = calendar(
        server, "mail/bob.nsf", username="Bob", password="b", auth=Auth.SESSION
    )
    for _ in range(2):
        for source, subject in ((anna, "Anna's"), (bob, "Bob's")):
            (found,) = await source.read(*DAY)
            assert found.subject == subject


async def test_a_client_that_keeps_cookies_is_not_taken(server: DominoServer) -> None:
    async with ClientSession() as http:
        with pytest.raises(TypeError):
            NotesCalendar(
                Login(server.url, "a", "b"),
                "mail/anna.nsf",
                http=http,
                time_zone="UTC",
                execute=execute,
            )


def shared(server: DominoServer) -> dict[str, str]:
    """Make a second mail file that Anna's login may read as well."""
    server.mail_files["mail/bob.nsf"] = [one(summary="Bob's")]
    server.readers["Anna Office"].add("mail/bob.nsf")
    return {"mail_file": "mail/bob.nsf", "address": "bob@office.example"}


async def test_mail_files_of_one_login_share_its_session(
    server: DominoServer, calendar: Make
) -> None:
    server.sessions_on = True
    sources = [
        calendar(server, auth=Auth.SESSION),
        calendar(server, auth=Auth.SESSION, **shared(server)),
    ]
    _, (found,) = await asyncio.gather(*(source.read(*DAY) for source in sources))
    assert found.subject == "Bob's"
    assert server.tries == 1


@pytest.mark.parametrize("auth", Auth)
async def test_mail_files_of_one_login_are_not_locked_out_one_by_one(
    server: DominoServer, calendar: Make, auth: Auth
) -> None:
    server.sessions_on = auth is Auth.SESSION
    wrong = {"password": "old", "auth": auth}
    both = [calendar(server, **wrong), calendar(server, **wrong, **shared(server))]
    errors = await asyncio.gather(*(refusal(source) for source in both))
    assert {type(error) for error in errors} == {SignInNeeded}
    assert server.tries == 1


async def test_a_closed_calendar_is_not_read(
    server: DominoServer, calendar: Make
) -> None:
    source = calendar(server)
    await source.close()
    assert (await refusal(source)).reason == "closed"


@pytest.mark.parametrize(
    ("mail_file", "reason"),
    [("mail/nobody.nsf", "mail_file_unknown"), ("mail/bob.nsf", "not_allowed")],
)
async def test_a_mail_file_that_may_not_be_read(
    server: DominoServer, calendar: Make, mail_file: str, reason: str
) -> None:
    server.mail_files["mail/bob.nsf"] = []
    error = await refusal(calendar(server, mail_file))
    assert isinstance(error, NotAllowed)
    assert str(error) == reason


@pytest.mark.parametrize("written", ["mail\\anna.nsf", "/mail/anna.nsf"])
async def test_a_mail_file_may_be_written_as_notes_shows_it(
    server: DominoServer, calendar: Make, written: str
) -> None:
    put(server, one())
    assert await calendar(server, written).read(*DAY)


# Something is wrong with the server


@pytest.mark.parametrize(
    ("fault", "reason", "retry_after"),
    [
        ("too many requests", "busy", 77),
        ("down for maintenance", "busy", None),
        ("somewhere else", "not_domino", None),
        ("error", "server_error", None),
        ("cut short", "answer_unreadable", None),
        ("deep", "answer_too_long", None),
        ("another answer", "answer_unreadable", None),
        ("no times", "answer_unreadable", None),
        ("endless", "answer_too_long", None),
        ("slow", "too_slow", None),
        ("silent", "too_slow", None),
        ("broken off", "answer_cut_short", None),
    ],
)
async def test_a_server_that_answers_badly_is_told_apart_and_heals(
    server: DominoServer,
    calendar: Make,
    monkeypatch: pytest.MonkeyPatch,
    fault: str,
    reason: str,
    retry_after: float | None,
) -> None:
    monkeypatch.setattr(session, "LIMITS", replace(LIMITS, request_seconds=0.5))
    put(server, one())
    source = calendar(server)
    server.fault = fault
    error = await refusal(source)
    assert isinstance(error, SourceUnavailable)
    assert (error.reason, error.retry_after) == (reason, retry_after)
    server.fault = ""
    if not retry_after:
        assert await source.read(*DAY)


async def test_a_throttled_login_is_left_alone_as_long_as_it_asks(
    server: DominoServer, calendar: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    server.fault = "too many requests"
    first, second = calendar(server), calendar(server, **shared(server))
    await refusal(first)
    server.fault = ""
    for source in (first, second):
        error = await refusal(source)
        assert error.reason == "busy"
        assert 0 < error.retry_after <= 77
    assert not server.asked
    now = asyncio.get_running_loop().time()
    monkeypatch.setattr(asyncio.get_running_loop(), "time", lambda: now + 78)
    assert await second.read(*DAY)


@pytest.mark.parametrize(
    ("fault", "reason"),
    [
        ("too many requests", "busy"),
        ("missing", "not_domino"),
        ("error", "server_error"),
    ],
)
async def test_a_sign_in_that_fails_otherwise_is_no_wrong_password(
    server: DominoServer, calendar: Make, fault: str, reason: str
) -> None:
    server.fault = fault
    error = await refusal(calendar(server, auth=Auth.SESSION))
    assert isinstance(error, SourceUnavailable)
    assert error.reason == reason


async def test_a_server_that_is_down(server: DominoServer, calendar: Make) -> None:
    source = calendar(server)
    await source.read(*DAY)
    await server.stop()
    error = await refusal(source)
    assert isinstance(error, SourceUnavailable)
    assert error.reason == "unreachable"


async def test_nothing_of_a_failure_names_anybody(
    server: DominoServer, calendar: Make, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    put(server, one(summary="Secret subject"))
    source = calendar(server)
    await source.read(*DAY)
    server.fault = "cut short"
    said = [repr(await refusal(source))]
    said += [
        record.getMessage()
        for record in caplog.records
        if not record.name.startswith("aiohttp.access")
    ]
    for secret in ("Grün", "Secret subject", "Authorization"):
        assert secret not in "\n".join(said)


# Certificates


async def test_an_authority_of_ones_own_is_trusted_where_it_is_named(
    server: DominoServer, calendar: Make, tmp_path: Path
) -> None:
    office = Authority()
    await server.stop()
    await server.start(office.serving(tmp_path))
    put(server, one())
    assert await calendar(server, authority=office.pem).read(*DAY)


@pytest.mark.parametrize(
    ("trusted", "host", "valid", "reason"),
    [
        (False, "127.0.0.1", ONE_DAY, "certificate_unknown"),
        (True, "notes.office.example", ONE_DAY, "certificate_other_host"),
        (True, "127.0.0.1", -ONE_DAY, "certificate_expired"),
    ],
)
async def test_a_certificate_that_cannot_be_trusted_is_refused(
    server: DominoServer,
    calendar: Make,
    tmp_path: Path,
    trusted: bool,
    host: str,
    valid: timedelta,
    reason: str,
) -> None:
    office = Authority()
    await server.stop()
    await server.start(office.serving(tmp_path, host, valid))
    error = await refusal(calendar(server, authority=office.pem if trusted else ""))
    assert isinstance(error, CertificateRejected)
    assert str(error) == reason
    assert server.tries == 0


async def test_what_is_no_authority_and_what_does_not_encrypt_is_told_apart(
    server: DominoServer, calendar: Make
) -> None:
    error = await refusal(calendar(server, authority="certainly"))
    assert isinstance(error, CertificateRejected)
    assert str(error) == "authority_unreadable"
    error = await refusal(calendar(server, url=server.url.replace("http", "https")))
    assert isinstance(error, SourceUnavailable)
    assert error.reason == "not_encrypted"
