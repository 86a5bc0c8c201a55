"""Faults injected into runs on purpose, and what became of each: `make faults` prints the table."""
