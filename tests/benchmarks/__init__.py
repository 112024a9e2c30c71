"""Numbers that a document may name: each is printed by a command that anybody can run."""
