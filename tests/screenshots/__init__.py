"""Pictures of every page for eyes that check the look: `python -m tests.screenshots`."""
