"""Speech and vision analysis of source files."""
