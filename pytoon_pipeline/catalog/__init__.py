"""Records of uploads, attempts, items and the inbox."""
