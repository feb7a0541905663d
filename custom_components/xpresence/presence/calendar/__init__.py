"""Which appointments count, and what they ask for."""
