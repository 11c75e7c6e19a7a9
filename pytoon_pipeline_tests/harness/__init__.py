"""What tests and benchmarks share: media, plans, defects and daemons."""
