"""The command line: parsing, printing and exit codes. The work is in ``service``."""
