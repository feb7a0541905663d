"""Every language says and understands everything that English does."""

from pathlib import Path

import pytest

from custom_components.xpresence.languages import LANGUAGES, data, known, texts_in
from script import languages


@pytest.mark.parametrize("language", languages.found())
def test_a_language_lacks_nothing(language: str) -> None:
    assert languages.lacking(language) == []


def test_what_a_new_language_lacks_is_told_by_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    english = {"greeting": {"hello": "Hello {name}", "bye": "Bye"}}
    other = {"greeting": {"hello": "Bonjour {nom}", "more": "Plus"}}
    assert list(languages.differences(english, other)) == [
        "greeting.bye is missing",
        "greeting.more is not in English",
        "greeting.hello has other blanks: ['nom']",
    ]
    assert "translations/xx.json is missing" in languages.lacking("xx")


@pytest.mark.parametrize("language", LANGUAGES)
def test_words_of_a_language_are_words(language: str) -> None:
    """No "on" and no "no" of YAML's own became a truth value."""
    for table in data(language, "texts").values():
        assert all(isinstance(text, str) and text for text in table.values())


@pytest.mark.parametrize(
    ("tag", "language"),
    [("de", "de"), ("de-CH", "de"), ("DE_at", "de"), ("tlh", "en"), (None, "en")],
)
def test_a_language_tag_finds_its_language_or_english(
    tag: str | None, language: str
) -> None:
    assert known(tag) == language
    assert texts_in(tag) is texts_in(language)
