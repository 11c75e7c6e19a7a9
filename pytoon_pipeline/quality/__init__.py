"""Compares a finished file with its plan and turns the findings into a verdict. No reference video is needed."""
