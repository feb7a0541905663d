"""FRITZ!Box over TR-064: rules that exist are switched, answering machines too."""

from .client import Address, fingerprint
from .driver import FritzBoxPhoneSystem
from .errors import (
    ApplicationsDisabled,
    ForeignEntryChanged,
    MeshSlave,
    NoTelephony,
    SecondFactor,
)
from .lines import Line, NoSuchRule, RuleForAll

__all__ = [
    "Address",
    "ApplicationsDisabled",
    "ForeignEntryChanged",
    "FritzBoxPhoneSystem",
    "Line",
    "MeshSlave",
    "NoSuchRule",
    "NoTelephony",
    "RuleForAll",
    "SecondFactor",
    "fingerprint",
]
