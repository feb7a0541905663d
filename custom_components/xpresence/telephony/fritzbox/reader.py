"""Reading a box: its entries, answering machines, numbers, and its place in a mesh."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any, Final

from ..driver import (
    NotSupported,
    PermissionDenied,
    Rejected,
    Unavailable,
)
from .client import Description, Tr064Client
from .errors import MeshSlave, NoTelephony
from .lines import Box
from .rules import (
    Dialling,
    Entry,
    Machine,
    OwnNumber,
    digits,
    read_entries,
    read_machine,
    read_machine_list,
    read_numbers,
)
from .soap import Unreadable

ONTEL: Final = "X_AVM-DE_OnTel:1"
TAM: Final = "X_AVM-DE_TAM:1"
VOIP: Final = "X_VoIP:1"
HOSTS: Final = "Hosts:1"
MISSING: Final = (NotSupported, Rejected)
"""What an older FRITZ!OS answers to an action that it does not have yet."""


class Reader:
    """Reads one box, and keeps what seldom changes."""

    def __init__(self, client: Tr064Client) -> None:
        """Read nothing yet."""
        self._client = client
        self._numbers: tuple[OwnNumber, ...] = ()
        self._dialling = Dialling()
        self._details: dict[int, Machine] = {}

    async def begin(self) -> tuple[Description, Box]:
        """Find out what the box is, and read all of it.

        Raises:
            NoTelephony, MeshSlave: it is none that people are called on.
            AuthenticationFailed, PermissionDenied, CertificateRejected, Unavailable.
        """
        description = await self._client.describe()
        if ONTEL not in description.services:
            raise NoTelephony(description.model)
        if await self._is_slave(description):
            raise MeshSlave(description.model)
        return description, await self.whole()

    async def whole(self) -> Box:
        """Read everything."""
        self._numbers = await self._own_numbers()
        self._dialling = await self._how_to_dial()
        self._details.clear()
        return await self.box()

    async def box(self, *, details: bool = False) -> Box:
        """Read what is on and off.

        ``details``: also read anew when the machines answer, and which numbers.
        """
        if details:
            self._details.clear()
        found = await self.machines()
        # Last: what is written next must rest on a list as fresh as can be.
        return Box(await self.entries(), found, self._numbers, self._dialling)

    async def entries(self) -> tuple[Entry, ...]:
        """Read all call diversions and call blocks."""
        answer = await self._client.call(ONTEL, "GetDeflections")
        return _readable(read_entries, _list(answer, "NewDeflectionList"))

    async def switch_entry(self, index: int, on: bool) -> None:
        """Switch whatever stands at an index now."""
        await self._client.call(
            ONTEL,
            "SetDeflectionEnable",
            {"NewDeflectionId": str(index), "NewEnable": str(int(on))},
            writes=True,
        )

    async def switch_machine(self, index: int, *, on: bool) -> None:
        """Switch an answering machine."""
        await self._client.call(
            TAM,
            "SetEnable",
            {"NewIndex": str(index), "NewEnable": str(int(on))},
            writes=True,
        )

    async def machines(self) -> tuple[Machine, ...]:
        """Read the answering machines; none where the box has none to offer."""
        try:
            answer = await self._client.call(TAM, "GetList")
        except NotSupported:
            return ()
        listed = _readable(read_machine_list, _list(answer, "NewTAMList"))
        return tuple([await self._with_details(machine) for machine in listed])

    async def _with_details(self, machine: Machine) -> Machine:
        known = self._details.get(machine.index)
        if known is None or known.name != machine.name:
            info = await self._client.call(
                TAM, "GetInfo", {"NewIndex": str(machine.index)}
            )
            try:
                known = read_machine(machine.index, info)
            except Unreadable as error:
                raise Unavailable(str(error)) from None
            self._details[machine.index] = replace(known, name=machine.name)
        return replace(
            known, index=machine.index, name=machine.name, enabled=machine.enabled
        )

    async def _own_numbers(self) -> tuple[OwnNumber, ...]:
        try:
            answer = await self._client.call(VOIP, "X_AVM-DE_GetNumbers")
        except MISSING:
            return ()
        return _readable(read_numbers, answer.get("NewNumberList", ""))

    async def _how_to_dial(self) -> Dialling:
        country = await self._code("Country", "X_AVM-DE_LKZ")
        return Dialling(country, await self._code("Area", "X_AVM-DE_OKZ"))

    async def _code(self, which: str, name: str) -> str:
        try:
            answer = await self._client.call(VOIP, f"X_AVM-DE_GetVoIPCommon{which}Code")
        except MISSING:
            return ""
        return digits(answer.get(f"New{name}", ""))[:6]

    async def _is_slave(self, description: Description) -> bool:
        """Tell whether another box is the mesh's master.

        A slave either says so in the mesh's list, or does not give the list out.
        """
        try:
            answer = await self._client.call(HOSTS, "X_AVM-DE_GetMeshListPath")
        except (*MISSING, PermissionDenied):
            return False
        path = answer.get("NewX_AVM-DE_MeshListPath", "")
        if not path.startswith("/"):
            return False
        topology = await self._client.json(path)
        if topology is None:
            return True
        return mesh_role(topology, description.serial) == "slave"


def mesh_role(topology: Any, serial: str) -> str:
    """Return the role of a device in a mesh list; empty where it is not in it."""
    nodes = topology.get("nodes") if isinstance(topology, Mapping) else None
    for node in nodes if isinstance(nodes, list) else ():
        if not isinstance(node, Mapping):
            continue
        interfaces = node.get("node_interfaces")
        macs = [node.get("device_mac_address")] + [
            each.get("mac_address")
            for each in (interfaces if isinstance(interfaces, list) else ())
            if isinstance(each, Mapping)
        ]
        if serial and serial in {str(mac).replace(":", "").upper() for mac in macs}:
            return str(node.get("mesh_role", ""))
    return ""


def _list(answer: Mapping[str, str], name: str) -> str:
    """Return a list of an answer; one that is not there is no empty one."""
    if (found := answer.get(name)) is None:
        raise Unavailable("no list")
    return found


def _readable[T](read: Callable[[str], T], text: str) -> T:
    try:
        return read(text)
    except Unreadable as error:
        raise Unavailable(str(error)) from None
