"""Where a redirect leads: people, devices, deputies, and never in a circle."""

from dataclasses import replace

from hypothesis import given, strategies as st
import pytest

from custom_components.xpresence.presence.line import (
    UNKNOWN,
    CallState,
    Condition,
    Destination,
    DestinationKind,
    ForwardingState,
    Status,
)
from custom_components.xpresence.presence.model import (
    Device,
    Office,
    Person,
    RedirectMode,
    RedirectRule,
    Target,
    TargetKind,
)
from custom_components.xpresence.presence.redirect.numbers import (
    NumberFormat,
    NumberProblem,
)
from custom_components.xpresence.presence.redirect.resolver import resolve_office
from custom_components.xpresence.presence.redirect.targets import (
    NotTaking,
    PassedOver,
    Refusal,
    RefusalReason,
    Resolution,
    Situation,
    resolve,
    takes_calls,
)

ANNA = Person(
    "anna",
    "Anna",
    "101",
    "available",
    devices=(Device("mobile", "Mobile", "0171 1234567"),),
)
BOB = Person("bob", "Bob", "102", "available", voicemail="9102")
CAROL = Person("carol", "Carol", "103", "available")
OFFICE = Office({}, {person.id: person for person in (ANNA, BOB, CAROL)})
BERLIN = NumberFormat("0", "49", "30", main="+49301234", extension_digits=4)
QUIET = ForwardingState(None, None, None, None, None, do_not_disturb=False)

VOICEMAIL = Target(TargetKind.VOICEMAIL)
TO_ANNA = Target(TargetKind.PERSON, "anna")
TO_BOB = Target(TargetKind.PERSON, "bob")
TO_CAROL = Target(TargetKind.PERSON, "carol")
DEPUTIES = Target(TargetKind.FIRST_AVAILABLE, deputies=("bob", "carol"))
CFU, CFB, CFNR = Condition


def number(text: str) -> Destination:
    """Return a plain number to forward to."""
    return Destination(DestinationKind.NUMBER, text)


def mailbox(text: str) -> Destination:
    """Return a mailbox to forward to."""
    return Destination(DestinationKind.VOICEMAIL, text)


def always(target: Target) -> RedirectRule:
    """Return a rule that sends every call to one target."""
    return RedirectRule(RedirectMode.FORWARD, target)


def to(where: str) -> ForwardingState:
    """Return the setting of somebody whose calls all go elsewhere."""
    return replace(QUIET, unconditional=number(where))


def of_anna(rule: RedirectRule, **situations: Situation) -> Resolution:
    """Resolve Anna's rule in an office with extension numbers of three digits."""
    return resolve(OFFICE, ANNA, rule, situations, style=BERLIN)


# Plain targets


@pytest.mark.parametrize(
    ("target", "destination"),
    [
        pytest.param(VOICEMAIL, mailbox("101"), id="own voicemail"),
        pytest.param(
            Target(TargetKind.VOICEMAIL, "555"), mailbox("555"), id="another mailbox"
        ),
        pytest.param(TO_BOB, number("102"), id="colleague"),
        pytest.param(
            Target(TargetKind.NUMBER, "0171 999888"), number("00171999888"), id="number"
        ),
        pytest.param(
            Target(TargetKind.NUMBER, "+49 30 1234-102"),
            number("102"),
            id="a colleague's number as on the business card",
        ),
        pytest.param(
            Target(TargetKind.DEVICE, "mobile"), number("001711234567"), id="device"
        ),
        pytest.param(DEPUTIES, number("102"), id="deputies"),
    ],
)
def test_a_target_becomes_a_destination(
    target: Target, destination: Destination
) -> None:
    assert of_anna(always(target)).forwarding.unconditional == destination


def test_a_mailbox_of_ones_own_number_is_used() -> None:
    assert resolve(
        OFFICE, BOB, always(VOICEMAIL), {}
    ).forwarding.unconditional == mailbox("9102")


def test_a_forward_switches_other_conditions_and_follow_me_off() -> None:
    assert of_anna(always(TO_BOB)).forwarding == ForwardingState(
        number("102"), None, None, UNKNOWN, None, UNKNOWN
    )


def test_each_condition_has_its_own_target() -> None:
    rule = RedirectRule(RedirectMode.FORWARD, None, TO_BOB, VOICEMAIL, ring_seconds=20)
    found = of_anna(rule)
    assert found.forwarding == ForwardingState(
        None, number("102"), mailbox("101"), 20, None
    )
    assert found.shown == {CFB: TO_BOB, CFNR: VOICEMAIL}


