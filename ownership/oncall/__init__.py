"""Who answers now: schedules as arithmetic, escalation as a table, and who that is at a moment."""
