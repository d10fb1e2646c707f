"""`make docs`."""

from tests.verdict_docs import write

write()
