"""Slowlight: a desktop studio for pictures, films and sound made by hosted models."""

__version__ = "0.1.0"
