"""An ordinary user's calendar cannot lead into the office's network."""

from ipaddress import ip_address
import socket
from typing import Any, override

from aiohttp import ClientError, ClientSession, TCPConnector, web
from aiohttp.abc import AbstractResolver
import pytest

from custom_components.xpresence.groupware.network.addresses import (
    AddressRefused,
    CheckedResolver,
    check_literal,
    checked,
    public,
    resolve,
)

INSIDE = [
    "0.0.0.0",
    "10.1.2.3",
    "100.64.0.1",
    "127.0.0.1",
    "169.254.169.254",
    "172.16.0.1",
    "192.168.1.1",
    "224.0.0.1",
    "255.255.255.255",
    "::",
    "::1",
    "::ffff:10.0.0.1",
    "::ffff:127.0.0.1",
    "2002:c0a8:0101::1",
    "2001:0:4136:e378:8000:63bf:3f57:fefe",
    "64:ff9b::10.0.0.1",
    "64:ff9b::7f00:1",
    "fe80::1",
    "fe80::1%eth0",
    "fd00::1",
    "ff02::1",
]
OUTSIDE = ["8.8.8.8", "40.99.1.1", "2606:4700::1111", "64:ff9b::8.8.8.8"]


@pytest.mark.parametrize("address", INSIDE)
def test_an_address_of_the_house_is_refused(address: str) -> None:
    with pytest.raises(AddressRefused):
        check_literal(address, public)


@pytest.mark.parametrize("address", OUTSIDE)
def test_an_address_of_the_internet_is_allowed(address: str) -> None:
    check_literal(address, public)
    assert public(ip_address(address))


def test_a_name_that_leads_outside_and_inside_is_refused() -> None:
    with pytest.raises(AddressRefused):
        checked(["8.8.8.8", "192.168.1.1"], public)


@pytest.mark.parametrize("host", ["localhost", "127.1", "2130706433", "0x7f000001"])
def test_this_machine_is_refused_in_whatever_form(host: str) -> None:
    with pytest.raises(AddressRefused):
        resolve(host, 443, public)


class Rebinding(AbstractResolver):
    """Leads outside when it is asked first, and inside from then on."""

    def __init__(self) -> None:
        self.asked = 0

    @override
    async def resolve(self, host: str, port: int = 0, family: Any = 0) -> list[Any]:
        self.asked += 1
        address = "8.8.8.8" if self.asked == 1 else "127.0.0.1"
        return [
            {
                "hostname": host,
                "host": address,
                "port": port,
                "family": socket.AF_INET,
                "proto": 0,
                "flags": 0,
            }
        ]

    @override
    async def close(self) -> None: ...


async def test_a_name_that_changes_its_address_reaches_nothing_inside() -> None:
    reached: list[str] = []

    async def answer(request: web.Request) -> web.Response:
        reached.append(request.path)
        return web.Response()

    app = web.Application()
    app.router.add_get("/", answer)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    port = runner.addresses[0][1]
    resolver = Rebinding()
    await resolver.resolve("calendar.example")  # Somebody has checked the name.
    connector = TCPConnector(resolver=CheckedResolver(resolver, public))
    async with ClientSession(connector=connector) as http:
        with pytest.raises(ClientError):
            await http.get(f"http://calendar.example:{port}/")
    await runner.cleanup()
    assert resolver.asked == 2
    assert reached == []
