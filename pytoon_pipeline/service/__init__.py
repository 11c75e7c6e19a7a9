"""Use cases, typed in and typed out. The command line, sensors and an API call them; nothing here prints."""
