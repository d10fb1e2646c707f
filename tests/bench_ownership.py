"""The part `ownership` of `make bench`: a large map, and how long its questions take in a process of their own."""

import json
import random
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator

CLUSTERS, NAMESPACES, RULES, TEAMS = 200, 100_000, 50_000, 500
_ASKED = 20_000
_SEED = 20261125
_SEEN = "seen"


def base() -> str:
    """Teams, clusters and namespaces."""
    return "\n".join(_base()) + "\n"


def rules() -> str:
    """A file of rules alone: exact words, globs and patterns, in one cluster and in every one."""
    return "rules:\n" + "\n".join(map(_rule, range(RULES))) + "\n"


def _base() -> Iterator[str]:
    yield "teams:"
    yield from (f"  - {{slug: team-{number}}}" for number in range(TEAMS))
    yield "  - {slug: operators}"
    yield "clusters:"
    for number in range(CLUSTERS):
        yield (
            f"  - {{slug: c-{number}, operated_by: operators, fallback: operators, "
            f"recognised_by: [{{region: r-{number}, env: prod-*}}]}}"
        )
    yield "namespaces:"
    for number in range(NAMESPACES):
        where = f"cluster: c-{number % CLUSTERS}, name: {_namespace(number)}"
        yield f"  - {{{where}, team: team-{number % TEAMS}}}"


def _namespace(number: int) -> str:
    return f"product-{number // CLUSTERS}-shop"


def _rule(number: int) -> str:
    where = f"cluster: c-{number % CLUSTERS}, "
    kinds = (
        f"{where}namespace: {_namespace(number)}, labels: {{app: app-{number % 7}}}",
        f"{where}namespace: {_namespace(number)}, workload: cart-{number % 50}-*",
        f"namespace: squad-{number}-*",
        f"{where}namespace: '~batch-{number}-(a|b)[0-9]+'",
        f"ingress_host: '*.t{number}.example.org'",
        f"image: harbor.example.org/t{number}/*",
        f"{where}alertname: Shop{number}*",
    )
    return f"  - {{team: team-{number % TEAMS}, {kinds[number % len(kinds)]}}}"


def main() -> int:
    """Prints the figures as JSON. With `seen STAMP` it waits until this process's own map is another one than that."""
    import django

    django.setup()
    if sys.argv[1:2] == [_SEEN]:
        return _wait()
    print(json.dumps(_figures()))
    return 0


def _figures() -> dict[str, float]:
    from ownership.directory import load_map
    from ownership.match import Subject, owner_of

    began = time.monotonic()
    ownership = load_map()
    loaded = time.monotonic() - began
    dice = random.Random(_SEED)  # noqa: S311 - the same questions each time
    took = []
    for number in range(_ASKED):
        at, cluster = dice.randrange(NAMESPACES), f"c-{dice.randrange(CLUSTERS)}"
        labels = {"app": f"app-{at % 7}", "alertname": f"Shop{at}Slow", "pod": "x", "severity": "critical"}
        subject = (
            Subject("Pod", f"cart-{at % 50}-5d8f7c9b6-x2x4z", _namespace(at), cluster, labels=labels),
            Subject("Deployment", "web", f"squad-{at // 2}-web", cluster),
            Subject("Ingress", "web", "lost", cluster, ingress_host=f"www.t{at // 2}.example.org"),
            Subject("Node", "node-1", "", cluster),
            Subject(image=f"harbor.example.org/t{at // 2}/cart:1", cluster=cluster),
            Subject.of_labels({**labels, "namespace": _namespace(at), "region": cluster[2:], "env": "prod-1"}),
        )[number % 6]
        began = time.perf_counter()
        owner_of(subject, ownership)
        took.append((time.perf_counter() - began) * 1000)
    took.sort()
    return {
        "load_map_seconds": round(loaded, 2),
        "resolve_median_ms": round(statistics.median(took), 3),
        "resolve_p99_ms": round(took[int(len(took) * 0.99)], 3),
        "resolve_slowest_ms": round(took[-1], 3),
        "seen_elsewhere_seconds": _until_seen_elsewhere(),
    }


def _until_seen_elsewhere() -> float:
    """Seconds from the commit of a change until a process that has the map loaded answers by the new one."""
    from ownership.models import Namespace
    from ownership.version import changing_map

    with subprocess.Popen(
        [sys.executable, "-m", "tests.bench_ownership", _SEEN], stdout=subprocess.PIPE, text=True
    ) as other:
        assert other.stdout is not None
        other.stdout.readline()  # it has loaded the map
        with changing_map():
            Namespace.objects.filter(name=_namespace(0), cluster__slug="c-0").update(team=_other_team())
        began = time.monotonic()
        other.stdout.readline()
        return round(time.monotonic() - began, 2)


def _other_team() -> int:
    from ownership.models import Team

    return Team.objects.get(slug="operators").pk


def _wait() -> int:
    from ownership.directory import load_map
    from ownership.match import Subject, owner_of

    subject = Subject("Namespace", _namespace(0), "", "c-0")
    before = owner_of(subject, load_map()).team
    print("loaded", flush=True)
    while owner_of(subject, load_map()).team == before:
        time.sleep(0.05)
    print(_SEEN, flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
