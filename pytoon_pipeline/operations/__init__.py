"""Remedies, retries, batches, status, regeneration and remakes."""
