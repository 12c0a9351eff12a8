"""English that stands outside a translation on purpose, by file. The lists may only shrink."""

IN_PYTHON: dict[str, frozenset[str]] = {}
