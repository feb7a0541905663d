"""Digest authentication, against the examples that the RFCs print."""

from dataclasses import replace

import pytest

from custom_components.xpresence.telephony.sip.agent.digest import (
    Challenge,
    Login,
    challenges,
    is_final,
    response_digest,
)
from custom_components.xpresence.telephony.sip.agent.message import Response

# RFC 7616 §3.9.1.
PRINTED = Challenge(
    "authorization",
    "http-auth@example.org",
    "7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v",
    "MD5",
    "FQhe/qaU925kfnzjCev0ciny7QMkPqMAFRtzCUYo5tdS",
    qop=True,
    stale=False,
)


@pytest.mark.parametrize(
    ("algorithm", "digest"),
    [
        ("MD5", "8ca523f5e9506fed4657c9700eebdbec"),
        (
            "SHA-256",
            "753927fa0e85d155564e2e272a28d1802ca10daf4496794697cf8db5856cb6c1",
        ),
    ],
)
def test_a_digest_is_the_printed_one(algorithm: str, digest: str) -> None:
    found = response_digest(
        replace(PRINTED, algorithm=algorithm),
        "Mufasa",
        "Circle of Life",
        "GET",
        "/dir/index.html",
        cnonce="f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ",
        count="00000001",
    )
    assert found == digest


def test_a_digest_without_qop_is_that_of_rfc_2069() -> None:
    # RFC 2069 §2.4, with the erratum's value.
    asked = Challenge(
        "authorization",
        "testrealm@host.com",
        "dcd98b7102dd2f0e8b11d0f600bfb0c093",
        "",
        None,
        qop=False,
        stale=False,
    )
    found = response_digest(
        asked,
        "Mufasa",
        "CircleOfLife",
        "GET",
        "/dir/index.html",
        cnonce="",
        count="",
    )
    assert found == "1949323746fe6a43ef61f9606e7febea"


def asking(*values: str, status: int = 401) -> Response:
    name = "www-authenticate" if status == 401 else "proxy-authenticate"
    return Response(tuple((name, value) for value in values), b"", status, "")


def test_the_first_known_algorithm_of_a_server_is_answered() -> None:
    found = challenges(
        asking(
            'Digest realm="a", nonce="1", algorithm=SHA-999, qop="auth"',
            'Digest realm="a", nonce="2", algorithm=SHA-256, qop="auth,auth-int"',
            'Digest realm="a", nonce="3", algorithm=MD5',
        )
    )
    assert [challenge.nonce for challenge in found.values()] == ["2"]


@pytest.mark.parametrize(
    "value",
    [
        'Basic realm="a"',
        "Digest",
        'Digest nonce="1"',
        'Digest realm="a"',
        'Digest realm="a", nonce="1", qop="auth-int"',
        'Digest realm="a", nonce="1", algorithm=token',
    ],
)
def test_what_cannot_be_answered_ends_the_try(value: str) -> None:
    found = challenges(asking(value))
    assert found == {}
    assert is_final(found, ())


def test_a_challenge_for_what_was_answered_is_final_unless_the_nonce_was_stale() -> (
    None
):
    fresh = challenges(asking('Digest realm="a", nonce="1"'))
    stale = challenges(asking('Digest realm="a", nonce="2", stale=TRUE'))
    proxy = challenges(asking('Digest realm="a", nonce="2"', status=407))
    assert not is_final(fresh, ())
    assert is_final(fresh, fresh)
    assert not is_final(stale, fresh)
    assert not is_final(proxy, fresh)


def test_a_wrong_password_locks_at_once_and_one_that_worked_after_three() -> None:
    never, once = Login("a", "b"), Login("a", "b")
    once.accepted()
    never.refused()
    assert never.locked
    for _ in range(2):
        once.refused()
        assert not once.locked
    once.refused()
    assert once.locked


def test_a_nonce_is_counted_and_marks_in_names_are_escaped() -> None:
    login = Login('A"b', "secret")
    login.learn(challenges(asking('Digest realm="a", nonce="1", qop=auth, opaque="o"')))
    (_, first), (_, second) = (
        *login.headers("INVITE", "sip:a"),
        *login.headers("INVITE", "sip:a"),
    )
    assert 'username="A\\"b"' in first
    assert "nc=00000001" in first
    assert "nc=00000002" in second
    assert 'opaque="o"' in first
    assert "secret" not in first + repr(login)
