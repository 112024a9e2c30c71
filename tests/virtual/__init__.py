"""The studio's services in a world whose time is only counted: days pass in milliseconds, and a kill is one call."""
