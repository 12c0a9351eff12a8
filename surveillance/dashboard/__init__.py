"""Numbers people look at: one module per number, each with the list of what it counts.

Questions only; whatever the number of rows, each number costs at most four queries.
"""
