"""Making a video again from its manifest. It looks into no cache: what it gives was rendered anew."""
