"""Tests of the rules; none of them needs Home Assistant."""
