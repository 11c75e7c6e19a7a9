"""The remote engine's server."""
