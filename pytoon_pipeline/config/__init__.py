"""Presets, brands, platforms and limits: loading, validating and resolving what people write."""
