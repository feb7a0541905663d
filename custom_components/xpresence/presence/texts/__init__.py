"""Words for decisions and changes, per language."""
