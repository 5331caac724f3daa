"""The one sequence of a run, the fingerprint of all it depends on, and the record of what happened."""