def test_ring_seconds_need_a_forward_without_reply() -> None:
    rule = replace(always(TO_BOB), ring_seconds=20)
    assert of_anna(rule).forwarding.ring_seconds is UNKNOWN


def test_do_not_disturb_is_asked_for_or_left_alone() -> None:
    rule = replace(always(TO_BOB), do_not_disturb=True)
    assert of_anna(rule).forwarding.do_not_disturb is True
    assert of_anna(always(TO_BOB)).forwarding.do_not_disturb is UNKNOWN


def test_unchanged_asks_for_nothing() -> None:
    assert of_anna(RedirectRule(unconditional=TO_BOB)) == Resolution()


@pytest.mark.parametrize("do_not_disturb", [True, False])
def test_off_ends_every_redirect(do_not_disturb: bool) -> None:
    rule = RedirectRule(
        RedirectMode.OFF, unconditional=TO_BOB, do_not_disturb=do_not_disturb
    )
    assert of_anna(rule).forwarding == ForwardingState(
        None, None, None, UNKNOWN, None, True if do_not_disturb else UNKNOWN
    )


# Refusals


@pytest.mark.parametrize(
    ("target", "refusal"),
    [
        (
            Target(TargetKind.PERSON, "dave"),
            Refusal(RefusalReason.UNKNOWN_PERSON, CFU, ("dave",)),
        ),
        (
            Target(TargetKind.DEVICE, "tablet"),
            Refusal(RefusalReason.UNKNOWN_DEVICE, CFU),
        ),
        (
            Target(TargetKind.NUMBER, "Bob"),
            Refusal(RefusalReason.BAD_NUMBER, CFU, problem=NumberProblem.LETTERS),
        ),
        (
            Target(TargetKind.VOICEMAIL, "1\r2"),
            Refusal(
                RefusalReason.BAD_NUMBER, CFU, problem=NumberProblem.CONTROL_CHARACTER
            ),
        ),
        (TO_ANNA, Refusal(RefusalReason.SELF, CFU, ("anna",))),
        (
            Target(TargetKind.NUMBER, "030 1234-101"),
            Refusal(RefusalReason.SELF, CFU, ("anna",)),
        ),
    ],
)
def test_a_target_that_cannot_be_had_is_refused_by_name(
    target: Target, refusal: Refusal
) -> None:
    found = of_anna(always(target))
    assert found.refusals == (refusal,)
    assert found.forwarding == ForwardingState()
    assert found.shown == {}


def test_a_refused_condition_leaves_the_others_in_force() -> None:
    rule = RedirectRule(RedirectMode.FORWARD, TO_ANNA, TO_BOB, None)
    found = of_anna(rule)
    assert found.forwarding == ForwardingState(
        UNKNOWN, number("102"), None, UNKNOWN, None
    )
    assert [refusal.condition for refusal in found.refusals] == [CFU]


def test_do_not_disturb_is_set_even_if_every_target_is_refused() -> None:
    rule = replace(always(TO_ANNA), do_not_disturb=True)
    assert of_anna(rule).forwarding == ForwardingState(do_not_disturb=True)


# Circles


@pytest.mark.parametrize(
    "bob",
    [
        pytest.param(Situation(observed=to("101")), id="redirects to Anna now"),
        pytest.param(Situation(desired=to("101")), id="is about to"),
        pytest.param(
            Situation(observed=QUIET, desired=to("101")), id="is about to, not yet"
        ),
        pytest.param(
            Situation(observed=to("101"), desired=QUIET), id="is about to end it"
        ),
        pytest.param(Situation(observed=to("00301234101")), id="by her direct number"),
        pytest.param(
            Situation(observed=replace(QUIET, follow_me="101")), id="by follow-me"
        ),
    ],
)
@pytest.mark.parametrize(
    "rule",
    [
        always(TO_BOB),
        always(Target(TargetKind.NUMBER, "102")),
        RedirectRule(RedirectMode.FORWARD, busy=TO_BOB),
        RedirectRule(RedirectMode.FORWARD, no_reply=TO_BOB),
    ],
)
def test_a_circle_of_two_is_refused(bob: Situation, rule: RedirectRule) -> None:
    found = of_anna(rule, bob=bob)
    assert [(refusal.reason, refusal.people) for refusal in found.refusals] == [
        (RefusalReason.LOOP, ("anna", "bob"))
    ]
    assert found.forwarding == ForwardingState()


def test_a_circle_of_three_names_all_three() -> None:
    found = of_anna(
        always(TO_BOB),
        bob=Situation(observed=to("103")),
        carol=Situation(observed=to("101")),
    )
    assert found.refusals[0].people == ("anna", "bob", "carol")


