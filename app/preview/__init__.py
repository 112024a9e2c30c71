"""The process that looks into files nobody vouches for: it has no key and no network, and its memory and time are short."""
