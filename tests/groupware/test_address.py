"""Which typed addresses lead to a server, and which are refused and why."""

import pytest

from custom_components.xpresence.groupware.address import BadAddress
from custom_components.xpresence.groupware.domino.login import Login, server
from custom_components.xpresence.groupware.exchange.address import endpoint, is_online


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("mail.example.com", "https://mail.example.com/EWS/Exchange.asmx"),
        (" https://Mail.example.com/ ", "https://mail.example.com/EWS/Exchange.asmx"),
        ("mail.example.com:8443", "https://mail.example.com:8443/EWS/Exchange.asmx"),
        ("https://m.example.com/ews/x.asmx", "https://m.example.com/ews/x.asmx"),
        ("[fd00::1]", "https://[fd00::1]/EWS/Exchange.asmx"),
        ("http://127.0.0.1:8000", "http://127.0.0.1:8000/EWS/Exchange.asmx"),
        (
            "outlook.com.example.org",
            "https://outlook.com.example.org/EWS/Exchange.asmx",
        ),
    ],
)
def test_a_host_is_enough_for_exchange(typed: str, found: str) -> None:
    assert endpoint(typed) == found


@pytest.mark.parametrize(
    ("typed", "reason"),
    [
        ("", "address_invalid"),
        ("https://", "address_invalid"),
        ("a b", "address_invalid"),
        ("https://[fd00", "address_invalid"),
        ("mail.example.com:port", "address_invalid"),
        ("ftp://mail.example.com", "address_invalid"),
        ("https://anna:secret@mail.example.com", "address_invalid"),
        ("http://mail.example.com", "address_not_encrypted"),
        ("outlook.office365.com", "exchange_online"),
        ("https://Outlook.Office365.com/EWS/Exchange.asmx", "exchange_online"),
        ("office.mail.onmicrosoft.com", "exchange_online"),
        ("partner.outlook.cn", "exchange_online"),
    ],
)
def test_what_is_no_exchange_server_is_refused(typed: str, reason: str) -> None:
    with pytest.raises(BadAddress) as refused:
        endpoint(typed)
    assert refused.value.reason == reason


def test_a_mailbox_in_exchange_online_is_recognised() -> None:
    assert is_online("anna@office.onmicrosoft.com")
    assert not is_online("anna@onmicrosoft.com.example.org")


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("notes.example.com", "https://notes.example.com"),
        ("https://notes.example.com/mail/anna.nsf", "https://notes.example.com"),
        ("http://localhost:8080", "http://localhost:8080"),
    ],
)
def test_a_host_is_enough_for_domino(typed: str, found: str) -> None:
    assert server(typed) == found


def test_a_mail_file_with_a_blank_is_found() -> None:
    url = str(Login("https://n.example", "a", "b").events("mail\\anna office.nsf"))
    assert url == "https://n.example/mail/anna%20office.nsf/api/calendar/events"
