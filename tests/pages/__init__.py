"""Tests of the floor with the same name."""
