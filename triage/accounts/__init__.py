"""Who may come in: signing in and out, invitations, sessions, and the log of all that."""
