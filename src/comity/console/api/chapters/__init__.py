"""What the API can do, chapter by chapter."""