def test_a_circle_that_others_made_is_not_entered() -> None:
    found = of_anna(
        always(TO_BOB),
        bob=Situation(observed=to("103")),
        carol=Situation(observed=to("102")),
    )
    assert found.refusals[0].people == ("bob", "carol")


@pytest.mark.parametrize(
    "bob",
    [
        pytest.param(to("103"), id="on to Carol, who answers"),
        pytest.param(to("00171999888"), id="on to the outside"),
        pytest.param(
            replace(QUIET, unconditional=mailbox("101")), id="on to Anna's mailbox"
        ),
        pytest.param(to("102"), id="to himself, which phone systems ignore"),
        pytest.param(ForwardingState(), id="unknown"),
    ],
)
def test_a_way_that_ends_is_no_circle(bob: ForwardingState) -> None:
    found = of_anna(always(TO_BOB), bob=Situation(observed=bob, desired=bob))
    assert found.refusals == found.warnings == ()
    assert found.forwarding.unconditional == number("102")


@pytest.mark.parametrize("part", ["busy", "no_reply"])
def test_a_way_back_when_nobody_answers_is_only_a_warning(part: str) -> None:
    found = of_anna(
        always(TO_BOB), bob=Situation(observed=replace(QUIET, **{part: number("101")}))
    )
    assert found.warnings == (Refusal(RefusalReason.LOOP, CFU, ("anna", "bob")),)
    assert found.forwarding.unconditional == number("102")


def test_a_very_long_way_is_followed_to_its_end() -> None:
    people = {
        f"p{n}": Person(f"p{n}", f"P{n}", str(10_000 + n), "x") for n in range(2_000)
    }
    ways = {
        f"p{n}": Situation(observed=to(str(10_000 + (n + 1) % 2_000)))
        for n in range(1, 2_000)
    }
    found = resolve(
        Office({}, people), people["p0"], always(Target(TargetKind.PERSON, "p1")), ways
    )
    assert len(found.refusals[0].people) == 2_000


def test_a_way_with_many_forks_is_followed_in_time() -> None:
    people = {
        f"{layer}{side}": Person(f"{layer}{side}", "", f"{10 + layer}{side}", "x")
        for layer in range(40)
        for side in (0, 1)
    }
    ways = {
        person_id: Situation(
            observed=to(f"{int(person.extension) // 10 + 1}0"),
            desired=to(f"{int(person.extension) // 10 + 1}1"),
        )
        for person_id, person in people.items()
    }
    rule = always(Target(TargetKind.PERSON, "10"))
    assert resolve(Office({}, people), people["00"], rule, ways).refusals == ()


def test_a_long_extension_is_a_colleague_and_no_town_number() -> None:
    dave = Person("dave", "Dave", "1234567", "available")
    office = Office({}, OFFICE.people | {"dave": dave})
    rule = always(Target(TargetKind.NUMBER, "1234567"))
    back = {"dave": Situation(observed=to("101"))}
    found = resolve(office, ANNA, rule, {}, style=BERLIN)
    assert found.forwarding == ForwardingState(
        number("1234567"), None, None, UNKNOWN, None
    )
    assert resolve(office, ANNA, rule, back).refusals[0].people == ("anna", "dave")


def test_of_two_people_with_one_extension_the_first_is_named() -> None:
    twin = Person("zoe", "Zoe", "102", "available")
    office = Office({}, OFFICE.people | {"zoe": twin})
    back = {"bob": Situation(observed=to("101")), "zoe": Situation(observed=QUIET)}
    found = resolve(office, ANNA, always(TO_BOB), back)
    assert found.refusals[0].people == ("anna", "bob")


# Deputies


BUSY_ELSEWHERE = Situation(Status.DO_NOT_DISTURB, QUIET)


@pytest.mark.parametrize(
    ("situation", "takes"),
    [
        (Situation(), True),
        (Situation(Status.AVAILABLE, QUIET, QUIET, CallState.IDLE), True),
        (Situation(Status.BUSY), True),
        (Situation(Status.BE_RIGHT_BACK), True),
        (Situation(Status.DO_NOT_DISTURB), False),
        (Situation(Status.AWAY), False),
        (Situation(Status.OFFLINE), False),
        (Situation(observed=to("0171")), False),
        (Situation(desired=to("0171")), False),
        (Situation(observed=replace(QUIET, do_not_disturb=True)), False),
        (Situation(desired=replace(QUIET, do_not_disturb=True)), False),
        (Situation(observed=replace(QUIET, busy=number("9"))), True),
        (Situation(observed=replace(QUIET, no_reply=number("9"))), True),
        (Situation(observed=replace(QUIET, follow_me="0171")), True),
        (Situation(observed=ForwardingState()), True),
        (Situation(call=CallState.UNAVAILABLE), False),
        (Situation(call=CallState.IN_CALL), True),
        (Situation(call=CallState.RINGING), True),
    ],
)
def test_who_takes_calls(situation: Situation, takes: bool) -> None:
    assert takes_calls(situation) is takes


