"""What may be wrong around the program: files, words, keychains, and a second start."""
