"""Everything that imports dagster, and nothing else: adapters from assets to domain functions."""
