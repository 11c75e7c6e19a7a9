"""How uploads enter: inboxes, preflight checks, ingest and submit."""
