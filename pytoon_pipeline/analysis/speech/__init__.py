"""What is said, and when nothing is."""
