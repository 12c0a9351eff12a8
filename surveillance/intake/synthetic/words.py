"""Names that nobody bears, and the sites of the demonstration."""

from dataclasses import dataclass

GIVEN = (
    "Acorn", "Alder", "Almond", "Amber", "Barley", "Beryl", "Birch", "Bramble", "Bryony", "Cedar",
    "Chestnut", "Cinnamon", "Clover", "Cobalt", "Comfrey", "Coral", "Cypress", "Damson", "Elder",
    "Fennel", "Fern", "Flint", "Garnet", "Gentian", "Ginger", "Hawthorn", "Hazelnut", "Heather",
    "Hickory", "Indigo", "Ironwood", "Jasper", "Juniper", "Larch", "Lavender", "Lichen", "Linden",
    "Lupin", "Mallow", "Maple", "Meadow", "Mint", "Mulberry", "Myrtle", "Nettle", "Nutmeg",
    "Ochre", "Olive", "Onyx", "Opal", "Pebble", "Pepper", "Plum", "Poplar", "Quince", "Rowan",
    "Rye", "Saffron", "Sage", "Sorrel", "Spruce", "Sumac", "Tamarind", "Thistle", "Thyme",
    "Topaz", "Tulip", "Umber", "Verbena", "Walnut", "Willow", "Yarrow",
)  # fmt: skip
FAMILY_FIRST = (
    "Test", "Sample", "Demo", "Mock", "Trial", "Dummy", "Model", "Draft", "Pattern", "Paper",
    "Plaster", "Puppet", "Cardboard", "Chalk", "Marble", "Copper", "Velvet", "Cotton", "Lantern",
    "Button", "Candle", "Ribbon", "Thimble", "Kettle", "Teapot", "Pocket", "Saddle", "Anchor",
)  # fmt: skip
FAMILY_LAST = (
    "heron", "otter", "badger", "wren", "plover", "curlew", "marten", "lynx", "ibis", "egret",
    "puffin", "dunnock", "sparrow", "osprey", "kestrel", "swift", "heath", "brook", "fen", "moor",
    "ridge", "quarry", "harbour", "meadow", "thicket", "gully", "hollow", "spinney", "tarn", "weir",
)  # fmt: skip
RADIOLOGISTS = ("Dr Readwell", "Dr Shadowcaster", "Dr Greyscale", "Dr Sliceman", "Dr Gantry")
CLINICIANS = ("Dr Hepworth-Demo", "Dr Portal-Demo", "Dr Lobule-Demo")
PRACTICES = ("Example Street Practice", "Sample Square Surgery", "Placeholder Health Centre")
STREETS = (
    "Example Street", "Sample Road", "Placeholder Lane", "Specimen Avenue", "Model Row",
    "Nowhere Close", "Pretend Place", "Invented Way",
)  # fmt: skip
LANGUAGES = ("es", "pl", "ar", "zh", "bn", "pt")


@dataclass(frozen=True, slots=True)
class DemoSite:
    """A site of the demonstration. `share` of the patients, in percent."""

    slug: str
    name: str
    time_zone: str
    holiday_calendar: str
    mrn_prefix: str
    area_code: str
    share: int
    town: tuple[str, str, str] = ("", "", "")
    """City, region and postal code of the invented people who live near it."""
    channel_order: str = ""
    """In which order its patients are reminded; empty: the usual one, paper first."""


SITES = (
    DemoSite("northgate", "Northgate General (demo)", "Europe/London", "GB-ENG", "NGD", "020", 45,
             ("Exampleton", "", "ZZ9 9ZZ")),
    DemoSite("riverside", "Riverside Clinic (demo)", "America/New_York", "US-NY", "RSD", "212", 35,
             ("Sampleville", "NY", "00000"), "EMAIL, SMS, LETTER"),
    DemoSite("southbay", "South Bay (demo)", "Australia/Sydney", "AU-NSW", "SBD", "02", 20,
             ("Testhaven", "NSW", "0000"), "SMS, EMAIL, LETTER"),
)  # fmt: skip
