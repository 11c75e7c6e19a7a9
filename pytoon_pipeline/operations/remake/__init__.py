"""Making a video again from its manifest. It looks into no cache: it renders everything again."""
