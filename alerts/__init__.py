"""What happened? Receive, keep, normalise."""
