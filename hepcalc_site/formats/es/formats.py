"""As in the Americas (CLDR es-419): a point before decimals.

A size reads the same in both languages, and 7.0 mm is never taken for 70 or 7,000.
"""

DECIMAL_SEPARATOR = "."
THOUSAND_SEPARATOR = ","
