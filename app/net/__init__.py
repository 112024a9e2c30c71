"""The wire: one HTTP door, bounded bodies, deadlines, and pure arithmetic for trying again."""
