"""Names that people typed show as they are, whatever Markdown would make of them."""

import pytest

from custom_components.xpresence.presence.texts.markdown import escaped


@pytest.mark.parametrize(
    ("typed", "shown"),
    [
        ("Anna", "Anna"),
        ("Müller & Söhne (Bonn)", "Müller & Söhne (Bonn)"),
        ("[Anna](https://x.example)", r"\[Anna\](https\:\/\/x.example)"),
        ("![](https://x.example/p.png)", r"!\[\](https\:\/\/x.example/p.png)"),
        ("<img src=x onerror=y>", r"\<img src=x onerror=y\>"),
        ("www.x.example", r"www\.x.example"),
        ("anna@x.example", r"anna\@x.example"),
        ("**Anna** _B_ `c`", r"\*\*Anna\*\* \_B\_ \`c\`"),
        ("Anna\n\n# Big", "Anna # Big"),
        ("a\\[b", r"a\\\[b"),
    ],
)
def test_a_name_is_no_markup(typed: str, shown: str) -> None:
    assert escaped(typed) == shown
