"""Delegates: directed, graded, the widest of several ways, narrowed by the person."""

from custom_components.xpresence.presence.permission.delegates import Sharing
from custom_components.xpresence.presence.permission.policy import Grade
from custom_components.xpresence.presence.permission.revocation import UserOverride

BERTA, CARL = "person.berta", "person.carl"
SHARE, ANEW = {"share": 0}, {"share": 1}
ACTING, SUBJECTS = frozenset({Grade.ACTING}), frozenset({Grade.SUBJECTS})


def test_a_stranger_is_no_delegate() -> None:
    assert Sharing().grades(BERTA) == frozenset()


def test_of_several_ways_the_widest_counts() -> None:
    sharing = Sharing(person={BERTA: SUBJECTS}, office={BERTA: ACTING})
    assert sharing.grades(BERTA) == frozenset(Grade)


def test_the_person_narrows_one_delegate_and_leaves_the_others() -> None:
    sharing = Sharing(
        person={BERTA: frozenset(Grade), CARL: ACTING},
        narrowed=UserOverride({BERTA: SUBJECTS}, SHARE),
        given=SHARE,
    )
    assert sharing.grades(BERTA) == SUBJECTS
    assert sharing.grades(CARL) == ACTING


def test_narrowing_gives_nobody_anything() -> None:
    sharing = Sharing(
        narrowed=UserOverride({BERTA: frozenset(Grade)}, SHARE), given=SHARE
    )
    assert sharing.grades(BERTA) == frozenset()
    assert sharing.delegates == ()


def test_narrowing_ends_with_its_permission() -> None:
    narrowed = UserOverride({BERTA: frozenset[Grade]()}, SHARE)
    for given, left in ((SHARE, frozenset[Grade]()), ({}, ACTING), (ANEW, ACTING)):
        sharing = Sharing({BERTA: ACTING}, {}, narrowed, given)
        assert sharing.grades(BERTA) == left
