"""The client of a remote engine."""
