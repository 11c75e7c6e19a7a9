"""Content-addressed artifacts: written atomically, verified on read, found by fingerprint. Knows no stage by name."""
