"""The records that cross a boundary. Nothing here reads a file or knows how a record is made."""
