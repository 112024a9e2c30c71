"""Lists for views: one changed thing repaints one row."""
