"""Content-addressed artifacts on disk: atomic, verified, found again by fingerprint. It knows no stage by name."""
