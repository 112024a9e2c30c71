"""What survives a restart: database, media folder, settings, secrets."""
