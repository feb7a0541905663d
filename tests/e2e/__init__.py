"""Tests of the whole: a real Home Assistant, a real Asterisk, a real browser."""
