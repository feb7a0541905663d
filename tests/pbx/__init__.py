"""A real Asterisk to test with, and real SIP telephones."""
