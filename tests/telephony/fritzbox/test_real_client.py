"""The double, judged by the client that Home Assistant talks to real boxes with."""

import asyncio
from pathlib import Path
from typing import Any

from fritzconnection import FritzConnection
from fritzconnection.core.exceptions import (
    FritzActionError,
    FritzArgumentError,
    FritzArgumentValueError,
    FritzArrayIndexError,
    FritzAuthorizationError,
    FritzSecurityError,
)
from fritzconnection.core.fritzmonitor import FritzMonitor
from fritzconnection.lib.fritzhosts import FritzHosts
import pytest
import xmltodict

from custom_components.xpresence.presence.line import (
    Destination,
    DestinationKind,
    ForwardingState,
)
from tests.groupware.certificates import Authority

from .box import AnsweringMachine, FritzBox, Rule, block
from .conftest import system_for

MOBILE = Destination(DestinationKind.NUMBER, "0171555")
ONTEL, TAM = "X_AVM-DE_OnTel1", "X_AVM-DE_TAM1"


def connected(box: FritzBox, password: str = "Grün€ 7", **more: Any) -> FritzConnection:
    return FritzConnection(
        address="127.0.0.1",
        port=box.tls_port if more.get("use_tls") else box.port,
        user="homeassistant",
        password=password,
        timeout=10,
        **more,
    )


def deflections(client: FritzConnection) -> list[dict[str, str]]:
    found = client.call_action(ONTEL, "GetDeflections")["NewDeflectionList"]
    items = xmltodict.parse(found, force_list=("Item",))["List"]["Item"]
    return list(items)


async def test_it_knows_the_box_and_sees_what_we_switch(box: FritzBox) -> None:
    box.rules = [block("0900"), Rule("0171555"), Rule("0171555", "eDelayed")]
    system = system_for(box)
    await system.start()
    await system.apply("111222", ForwardingState(unconditional=MOBILE))
    client = await asyncio.to_thread(connected, box)
    assert client.modelname == "FRITZ!Box 7590"
    assert client.system_version == "7.29"
    seen = await asyncio.to_thread(deflections, client)
    assert [item["Enable"] for item in seen] == ["1", "1", "0"]
    assert seen[1]["DeflectionToNumber"] == "0171555"
    await system.close()


async def test_we_see_what_it_switches(box: FritzBox) -> None:
    box.rules = [block("0900"), Rule("0171555")]
    box.machines = [AnsweringMachine("Family", ring_seconds=20)]
    client = await asyncio.to_thread(connected, box)
    await asyncio.to_thread(
        client.call_action,
        ONTEL,
        "SetDeflectionEnable",
        NewDeflectionId=1,
        NewEnable=True,
    )
    await asyncio.to_thread(
        client.call_action, TAM, "SetEnable", NewIndex=0, NewEnable=True
    )
    info = await asyncio.to_thread(client.call_action, TAM, "GetInfo", NewIndex=0)
    assert (info["NewEnable"], info["NewRingSeconds"]) == (True, 20)
    system = system_for(box)
    await system.start()
    assert (await system.read("111222")).forwarding.unconditional == MOBILE
    await system.close()


async def test_it_is_refused_as_by_a_box(box: FritzBox) -> None:
    client = await asyncio.to_thread(connected, box)

    def call(action: str, **said: Any) -> None:
        client.call_action(ONTEL, action, **said)

    with pytest.raises(FritzArrayIndexError):
        await asyncio.to_thread(
            call, "SetDeflectionEnable", NewDeflectionId=7, NewEnable=True
        )
    with pytest.raises(FritzArgumentError):
        await asyncio.to_thread(call, "SetDeflectionEnable", NewDeflectionId=7)
    with pytest.raises(FritzArgumentValueError):
        await asyncio.to_thread(
            call, "SetDeflectionEnable", NewDeflectionId=7, NewEnable="maybe"
        )
    with pytest.raises(FritzActionError):
        await asyncio.to_thread(call, "SetDeflection")
    box.users = {"homeassistant": ("Grün€ 7", "C")}
    with pytest.raises(FritzSecurityError):
        await asyncio.to_thread(call, "GetDeflections")
    box.users = {}
    with pytest.raises(FritzAuthorizationError):
        await asyncio.to_thread(call, "GetDeflections")


async def test_it_speaks_tls_with_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # What a machine sets here outweighs the client's own wish not to verify.
    monkeypatch.delenv("REQUESTS_CA_BUNDLE", raising=False)
    monkeypatch.delenv("CURL_CA_BUNDLE", raising=False)
    box = await FritzBox(rules=[Rule("0171555", on=True)]).start(
        Authority().serving(tmp_path)
    )
    client = await asyncio.to_thread(connected, box, use_tls=True)
    assert (await asyncio.to_thread(deflections, client))[0]["Enable"] == "1"
    await box.stop()


@pytest.mark.parametrize("role", ["master", "slave"])
async def test_it_reads_the_mesh(box: FritzBox, role: str) -> None:
    box.mesh_role = role
    client = await asyncio.to_thread(connected, box)
    hosts = FritzHosts(fc=client)
    if role == "slave":
        with pytest.raises(FritzActionError):
            await asyncio.to_thread(hosts.get_mesh_topology)
    else:
        found = await asyncio.to_thread(hosts.get_mesh_topology)
        assert found["nodes"][0]["mesh_role"] == "master"


async def test_it_hears_the_call_monitor(box: FritzBox) -> None:
    monitor = FritzMonitor(
        address="127.0.0.1", port=await box.start_monitor(), timeout=1
    )
    heard = await asyncio.to_thread(monitor.start)
    await box.say("RING;0;0301;111222;SIP0;")
    line = await asyncio.to_thread(heard.get, True, 5)
    assert line.split(";")[1:5] == ["RING", "0", "0301", "111222"]
    await asyncio.to_thread(monitor.stop)
