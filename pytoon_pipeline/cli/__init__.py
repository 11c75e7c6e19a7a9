"""The command line. Results go to standard output, progress and errors to standard error."""
