"""Which kind of rule goes before which: from what is specific to what is general. PURE."""

from collections.abc import Iterable
from enum import StrEnum


class Precedence(StrEnum):
    """A class of rules, in the order that holds where nobody configured another."""

    COMPONENT = "component"  # a part of the platform that the map names
    ANNOTATION = "annotation"  # what stands on the workload itself
    WORKLOAD = "workload"  # a rule that tells workloads of one namespace apart, by name, label or route
    NAMESPACE = "namespace"  # the namespace, as the map names it or as its labels say
    CATALOG = "catalog"  # a software catalogue
    CODEOWNERS = "codeowners"  # the owners of the code
    RULE = "rule"  # any other rule: patterns over names, labels, images, hosts, alerts
    SHIPPED = "shipped"  # a well-known part of the platform that the map does not name
    CLUSTER = "cluster"  # the operators of the cluster, and its fallback


DEFAULT_ORDER = tuple(Precedence)


class NoOrder(ValueError):  # noqa: N818 - a sentence for people
    """The words are no order of precedence; the sentence says why and what to write."""


def order_of(words: Iterable[str]) -> tuple[Precedence, ...]:
    """The order that these words give.

    Raises:
        NoOrder: a word is unknown, stands twice or is missing, or `cluster` is not the last.
    """
    given = [word.strip() for word in words if word.strip()]
    example = ",".join(DEFAULT_ORDER)
    for word in given:
        if word not in set(Precedence):
            raise NoOrder(f"{word!r} is no class of rules. Write, for example, {example}")
    missing = [one.value for one in Precedence if one not in given]
    if missing or len(given) != len(set(given)):
        wrong = f"{', '.join(missing)} is missing" if missing else "a word stands twice"
        raise NoOrder(f"{wrong}: each class stands once. Write, for example, {example}")
    if given[-1] != Precedence.CLUSTER:
        raise NoOrder(f"cluster has to be the last, because it holds for everything. Write, for example, {example}")
    return tuple(Precedence(word) for word in given)
