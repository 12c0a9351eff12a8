"""Five years of a programme, day by day, on a throwaway database: patients and staff are invented,
what the software does to them is real. See docs/simulation.md."""
