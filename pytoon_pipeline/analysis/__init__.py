"""What is heard and seen in source files."""
