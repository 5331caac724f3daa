"""Answers on what was published: trace, find, status, sql. Reads records and editions; changes nothing."""
