"""A believable registry of people who do not exist: same seed, same rows, byte for byte.

Nothing here reads a clock, a file or a database. Rows are cells by column name, as in a registry
file (docs/registry-file.md), and go in through the same door as a hospital's own.
"""
