"""What does it mean, and who is told? Composes `alerts` and `ownership`; nothing imports it."""
