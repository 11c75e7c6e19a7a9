"""The records that cross a boundary, and their meaning. Nothing here does I/O."""
