"""Fuzzing of everything that reads what a server sent: broken in structure and in bytes, it is a value or a typed error."""
