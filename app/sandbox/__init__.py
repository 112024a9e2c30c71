"""The embedded demo server: hosted generation services, played on this computer. It is not AI."""
