"""What is heard in music."""
