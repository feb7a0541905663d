"""Microsoft's clouds: their sign-in and Graph addresses.

The national clouds are separate and have their own addresses
(learn.microsoft.com/graph/deployments).
"""

from collections.abc import Mapping
from dataclasses import dataclass
import os
from typing import Final
from urllib.parse import urlsplit

GLOBAL: Final = "global"
TEST_CLOUD: Final = "XPRESENCE_TEST_CLOUD"
"""Environment variable for tests: local sign-in and Graph, comma-separated."""
TEST: Final = "test"
LOOPBACK: Final = "127.0.0.1"


@dataclass(frozen=True, slots=True)
class Cloud:
    """One of Microsoft's clouds; ``writes``: whether Teams can be written to there."""

    login: str
    graph: str
    writes: bool = True

    def scope(self, permission: str) -> str:
        """Return a permission as this cloud's sign-in takes it."""
        return f"{self.graph}/{permission}"


CLOUDS: Final[Mapping[str, Cloud]] = {
    GLOBAL: Cloud("https://login.microsoftonline.com", "https://graph.microsoft.com"),
    "us_government": Cloud(
        "https://login.microsoftonline.us", "https://graph.microsoft.us"
    ),
    "us_defence": Cloud(
        "https://login.microsoftonline.us", "https://dod-graph.microsoft.us"
    ),
    "china": Cloud(
        "https://login.chinacloudapi.cn",
        "https://microsoftgraph.chinacloudapi.cn",
        writes=False,
    ),
}


def clouds() -> Mapping[str, Cloud]:
    """Return every cloud there is, and the tests' own where one is named.

    Nothing but this very machine can be named: nobody can be led to a sign-in
    elsewhere by an environment variable.
    """
    login, comma, graph = os.environ.get(TEST_CLOUD, "").partition(",")
    if not comma or {urlsplit(login).hostname, urlsplit(graph).hostname} != {LOOPBACK}:
        return CLOUDS
    return {**CLOUDS, TEST: Cloud(login, graph)}
