"""The project's own labelled cases, as code: `python -m tests.casework` writes them to tests/cases."""

from tests.casework import application, nodes, readiness
from tests.casework.makers import Case

CASES: tuple[Case, ...] = (*nodes.CASES, *application.CASES, *readiness.CASES)
