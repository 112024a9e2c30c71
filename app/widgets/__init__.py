"""Controlled parts: values in, signals out. They know the domain, never a service."""
