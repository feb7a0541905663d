"""What xpresence uses of exchangelib, which has no types of its own."""

from .credentials import Credentials as Credentials
from .version import Version

class Configuration:
    version: Version
    def __init__(
        self,
        credentials: Credentials,
        service_endpoint: str,
        auth_type: str,
        version: Version,
        max_connections: int,
    ) -> None: ...
