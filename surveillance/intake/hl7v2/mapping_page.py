"""The page about mappings of HL7 v2 feeds, made from the table of keys."""

from surveillance.intake.hl7v2.mapping import KEYS, USUAL, MappingKey

INTRODUCTION = """\
# Mapping of an HL7 v2 feed

A JSON object, kept with the feed. What it leaves out is as usual: `{}` is a mapping. **Lists
replace the usual ones; tables add to the usual ones and overrule them.** Words and codes are
compared without capitals. Printed by `manage.py print_hl7v2_mapping`.

A place is a field, component and subcomponent, counted from 1: `OBR-3`,
`PID-3.4`, `OBR-15.4.2`; of several places the first that is filled counts. Z segments are passed
over unless a place names one (`ZDS-2`).

| key | what it says | holds | usual | example |
|---|---|---|---|---|
"""
MOST_SHOWN = 12


def mapping_page() -> str:
    """The whole page as Markdown."""
    return INTRODUCTION + "".join(_line(key) for key in KEYS)


def _line(key: MappingKey) -> str:
    example = f'`{{"{key.name}": {key.example}}}`'
    cells = (f"`{key.name}`", key.meaning, key.kind.accepts, _usual(key.name), example)
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |\n"


def _usual(name: str) -> str:
    usual = getattr(USUAL, name)
    if isinstance(usual, dict):
        shown = [f"{word} → {ours}" for word, ours in usual.items()]
    else:
        shown = [usual] if isinstance(usual, str) else list(usual or ())
    more = ["…"] if len(shown) > MOST_SHOWN else []
    return ", ".join([*shown[:MOST_SHOWN], *more])
