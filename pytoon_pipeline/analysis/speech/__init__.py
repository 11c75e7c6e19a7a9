"""Transcription, word times and silence."""
