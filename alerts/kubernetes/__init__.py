"""What a cluster says of itself: its objects and events, read from the JSON of the Kubernetes API. PURE."""
