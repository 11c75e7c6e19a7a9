"""Which parts of a long talk would stand on their own as short videos."""
