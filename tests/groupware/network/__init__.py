"""Tests of what bounds every reader of groupware."""
