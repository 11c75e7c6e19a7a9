"""The asset graph. One module a group; each asset is an adapter over one domain function."""
