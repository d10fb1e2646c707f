"""`make bench-verdict`: how often the verdict is right on cases whose truth is known. Not a test: it fails nothing."""
