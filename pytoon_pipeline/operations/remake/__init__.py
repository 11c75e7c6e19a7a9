"""Renders a video again from its manifest, without any cached result."""
