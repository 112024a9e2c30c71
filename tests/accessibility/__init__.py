"""What screen readers and voice control see, read through the real accessibility interface (AT-SPI)."""
