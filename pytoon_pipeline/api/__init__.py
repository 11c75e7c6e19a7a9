"""The HTTP API: what programs use in place of the command line. The outermost layer; it calls ``service``."""
