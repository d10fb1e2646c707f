"""Any JSON value, with a liking for what a cluster writes and for what breaks readers."""

from hypothesis import strategies as st

TEXTS = st.text(st.characters(), max_size=12) | st.sampled_from(
    [
        *("", "\x00", "\ud800", "\x1b[31m", "True", "False", "Unknown", "Running", "Failed", "Pending", "NaN", "1e400"),
        *("0001-01-01T00:00:00Z", "9999-12-31T23:59:59Z", "2026-11-24T03:00:00Z", "250m", "1Gi", "-1", "kube-system"),
        *("CrashLoopBackOff", "Pod", "Node", "Job", "ReplicaSet", "PersistentVolumeClaim", "cart-0", "worker-1"),
    ]
)
NUMBERS = st.integers() | st.floats() | st.sampled_from([0, -1, 10**400, 2**63, 1e308])
KEYS = TEXTS | st.sampled_from(["name", "kind", "metadata", "spec", "status", "type", "value", "labels", "items"])
JSON = st.recursive(
    st.none() | st.booleans() | NUMBERS | TEXTS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=3),
    max_leaves=8,
)
