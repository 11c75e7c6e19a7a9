"""Sampled frames, and the detectors that read them."""
