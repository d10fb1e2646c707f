"""The walk: what was promised, from the request of a sender to the mail of who is on call."""

import pytest

from tests.walk import world
from tests.walk.world import World


@pytest.fixture
def whose(transactional_db: None) -> World:
    return world.build()
