"""The published descriptions of a FRITZ!Box, as rules for the double."""

from dataclasses import dataclass
from functools import cache
import json
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape

INVALID_ACTION, INVALID_ARGUMENTS, INVALID_VALUE = 401, 402, 600
CONTRACTS = Path(__file__).parent / "contracts"
RANGES = {
    "ui1": (0, 2**8 - 1),
    "ui2": (0, 2**16 - 1),
    "ui4": (0, 2**32 - 1),
    "i4": (-(2**31), 2**31 - 1),
}


@dataclass(frozen=True)
class Variable:
    kind: str
    allowed: tuple[str, ...]
    lowest: int | None
    highest: int | None
    default: str

    def takes(self, value: str) -> bool:
        """Tell whether the box would take a value for this variable."""
        if self.kind == "boolean":
            return value in {"0", "1"}
        if self.kind in RANGES:
            lowest, highest = RANGES[self.kind]
            if not value.lstrip("-").isdecimal():
                return False
            low = lowest if self.lowest is None else self.lowest
            high = highest if self.highest is None else self.highest
            return low <= int(value) <= high
        return not self.allowed or value in self.allowed

    @property
    def something(self) -> str:
        """Return a value that a client can read."""
        if self.default:
            return self.default
        if self.allowed:
            return self.allowed[0]
        if self.kind == "dateTime":
            return "2026-01-01T00:00:00"
        return "0" if self.kind == "boolean" or self.kind in RANGES else ""


@dataclass(frozen=True)
class Service:
    type: str
    attributes: dict[str, str]
    actions: dict[str, dict[str, tuple[str, Variable]]]
    """Action → argument → direction and variable."""
    scpd: str

    @property
    def name(self) -> str:
        return self.type.partition(":service:")[2]

    def problem(self, action: str, arguments: dict[str, str]) -> int | None:
        """Return the code of what is wrong with a request, if anything is."""
        known = self.actions.get(action)
        if known is None:
            return INVALID_ACTION
        asked = {name: var for name, (way, var) in known.items() if way == "in"}
        if asked.keys() != arguments.keys():
            return INVALID_ARGUMENTS
        fits = all(asked[name].takes(value) for name, value in arguments.items())
        return None if fits else INVALID_VALUE

    def check(self, action: str, answer: dict[str, str]) -> None:
        """Fail where the double answers what no box would."""
        told = {
            name: var
            for name, (way, var) in self.actions[action].items()
            if way == "out"
        }
        assert told.keys() == answer.keys(), (action, told.keys() ^ answer.keys())
        for name, value in answer.items():
            assert told[name].takes(value), (action, name, value)

    def nothing(self, action: str) -> dict[str, str]:
        """Return an answer for what the double does not model."""
        return {
            name: var.something
            for name, (way, var) in self.actions[action].items()
            if way == "out"
        }


@cache
def roots() -> tuple[dict[str, Any], dict[str, Any]]:
    """Return what stands in ``igddesc.xml`` and in ``tr64desc.xml``."""
    upnp, tr064 = json.loads((CONTRACTS / "description.json").read_text())
    return upnp, tr064


@cache
def services() -> dict[str, Service]:
    """Return every service of both descriptions by its control path."""
    return {
        one.attributes["controlURL"]: one
        for root in roots()
        for one in map(_service, _flat(root["device"]))
    }


def _flat(device: dict[str, Any]) -> list[dict[str, Any]]:
    found = list(device["services"])
    for inner in device["devices"]:
        found += _flat(inner)
    return found


def _service(data: dict[str, Any]) -> Service:
    variables = {
        one["attributes"]["name"]: _variable(one)
        for one in data["scpd"]["state_variables"]
    }
    return Service(
        data["attributes"]["serviceType"],
        data["attributes"],
        {
            action["name"]: {
                one["name"]: (
                    one["direction"],
                    variables[one["relatedStateVariable"]],
                )
                for one in action["arguments"]
            }
            for action in data["scpd"]["actions"]
        },
        _scpd(data["scpd"]),
    )


def _variable(data: dict[str, Any]) -> Variable:
    attributes, limits = data["attributes"], data["allowedValueRange"]
    return Variable(
        attributes["dataType"],
        tuple(each or "" for each in attributes["allowed_values"]),
        None if limits["minimum"] is None else int(limits["minimum"]),
        None if limits["maximum"] is None else int(limits["maximum"]),
        attributes["defaultValue"] or "",
    )


def _tags(values: dict[str, Any]) -> str:
    return "".join(
        f"<{name}>{escape(str(value or ''))}</{name}>" for name, value in values.items()
    )


def _scpd(data: dict[str, Any]) -> str:
    actions = "".join(
        f"<action><name>{one['name']}</name><argumentList>"
        + "".join(f"<argument>{_tags(each)}</argument>" for each in one["arguments"])
        + "</argumentList></action>"
        for one in data["actions"]
    )
    table = ""
    for one in data["state_variables"]:
        said = one["attributes"]
        limits = {k: v for k, v in one["allowedValueRange"].items() if v is not None}
        allowed = "".join(
            f"<allowedValue>{escape(each or '')}</allowedValue>"
            for each in said["allowed_values"]
        )
        table += '<stateVariable sendEvents="no">' + _tags(
            {k: v for k, v in said.items() if k != "allowed_values" and v is not None}
        )
        if allowed:
            table += f"<allowedValueList>{allowed}</allowedValueList>"
        if limits:
            table += f"<allowedValueRange>{_tags(limits)}</allowedValueRange>"
        table += "</stateVariable>"
    return (
        '<?xml version="1.0"?><scpd xmlns="urn:dslforum-org:service-1-0">'
        f"<specVersion>{_tags(data['specVersion'])}</specVersion>"
        f"<actionList>{actions}</actionList>"
        f"<serviceStateTable>{table}</serviceStateTable></scpd>"
    )


def description(root: dict[str, Any], without: frozenset[str], **said: str) -> str:
    """Return a device description as XML.

    Args:
        root: one of :func:`roots`.
        without: services (``X_AVM-DE_OnTel:1``) that this device has not.
        said: attributes of the root device that differ from the published ones.
    """

    def device(data: dict[str, Any], more: dict[str, str]) -> str:
        own = "".join(
            f"<service>{_tags(one['attributes'])}</service>"
            for one in data["services"]
            if one["attributes"]["serviceType"].partition(":service:")[2] not in without
        )
        inner = "".join(device(each, {}) for each in data["devices"])
        return (
            f"<device>{_tags(data['attributes'] | more)}"
            f"<serviceList>{own}</serviceList><deviceList>{inner}</deviceList></device>"
        )

    version = root.get("systemVersion") or {}
    return (
        '<?xml version="1.0"?><root xmlns="urn:dslforum-org:device-1-0">'
        f"<specVersion>{_tags(root['specVersion'])}</specVersion>"
        f"<systemVersion>{_tags(version)}</systemVersion>"
        f"{device(root['device'], said)}</root>"
    )
