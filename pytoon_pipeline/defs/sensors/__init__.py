"""Sensors: thin shells that take uploads and ask for runs. What is to be done is decided elsewhere."""
