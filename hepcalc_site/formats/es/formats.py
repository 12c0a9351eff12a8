"""A point before decimals, as in Mexico and Central America, and a narrow space between thousands.

A size reads the same in both languages, and 7.0 mm is never taken for 70 or 7,000. A
comma or a point between thousands is a decimal sign in Spain or South America, or in Mexico; the
space that the Academy recommends is one nowhere.
"""

DECIMAL_SEPARATOR = "."
THOUSAND_SEPARATOR = "\u202f"
NUMBER_GROUPING = 3
