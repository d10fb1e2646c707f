"""One night to try Whose on: three failures as Alertmanager tells of them, and the company that they happen to."""
