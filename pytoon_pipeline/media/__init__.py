"""Media files: probing, decoding, measuring, encoder settings. Nothing here depends on plans."""
