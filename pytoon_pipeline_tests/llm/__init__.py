"""Tests of ``pytoon_pipeline/llm``."""
