"""What the creator sees: a page listens to services and sends them wishes."""
