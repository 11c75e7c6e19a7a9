"""What is seen: one decode into small pictures, and the detectors that look at them."""
