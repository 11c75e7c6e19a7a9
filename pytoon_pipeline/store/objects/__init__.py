"""Object stores that several homes share. The folder of each home is then the cache in front of it."""
