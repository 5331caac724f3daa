"""What each command of the command line does: it parses, calls the core, prints; it has no logic of its own.

One module for each kind of person who calls; a command is a function, and pipeline/cli.py lists them. What all share
is in common.py.
"""
