"""Where the map comes from, and how each source is read. PURE."""

from enum import StrEnum


class Source(StrEnum):
    """Who wrote a row of the map; of two rules that are otherwise alike, the one whose source stands first decides."""

    MANUAL = "manual"  # somebody on a page, or by hand
    FILE = "file"  # `manage.py ownership apply`
    ANNOTATION = "annotation"  # of a workload
    LABEL = "label"  # of a namespace
    CATALOG = "catalog"  # a software catalogue
    CODEOWNERS = "codeowners"  # the owners of the code


SHIPPED = "shipped"
"""The source of what comes with the service and stands in no table: well-known components, the split of kinds."""
