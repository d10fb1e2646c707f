"""How each kind of sender is read: bytes in, reports out. PURE.

A new kind is a file here, a line in `PARSERS`, a real payload and a test.
"""

from collections.abc import Callable, Mapping

from alerts.reports import Batch
from alerts.sources import alertmanager

# Raises UnreadableDelivery where the body as a whole cannot be read.
Parser = Callable[[bytes], Batch]

# By `Integration.kind`.
PARSERS: Mapping[str, Parser] = {"alertmanager": alertmanager.parse}
