"""One file a screen: what it shows, and how that is found out by asking verbs."""
