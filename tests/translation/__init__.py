"""The interface in Spanish: how its words are gathered, and what is asked of them."""
