"""One row makes a phone system known; nothing else asks which one it is."""

import ast
import json
from pathlib import Path

import pytest

from custom_components.xpresence.presence.stored import Malformed
from custom_components.xpresence.telephony import driver, registry
from custom_components.xpresence.telephony.description import PhoneSystemType
from custom_components.xpresence.telephony.fields import (
    Field,
    FieldKind,
    with_kept_secrets,
)
from custom_components.xpresence.telephony.registry import (
    PHONE_SYSTEMS,
    ROWS,
    UnknownPhoneSystem,
    described,
    read_memory,
)

PACKAGE = Path(__file__).parents[2] / "custom_components" / "xpresence"
LANGUAGES = {
    path.stem: json.loads(path.read_text())
    for path in (PACKAGE / "translations").glob("*.json")
}
KEYS = {row.key for row in ROWS} - {"actions"}
"""Of the keys, those that are no word of Home Assistant's."""


def folder(row: PhoneSystemType) -> Path:
    return PACKAGE / "telephony" / row.module.removeprefix(".").partition(".")[0]


def others() -> list[Path]:
    """Return every module that belongs to no phone system."""
    own = [folder(row) for row in ROWS]
    return [
        path
        for path in sorted(PACKAGE.rglob("*.py"))
        if path.name != "registry.py" and not any(each in path.parents for each in own)
    ]


@pytest.mark.parametrize("path", others(), ids=lambda path: path.name)
def test_only_the_registry_names_a_phone_system(path: Path) -> None:
    names = {folder(row).name for row in ROWS}
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.ImportFrom):
            parts = set((node.module or "").split("."))
            assert not (parts & names and "telephony" in str(path) + str(parts)), parts
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            assert node.value not in KEYS, f"{path.name}: {node.value}"


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.key)
def test_a_row_has_words_for_all_that_it_asks_in_every_language(
    row: PhoneSystemType,
) -> None:
    for words in LANGUAGES.values():
        step = words["config"]["step"][row.key]
        assert words["config"]["step"]["user"]["menu_options"][row.key]
        assert words["config"]["step"]["user"]["menu_option_descriptions"][row.key]
        assert_fields_worded(row.fields, step)
        reauth = words["config"]["step"]["reauth_confirm"]
        for field in row.fields:
            if field.kind is FieldKind.SECRET:
                assert reauth["data"][field.key]
        if row.person_fields:
            steps = words["config_subentries"]["person"]["step"]
            assert_fields_worded(row.person_fields, steps[f"phone_{row.key}"])


def assert_fields_worded(
    fields: tuple[Field, ...], step: dict[str, dict[str, object]]
) -> None:
    assert step["title"]
    for field in fields:
        place = step
        if field.section is not None:
            place = step["sections"][field.section]  # type: ignore[assignment]
        assert place["data"][field.key]
        assert place["data_description"][field.key]


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.key)
def test_a_row_names_a_driver_that_can_be_built(row: PhoneSystemType) -> None:
    assert callable(registry.load(row))
    assert row.redirect.writable
    assert PHONE_SYSTEMS[row.key] is row


AT_START = (
    driver.CertificateRejected,
    driver.LicenceMissing,
    driver.NotSupported,
    driver.PermissionDenied,
    driver.SecondFactorRequired,
)
"""What a driver's own errors derive from that connecting may raise."""


def errors() -> list[type[driver.PhoneSystemError]]:
    """Return every kind of error of every driver."""
    for row in ROWS:
        registry.load(row)
    found: list[type[driver.PhoneSystemError]] = []
    left = list(driver.PhoneSystemError.__subclasses__())
    while left:
        kind = left.pop()
        if "engine" not in kind.__module__:
            found.append(kind)
            left += kind.__subclasses__()
    return found


@pytest.mark.parametrize("kind", errors(), ids=lambda kind: kind.__name__)
def test_every_error_has_its_words_at_every_door(
    kind: type[driver.PhoneSystemError],
) -> None:
    for words in LANGUAGES.values():
        assert words["exceptions"][f"redirect_{kind.key}"]["message"]
        issue = words["issues"][f"redirect_failing_{kind.key}"]
        assert ("fix_flow" in issue) is kind.try_again
        if kind.__module__ != driver.__name__ and not issubclass(kind, AT_START):
            continue
        form = {"auth_failed": "invalid_auth", "unreachable": "cannot_connect"}
        assert words["config"]["error"][form.get(kind.key, kind.key)]
        if not issubclass(kind, driver.Unavailable | driver.OutcomeUnknown):
            assert words["exceptions"][kind.key]["message"]


@pytest.mark.parametrize("key", ["nonsense", "", None, 7])
def test_what_a_later_version_made_is_not_guessed_at(key: object) -> None:
    with pytest.raises(UnknownPhoneSystem):
        described(key)


def test_a_secret_that_is_left_out_is_kept_and_nothing_else() -> None:
    fields = (Field(key="host"), Field(key="token", kind=FieldKind.SECRET))
    stored = {"host": "old", "token": "secret"}
    assert with_kept_secrets(fields, {"host": "new"}, stored) == {
        "host": "new",
        "token": "secret",
    }
    assert with_kept_secrets(fields, {"token": "other"}, stored) == {"token": "other"}


@pytest.mark.parametrize("record", [{}, [], "x", {"setting": {"busy": ["x", "1"]}}])
def test_what_a_driver_remembers_is_read_or_refused(record: object) -> None:
    try:
        read_memory(record)
    except Malformed:
        return
    assert record == {}
