"""The views: each reads the request, makes one call, renders."""
