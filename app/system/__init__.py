"""What the program asks of the computer it runs on: paths, logs, language, look, notifications."""
