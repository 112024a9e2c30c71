"""Kinds of pictures. Each module builds one kind of scene from chance, a palette and a stage."""
