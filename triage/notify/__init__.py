"""Who is told, by what way, and whether it arrived."""
