"""Promises of the whole studio, kept or broken by the real parts together."""
