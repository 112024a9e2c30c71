"""The demo's studio: pictures, films and sounds by formula. Runs in child processes only, because it loads Qt."""
