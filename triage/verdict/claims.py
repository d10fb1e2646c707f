"""What stands in claims and volumes. PURE.

Whether any volume satisfies a claim, where a volume is tied to, and how full it is; whose that is, a rule decides.
"""

from collections.abc import Iterator, Mapping

from alerts.kubernetes.fields import dig, mapping, quantity, rows, text, texts
from alerts.kubernetes.objects import Thing
from triage.verdict.view import View


def fault_of(view: View, claim: Thing) -> str | None:
    """What the claim asks for that does not exist; None where nothing is found wrong with it."""
    spec = claim.spec
    class_name = spec.get("storageClassName")
    volumes_known = view.of_kind("PersistentVolume")
    named = isinstance(class_name, str) and bool(class_name)
    if named and view.knows("StorageClass") and view.thing("StorageClass", "", str(class_name)) is None:
        # A class may be a mere word that claims and volumes share.
        is_shared = any(text(one.spec.get("storageClassName")) == class_name for one in volumes_known)
        listed = ", ".join(sorted(one.name for one in view.of_kind("StorageClass"))[:5])
        if not is_shared:
            return f"its class {class_name} does not exist (there are: {listed})."
    if (volume_name := text(spec.get("volumeName"))) and volumes_known:
        return _named_volume(view, claim, volume_name)
    if not volumes_known or not (spec.get("selector") or class_name == ""):
        return None
    misfits = [_misfit(claim, one) for one in sorted(volumes_known, key=lambda one: one.name)]
    if all(misfits):
        return f"none of {len(misfits)} volumes satisfies it ({misfits[0]})."
    return None


def _named_volume(view: View, claim: Thing, name: str) -> str | None:
    volume = view.thing("PersistentVolume", "", name)
    if volume is None:
        return f"it names the volume {name}, which does not exist."
    holder = mapping(volume.spec.get("claimRef"))
    if holder and (text(holder.get("name")), text(holder.get("namespace"))) != (claim.name, claim.namespace):
        return f"the volume {name} belongs to {text(holder.get('namespace'))}/{text(holder.get('name'))}."
    return _misfit(claim, volume, by_selector=False)


def _misfit(claim: Thing, volume: Thing, *, by_selector: bool = True) -> str | None:
    """Why this volume does not satisfy the claim; None where it does."""
    spec = claim.spec
    if text(spec.get("storageClassName")) != text(volume.spec.get("storageClassName")):
        return f"{volume.name} is of class {text(volume.spec.get('storageClassName')) or 'none'}"
    wanted = quantity(dig(spec, "resources", "requests", "storage")) or 0.0
    holds = quantity(dig(volume.spec, "capacity", "storage")) or wanted
    if holds < wanted:
        return f"{volume.name} is smaller than the claim"
    modes, offered = _words(spec.get("accessModes")), _words(volume.spec.get("accessModes"))
    if offered and not modes <= offered:
        return f"{volume.name} does not offer {', '.join(sorted(modes - offered))}"
    labels = texts(dig(spec, "selector", "matchLabels"))
    if by_selector and not labels.items() <= volume.labels.items():
        return f"{volume.name} does not carry the labels that the claim selects"
    if text(volume.status.get("phase")) in {"Bound", "Released", "Failed"} and volume.spec.get("claimRef"):
        return f"{volume.name} is taken"
    return None


def _words(value: object) -> frozenset[str]:
    return frozenset(one for one in value if isinstance(one, str)) if isinstance(value, list) else frozenset()


def ties_of(volume: Thing | None) -> Iterator[tuple[str, frozenset[str]]]:
    """The labels of nodes that the volume is tied to: a zone, or a single node."""
    if volume is None:
        return
    for term in rows(dig(volume.spec, "nodeAffinity", "required", "nodeSelectorTerms")):
        for one in rows(term.get("matchExpressions")):
            if one.get("operator") == "In":
                yield text(one.get("key")), _words(one.get("values"))


def used_share(view: View, claim: Thing) -> float | None:
    """How full the claim is; None where nobody measured it."""
    ratios = [one.value for one in view.metric("kubelet_volume_stats_used_ratio") if _is_of(one.labels, claim)]
    if ratios and 0 <= ratios[0] <= 1:
        return ratios[0]
    used, free, whole = (
        [one.value for one in view.metric(f"kubelet_volume_stats_{what}_bytes") if _is_of(one.labels, claim)]
        for what in ("used", "available", "capacity")
    )
    total = whole[0] if whole else used[0] + free[0] if used and free else 0.0
    if total <= 0:
        return None
    if used:
        return used[0] / total
    return 1 - free[0] / total if free else None


def _is_of(labels: Mapping[str, str], claim: Thing) -> bool:
    return labels.get("persistentvolumeclaim") == claim.name and labels.get("namespace", "") in {"", claim.namespace}
