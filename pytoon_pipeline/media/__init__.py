"""Files and what is in them: probing, decoding, measuring, encoder settings. It knows nothing of plans."""
