"""Engines: whoever turns a plan into rendered parts. All give the same frames for the same plan."""
