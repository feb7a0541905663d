"""How long a user agent waits, in seconds."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Timers:
    """The timers of RFC 3261 §17, and those of this user agent."""

    t1: float = 0.5
    """Estimate of a round trip: the first retransmission."""
    t2: float = 4.0
    """Longest wait between two retransmissions of a request other than INVITE."""
    connect: float = 10.0
    keepalive: float = 30.0
    """Between two looks at whether the server is still there."""
    retry_first: float = 1.0
    retry_most: float = 30.0
    """Between two tries to reach a server that is gone."""
    expires: int = 1800
    """What is asked for subscriptions and registrations."""
    farewell: float = 2.0
    """For ending subscriptions and calls when the agent is closed."""

    @property
    def transaction(self) -> float:
        """Timers B, F, H, J, L and M: how long a transaction can last."""
        return 64 * self.t1
