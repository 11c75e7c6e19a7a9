"""Engines render a plan into segments and a thumbnail. All engines render the same frames for the same plan."""
