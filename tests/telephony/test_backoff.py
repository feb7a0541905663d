"""How long clients wait before they try a server again."""

from custom_components.xpresence.telephony.backoff import JITTER, Backoff


def test_waits_double_up_to_the_longest_and_begin_again_after_a_success() -> None:
    backoff = Backoff(1, 5, jitter=lambda: 1)
    assert [backoff.wait() for _ in range(5)] == [1, 2, 4, 5, 5]
    backoff.reset()
    assert backoff.wait() == 1


def test_a_server_that_names_a_time_is_not_asked_sooner() -> None:
    backoff = Backoff(1, 5, jitter=lambda: 0.8)
    assert backoff.wait(30) == 30
    assert backoff.wait() == 2 * 0.8


def test_clients_that_lost_one_server_do_not_come_back_together() -> None:
    waits = {Backoff(1, 5).wait() for _ in range(50)}
    assert len(waits) > 10
    assert all(JITTER[0] <= wait <= JITTER[1] for wait in waits)
