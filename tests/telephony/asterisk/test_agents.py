"""Who is in which queue, from the phone system's lists and events."""

from custom_components.xpresence.presence.line import AgentState
from custom_components.xpresence.telephony.asterisk.agents import Queues
from custom_components.xpresence.telephony.asterisk.ami import Message

READY, FOLLOW_UP = AgentState.READY, AgentState.FOLLOW_UP


def member(queue: str, interface: str, *, paused: bool = False) -> Message:
    return Message(
        (
            ("Event", "QueueMember"),
            ("Queue", queue),
            ("Location", interface),
            ("Membership", "dynamic"),
            ("Paused", str(int(paused))),
        )
    )


def event(name: str, queue: str, interface: str, *, paused: bool = False) -> Message:
    return Message(
        (
            ("Event", name),
            ("Queue", queue),
            ("Interface", interface),
            ("Paused", str(int(paused))),
        )
    )


def test_reading_one_queue_leaves_the_others_as_they_are() -> None:
    queues = Queues()
    queues.replace([member("400", "PJSIP/100"), member("401", "PJSIP/100")])
    queues.replace([member("400", "PJSIP/101")], "400")
    assert queues.agent("100") == {"401": READY}
    assert queues.agent("101") == {"400": READY}


def test_reading_all_queues_forgets_who_is_in_none() -> None:
    queues = Queues()
    queues.replace([member("400", "PJSIP/100")])
    queues.replace([])
    assert queues.agent("100") == {}


def test_what_is_no_member_is_none() -> None:
    queues = Queues()
    queues.replace(
        [
            Message((("Event", "QueueParams"), ("Queue", "400"))),
            Message((("Event", "QueueEntry"), ("Queue", "400"), ("Channel", "x"))),
            member("400", "PJSIP/trunk"),
        ]
    )
    assert queues.of("100", "400") == []


def test_events_bring_pause_and_take_away() -> None:
    queues = Queues()
    interface = "Local/100@from-queue/n"
    assert queues.note(event("QueueMemberAdded", "400", interface)) == "100"
    assert queues.agent("100") == {"400": READY}
    queues.note(event("QueueMemberPause", "400", interface, paused=True))
    assert queues.agent("100") == {"400": FOLLOW_UP}
    queues.note(event("QueueMemberRemoved", "400", interface))
    assert queues.agent("100") == {}


def test_an_agent_who_is_in_a_queue_twice_is_called_if_either_is_ready() -> None:
    queues = Queues()
    for interface, paused in (("PJSIP/100", True), ("Local/100@from-queue/n", False)):
        queues.note(event("QueueMemberAdded", "400", interface, paused=paused))
    assert queues.agent("100") == {"400": READY}
