"""The page about the API is tried in the browser that all pages are tried in."""

from tests.browser.conftest import chromium, shoot, visit

__all__ = ["chromium", "shoot", "visit"]
