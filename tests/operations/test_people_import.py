"""Taking people in: a preview, nothing stored before it is confirmed, then all at once."""

from typing import Any

from homeassistant.core import HomeAssistant
from homeassistant.exceptions import ServiceValidationError
import pytest

from custom_components.xpresence.operations.people_changes import (
    async_change_people,
    async_undo,
    people_in,
    version_of,
)
from custom_components.xpresence.operations.people_import import (
    Candidate,
    Edits,
    Preview,
    PreviewRow,
    async_confirm,
    exported,
    from_home_assistant,
    from_table,
    keep_preview,
    preview_rows,
)
from custom_components.xpresence.operations.people_table import write_table
from tests.office import ANNA, AVAILABLE, BOB, MEETING

CAROL = "Name;Nebenstelle;Standardprofil\nCarol;102;Meeting\n"


def kept(
    coordinator: Any, source: str | tuple[Candidate, ...], edits: Edits | None = None
) -> tuple[str, tuple[PreviewRow, ...]]:
    """Preview a source; return the preview's name and its rows."""
    if isinstance(source, str):
        source, _ = from_table(coordinator, source)
    rows = preview_rows(coordinator, source, edits or {})
    preview = Preview(coordinator.entry.entry_id, source, edits or {}, rows)
    return keep_preview(coordinator.hass, preview), rows


def states(rows: tuple[PreviewRow, ...]) -> list[str]:
    return [row.state.value for row in rows]


def names(coordinator: Any) -> list[str]:
    return [one.data["name"] for one in people_in(coordinator).values()]


async def test_a_preview_shows_new_changed_conflicting_and_invalid_rows(
    office: Any,
) -> None:
    coordinator = office.runtime_data
    _, rows = kept(
        coordinator,
        "Name;Nebenstelle;Mailbox\n"
        "Carol;102;\n"
        "Anna Berg;100;\n"
        "Bob;101;\n"
        "Bob;109;\n"
        "Dora;12x;\n"
        "Emil;102;\n"
        ";103;\n"
        "Fred;104;abc\n"
        "carol;105;\n",
    )
    assert states(rows) == [
        "new",
        "changed",
        "same",
        "conflict",
        *["invalid"] * 5,
    ]
    assert rows[1].changed == ("name",)
    assert rows[3].other["extension"] == "101"
    assert [(dict(row.problems), row.candidate.line) for row in rows[4:]] == [
        ({"extension": "extension_invalid"}, 6),
        ({"extension": "extension_twice"}, 7),
        ({"name": "name_empty"}, 8),
        ({"voicemail": "mailbox_invalid"}, 9),
        ({"name": "name_twice"}, 10),
    ]
    assert names(coordinator) == ["Anna", "Bob"]


async def test_what_is_confirmed_is_there_at_once_and_works(
    hass: HomeAssistant, office: Any
) -> None:
    coordinator = office.runtime_data
    name, _ = kept(coordinator, CAROL + "Dora;103;\n")
    done = await async_confirm(coordinator, name, [0, 1], "Admin")
    assert done == {"new": 2, "changed": 0}
    assert names(coordinator) == ["Anna", "Bob", "Carol", "Dora"]
    await hass.async_block_till_done(wait_background_tasks=True)
    assert hass.states.get("select.carol_profile").state == "Meeting"
    assert hass.states.get("select.dora_profile").state == "Available"


async def test_importing_the_same_again_changes_nothing(office: Any) -> None:
    coordinator = office.runtime_data
    name, _ = kept(coordinator, CAROL)
    await async_confirm(coordinator, name, [0], "Admin")
    _, rows = kept(coordinator, CAROL)
    assert states(rows) == ["same"]
    before = {one: version_of(sub.data) for one, sub in people_in(coordinator).items()}
    _, rows = kept(coordinator, write_table(exported(coordinator), "de"))
    assert states(rows) == ["same", "same", "same"]
    after = {one: version_of(sub.data) for one, sub in people_in(coordinator).items()}
    assert before == after


async def test_an_empty_cell_leaves_what_is_stored(office: Any) -> None:
    coordinator = office.runtime_data
    anna = people_in(coordinator)[ANNA]
    await async_change_people(
        coordinator, {ANNA: {"queues": ["400"]}}, {ANNA: version_of(anna.data)}, "Admin"
    )
    _, rows = kept(coordinator, "Name;Nebenstelle;Warteschlangen\nAnna;100;\n")
    assert states(rows) == ["same"]


async def test_whose_name_has_another_extension_is_for_a_person_to_decide(
    office: Any,
) -> None:
    coordinator = office.runtime_data
    table = "Name;Nebenstelle\nBob;109\n"
    name, _ = kept(coordinator, table)
    with pytest.raises(ServiceValidationError) as error:
        await async_confirm(coordinator, name, [0], "Admin")
    assert error.value.translation_key == "import_invalid"
    _, rows = kept(coordinator, table, {0: {"name": "Bob Berg"}})
    assert states(rows) == ["new"]
    name, rows = kept(coordinator, table, {0: {"move": True}})
    assert states(rows) == ["changed"]
    await async_confirm(coordinator, name, [0], "Admin")
    assert people_in(coordinator)[BOB].data["extension"] == "109"
    assert people_in(coordinator)[BOB].unique_id == "person_109"


