"""Whose is it, and who answers now? The ownership map, the people, and who of them is on call."""