@pytest.mark.parametrize("call", [CallState.IN_CALL, CallState.RINGING])
def test_an_office_may_spare_who_is_in_a_call(call: CallState) -> None:
    assert not takes_calls(Situation(call=call), when_engaged=False)
    engaged = {"bob": Situation(call=call)}
    wishes = {"anna": always(DEPUTIES)}
    assert of_anna(always(DEPUTIES), **engaged).shown == {CFU: TO_BOB}
    assert resolve_office(OFFICE, wishes, engaged)["anna"].shown == {CFU: TO_BOB}
    spared = resolve_office(OFFICE, wishes, engaged, when_engaged=False)
    assert spared["anna"].shown == {CFU: TO_CAROL}
    found = resolve(
        OFFICE,
        ANNA,
        always(DEPUTIES),
        {"bob": Situation(call=call)},
        when_engaged=False,
    )
    assert found.shown == {CFU: TO_CAROL}


@pytest.mark.parametrize(
    ("bob", "carol", "shown"),
    [
        (Situation(), Situation(), TO_BOB),
        (BUSY_ELSEWHERE, Situation(), TO_CAROL),
        (Situation(), BUSY_ELSEWHERE, TO_BOB),
        (BUSY_ELSEWHERE, BUSY_ELSEWHERE, VOICEMAIL),
        (Situation(observed=to("101")), BUSY_ELSEWHERE, VOICEMAIL),
    ],
)
def test_the_first_deputy_who_takes_calls_gets_them_else_voicemail(
    bob: Situation, carol: Situation, shown: Target
) -> None:
    found = of_anna(always(DEPUTIES), bob=bob, carol=carol)
    assert found.shown == {CFU: shown}
    assert found.refusals == ()


def test_deputies_may_wait_behind_a_condition() -> None:
    found = of_anna(RedirectRule(RedirectMode.FORWARD, no_reply=DEPUTIES))
    assert found.forwarding.no_reply == number("102")
    assert found.forwarding.ring_seconds is UNKNOWN


def test_nobody_is_their_own_deputy() -> None:
    target = Target(TargetKind.FIRST_AVAILABLE, deputies=("anna", "bob"))
    assert of_anna(always(target)).shown == {CFU: TO_BOB}


def test_a_deputy_who_left_is_skipped_with_a_warning() -> None:
    target = Target(TargetKind.FIRST_AVAILABLE, deputies=("dave", "bob"))
    found = of_anna(always(target))
    assert found.shown == {CFU: TO_BOB}
    assert found.warnings == (Refusal(RefusalReason.UNKNOWN_PERSON, CFU, ("dave",)),)


def test_an_empty_list_of_deputies_is_voicemail() -> None:
    target = Target(TargetKind.FIRST_AVAILABLE)
    assert of_anna(always(target)).forwarding.unconditional == mailbox("101")


# Everybody at once


def test_of_two_who_redirect_to_each_other_the_first_in_order_wins() -> None:
    found = resolve_office(OFFICE, {"bob": always(TO_ANNA), "anna": always(TO_BOB)}, {})
    assert found["anna"].forwarding.unconditional == number("102")
    assert found["bob"].refusals[0].people == ("bob", "anna")


def test_of_two_who_redirect_to_each_other_the_one_who_was_first_keeps_it() -> None:
    found = resolve_office(
        OFFICE,
        {"anna": always(TO_BOB), "bob": always(TO_ANNA)},
        {"bob": Situation(desired=to("101"), observed=to("101"))},
    )
    assert found["bob"].forwarding.unconditional == number("101")
    assert found["anna"].refusals[0].people == ("anna", "bob")


def test_a_redirect_that_ends_in_the_same_moment_makes_room() -> None:
    found = resolve_office(
        OFFICE,
        {"anna": always(TO_BOB), "bob": RedirectRule(RedirectMode.OFF)},
        {"bob": Situation(desired=to("101"))},
    )
    assert found["anna"].refusals == ()


