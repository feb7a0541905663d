"""Delegates: directed, graded, the widest of several ways, narrowed by the person."""

from custom_components.xpresence.presence.permission.delegates import Access, Sharing
from custom_components.xpresence.presence.permission.policy import Grade, Tier

BERTA, CARL = "person.berta", "person.carl"
ACTING, SUBJECTS = frozenset({Grade.ACTING}), frozenset({Grade.SUBJECTS})


def test_a_stranger_is_no_delegate() -> None:
    assert Sharing().grades(BERTA) == frozenset()


def test_of_several_ways_the_widest_counts() -> None:
    sharing = Sharing(person={BERTA: SUBJECTS}, office={BERTA: ACTING})
    assert sharing.grades(BERTA) == frozenset(Grade)


def test_the_person_narrows_one_delegate_and_leaves_the_others() -> None:
    sharing = Sharing(
        person={BERTA: frozenset(Grade), CARL: ACTING}, narrowed={BERTA: SUBJECTS}
    )
    assert sharing.grades(BERTA) == SUBJECTS
    assert sharing.grades(CARL) == ACTING


def test_narrowing_gives_nobody_anything() -> None:
    sharing = Sharing(narrowed={BERTA: frozenset(Grade)})
    assert sharing.grades(BERTA) == frozenset()
    assert sharing.delegates == ()


def test_somebody_whose_settings_are_gone_shares_nothing() -> None:
    gone = Access().of("gone")
    assert gone.delegates == ()
    assert (gone.subjects, gone.info_text) == (Tier.OWNER, Tier.OWNER)
