"""Decides whether a run may become an edition. Every check lands in one ledger, and the gate reads only the ledger."""
