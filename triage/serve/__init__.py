"""`manage.py serve`: one command that runs every process of Whose, with its own servers where none are named."""
