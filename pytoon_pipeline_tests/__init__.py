"""Tests, in the folders of the code that they test. They generate their own media."""
