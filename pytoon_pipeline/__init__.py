"""Pytoon: footage, product pictures and text, compiled into finished vertical videos."""

__version__ = "0.1.0"
