"""A campaign of attacks on a real Home Assistant: ``script/attack``."""
