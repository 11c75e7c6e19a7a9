"""Finished file and plan to findings and a verdict. No reference video is needed."""
