"""The analyses as stages: what each covers, what decides its result, and what it computes for one item."""