async def test_nothing_is_taken_in_if_one_chosen_row_is_invalid(office: Any) -> None:
    coordinator = office.runtime_data
    name, _ = kept(coordinator, CAROL + "Dora;12x;\n")
    with pytest.raises(ServiceValidationError):
        await async_confirm(coordinator, name, [0, 1], "Admin")
    assert names(coordinator) == ["Anna", "Bob"]
    await async_confirm(coordinator, name, [0], "Admin")
    assert names(coordinator) == ["Anna", "Bob", "Carol"]


async def test_a_later_change_by_somebody_else_is_told_and_nothing_is_taken_in(
    office: Any,
) -> None:
    coordinator = office.runtime_data
    name, rows = kept(coordinator, CAROL + "Anna Berg;100;\n")
    assert states(rows) == ["new", "changed"]
    anna = people_in(coordinator)[ANNA]
    await async_change_people(
        coordinator, {ANNA: {"name": "Anna B"}}, {ANNA: version_of(anna.data)}, "Eva"
    )
    with pytest.raises(ServiceValidationError) as error:
        await async_confirm(coordinator, name, [0, 1], "Admin")
    assert error.value.translation_key == "people_changed_by"
    assert error.value.translation_placeholders == {"people": "Anna Berg", "by": "Eva"}
    assert names(coordinator) == ["Anna B", "Bob"]
    # Whoever it does not concern can still be taken in.
    await async_confirm(coordinator, name, [0], "Admin")
    assert names(coordinator) == ["Anna B", "Bob", "Carol"]


async def test_a_preview_is_confirmed_only_once(office: Any) -> None:
    coordinator = office.runtime_data
    name, _ = kept(coordinator, CAROL)
    await async_confirm(coordinator, name, [0], "Admin")
    with pytest.raises(ServiceValidationError) as error:
        await async_confirm(coordinator, name, [0], "Admin")
    assert error.value.translation_key == "import_forgotten"


@pytest.mark.parametrize(
    ("home", "typed", "found"),
    [
        ("Jürgen Groß", "Gross, Juergen", True),
        ("Jürgen", "Jürgen Groß", True),
        ("Jürgen Klein", "Jürgen Groß", False),
    ],
)
async def test_home_assistants_people_are_proposed_and_not_assumed(
    hass: HomeAssistant, office: Any, home: str, typed: str, found: bool
) -> None:
    hass.states.async_set("person.juergen", "home", {"friendly_name": home})
    table = f'Name;Nebenstelle\n"{typed}";102\n'
    coordinator = office.runtime_data
    name, (row,) = kept(coordinator, table)
    assert row.proposal == ("person.juergen" if found else None)
    assert not row.data.get("person")
    name, (row,) = kept(coordinator, table, {0: {"person": "person.juergen"}})
    await async_confirm(coordinator, name, [0], "Admin")
    assert exported(coordinator)[-1]["person"] == "person.juergen"


async def test_a_home_assistant_person_is_nobodys_twice(
    hass: HomeAssistant, office: Any
) -> None:
    hass.states.async_set("person.anna", "home", {"friendly_name": "Anna"})
    coordinator = office.runtime_data
    table = "Name;Nebenstelle;Person\nAnna;100;Anna\nBob;101;person.anna\nC;102;Nemo\n"
    _, rows = kept(coordinator, table)
    assert [row.problems.get("person") for row in rows] == [
        None,
        "home_person_taken",
        "home_person_missing",
    ]
    hass.states.async_set("person.ben", "home", {"friendly_name": "Ben"})
    _, rows = kept(coordinator, from_home_assistant(coordinator))
    assert [row.problems for row in rows] == [{"extension": "extension_missing"}] * 2
    _, rows = kept(
        coordinator, from_home_assistant(coordinator), {1: {"extension": "102"}}
    )
    assert states(rows) == ["invalid", "new"]


async def test_an_import_can_be_taken_back(hass: HomeAssistant, office: Any) -> None:
    coordinator = office.runtime_data
    name, _ = kept(coordinator, CAROL + "Anna Berg;100;Meeting\n")
    await async_confirm(coordinator, name, [0, 1], "Admin")
    assert people_in(coordinator)[ANNA].data["default_profile"] == MEETING
    await hass.async_block_till_done(wait_background_tasks=True)
    await async_undo(coordinator, "Admin")
    await hass.async_block_till_done(wait_background_tasks=True)
    assert names(coordinator) == ["Anna", "Bob"]
    assert people_in(coordinator)[ANNA].data["default_profile"] == AVAILABLE
    assert hass.states.get("select.carol_profile") is None


async def test_a_thousand_people_are_compared_quickly_and_stored_at_once(
    hass: HomeAssistant, office: Any
) -> None:
    coordinator = office.runtime_data
    table = "Name;Nebenstelle\n" + "".join(
        f"Person {number};{number}\n" for number in range(1000, 2000)
    )
    begin = hass.loop.time()
    _, rows = kept(coordinator, table)
    assert hass.loop.time() - begin < 5
    assert set(states(rows)) == {"new"}
