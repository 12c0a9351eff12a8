"""The clinical protocol: facts in, a cited recommendation out. Standard library only."""
