"""What is newly published: found on the publishers' pages, downloaded politely, and handed to the archive.

The only package that opens a socket, and web.py the only module of it (a test proves both).
"""
