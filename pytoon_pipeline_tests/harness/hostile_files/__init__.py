"""Hostile uploads of every kind, for tests and benchmarks."""
