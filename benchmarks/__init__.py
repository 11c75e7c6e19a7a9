"""Measurements that the README and docs quote. ``python -m benchmarks.NAME`` prints one JSON object."""
