"""Use cases, typed in and typed out. The command line, the API and the Dagster adapters call them."""
