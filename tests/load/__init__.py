"""Much at once and everything going wrong: time, network and numbers (reliability.md T-23 to T-27)."""
