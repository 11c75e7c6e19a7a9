"""What the HTTP API keeps about its callers: keys, and what each tenant owns. SQLite, or another database by URL."""
