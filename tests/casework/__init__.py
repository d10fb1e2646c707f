"""The project's own labelled cases, as code: `python -m tests.casework` writes them to tests/cases."""

from tests.casework import (
    admission,
    application,
    capacity,
    claims,
    configuration,
    control_plane,
    images,
    networking,
    nodes,
    placement,
    readiness,
    services,
    storage,
)
from tests.casework.makers import Case

CASES: tuple[Case, ...] = (
    *nodes.CASES,
    *networking.CASES,
    *services.CASES,
    *capacity.CASES,
    *control_plane.CASES,
    *admission.CASES,
    *images.CASES,
    *storage.CASES,
    *application.CASES,
    *readiness.CASES,
    *configuration.CASES,
    *claims.CASES,
    *placement.CASES,
)
