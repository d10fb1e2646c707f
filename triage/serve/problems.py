"""What stops a start: one line that says what is wrong and what to do."""


class Problem(Exception):  # noqa: N818 - it is shown to people under this name
    """Shown to the operator as it is, without a traceback; the exit code is 1."""