def test_two_deputies_of_each_other_do_not_pass_calls_around() -> None:
    rules = {
        "anna": always(Target(TargetKind.FIRST_AVAILABLE, deputies=("bob",))),
        "bob": always(Target(TargetKind.FIRST_AVAILABLE, deputies=("anna",))),
    }
    found = resolve_office(OFFICE, rules, {})
    assert {person: one.shown[CFU] for person, one in found.items()} == {
        "anna": VOICEMAIL,
        "bob": VOICEMAIL,
    }


def test_a_rule_of_somebody_who_left_is_no_rule() -> None:
    assert resolve_office(OFFICE, {"dave": always(TO_BOB)}, {}) == {}


people = st.sampled_from(["anna", "bob", "carol", "dave"])
targets = st.one_of(
    st.just(VOICEMAIL),
    st.builds(Target, st.just(TargetKind.PERSON), people),
    st.builds(
        Target,
        st.just(TargetKind.FIRST_AVAILABLE),
        deputies=st.lists(people, max_size=3).map(tuple),
    ),
    st.builds(
        Target,
        st.sampled_from([TargetKind.NUMBER, TargetKind.DEVICE, TargetKind.VOICEMAIL]),
        st.sampled_from(["101", "102", "+4930999888", "mobile", ""])
        | st.text(max_size=6),
    ),
)
rules = st.builds(
    RedirectRule,
    st.sampled_from(RedirectMode),
    st.none() | targets,
    st.none() | targets,
    st.none() | targets,
    st.none() | st.integers(5, 120),
    st.booleans(),
)
FOUR = Office({}, OFFICE.people | {"dave": Person("dave", "Dave", "104", "available")})


@given(
    st.dictionaries(people, rules),
    st.dictionaries(people, st.builds(Situation, st.none() | st.sampled_from(Status))),
)
def test_whatever_an_office_wants_ends_without_a_circle(
    wishes: dict[str, RedirectRule], situations: dict[str, Situation]
) -> None:
    found = resolve_office(FOUR, wishes, situations)
    assert found == resolve_office(FOUR, dict(reversed(wishes.items())), situations)
    extensions = {person.extension: key for key, person in FOUR.people.items()}
    for start in found:
        at, way = start, set[str]()
        while at not in way:
            way.add(at)
            onward = found[at].forwarding.unconditional if at in found else None
            if not isinstance(onward, Destination):
                break
            if onward.kind is DestinationKind.VOICEMAIL:
                break
            if onward.number not in extensions:
                break
            at = extensions[onward.number]
        else:
            pytest.fail("a call goes round and round")


@given(
    st.dictionaries(people, rules),
    st.dictionaries(people, st.builds(Situation, st.none() | st.sampled_from(Status))),
)
def test_an_office_asked_again_answers_the_same(
    wishes: dict[str, RedirectRule], situations: dict[str, Situation]
) -> None:
    first = resolve_office(FOUR, wishes, situations)
    settled = {
        key: replace(situations.get(key, Situation()), desired=first[key].forwarding)
        for key in first
    }
    assert resolve_office(FOUR, wishes, situations | settled) == first


# Who is passed over


@pytest.mark.parametrize(
    ("situation", "why"),
    [
        (Situation(status=Status.AWAY), NotTaking.AWAY),
        (Situation(status=Status.OFFLINE), NotTaking.OFFLINE),
        (Situation(status=Status.DO_NOT_DISTURB), NotTaking.DO_NOT_DISTURB),
        (
            Situation(observed=ForwardingState(do_not_disturb=True)),
            NotTaking.DO_NOT_DISTURB,
        ),
        (Situation(call=CallState.UNAVAILABLE), NotTaking.UNREACHABLE),
        (Situation(call=CallState.IN_CALL), NotTaking.IN_CALL),
        (Situation(observed=to("101")), NotTaking.REDIRECTED),
        (Situation(desired=to("101")), NotTaking.REDIRECTED),
    ],
)
def test_whoever_is_passed_over_is_named_with_the_reason(
    situation: Situation, why: NotTaking
) -> None:
    situations = {"bob": situation}
    found = resolve(
        OFFICE, ANNA, always(DEPUTIES), situations, style=BERLIN, when_engaged=False
    )
    assert found.passed_over == (PassedOver("bob", why),)
    assert found.narrowed(always(DEPUTIES)) == always(TO_CAROL)


def test_one_passed_over_under_two_conditions_is_named_once() -> None:
    rule = RedirectRule(RedirectMode.FORWARD, busy=DEPUTIES, no_reply=DEPUTIES)
    found = of_anna(rule, bob=Situation(status=Status.AWAY))
    assert found.passed_over == (PassedOver("bob", NotTaking.AWAY),)
    assert found.narrowed(rule) == replace(rule, busy=TO_CAROL, no_reply=TO_CAROL)
