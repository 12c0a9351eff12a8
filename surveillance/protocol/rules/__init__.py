"""The decision table: exactly one rule answers every state. Order is for reading only."""
