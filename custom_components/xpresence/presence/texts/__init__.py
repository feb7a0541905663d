"""Words for decisions and changes; the phrases of a language are handed in."""

from collections.abc import Mapping

type Texts = Mapping[str, Mapping[str, str]]
"""A language's phrases by table and key."""
