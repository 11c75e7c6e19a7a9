"""Tests, in the folders of the code that they test. They make their own media."""
