"""The published schema and the parser agree on what may stand in a file."""

import copy
import json
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from ownership.exporting import flow
from ownership.sources import schema
from ownership.sources.mapfile import MapFile, parse

ROOT = Path(__file__).parents[3]
PUBLISHED = ROOT / "ownership" / "schema" / schema.ADDRESS
VALIDATOR = Draft202012Validator(schema.schema())

# Every field once, with values that are good and explained in the file.
WHOLE: dict[str, Any] = {
    "teams": [
        {
            "slug": "shop",
            "name": "Shop",
            "members": [
                {
                    "username": "ada",
                    "name": "Ada",
                    "email": "ada@example.org",
                    "role": "admin",
                    "contacts": [
                        {"kind": "webhook", "address": "https://a.example.org/x", "secret_env": "WHOSE_HOOK_A"}
                    ],
                }
            ],
            "rotation": {
                "time_zone": "UTC",
                "handoff": "2026-01-05 09:00",
                "people": ["ada", ["ada"]],
                "shift": {"days": "2"},
            },
            "escalation": [{"page": "on-call", "wait": "5m"}],
            "channels": [{"kind": "webhook", "address": "https://b.example.org/x", "secret_env": "WHOSE_HOOK_B"}],
            "contacts": [{"kind": "chat", "address": "shop room", "note": "by day"}],
        },
        {"slug": "cart", "parent": "shop", "kubernetes_groups": ["oidc:cart", "cart@example.org"]},
    ],
    "clusters": [
        {
            "slug": "prod",
            "name": "Prod",
            "tenancy": "dedicated",
            "operated_by": "shop",
            "dedicated_to": "cart",
            "fallback": "shop",
            "fallback_policy": "owner",
            "recognised_by": [{"region": "eu", "env": ["a", "b*"]}],
            "labels_for": ["cart", "*"],
        }
    ],
    "components": [
        {
            "cluster": "prod",
            "kind": "CoreDNS",
            "name": "x",
            "team": "cart",
            "matchers": [{"namespace": "dns", "labels": {"app": "dns"}}],
        }
    ],
    "namespaces": [
        {"cluster": "prod", "name": "shop", "team": "shop", "level": "full", "annotations_for": ["cart"]},
    ],
    "rules": [
        {
            "team": "cart",
            "cluster": "prod",
            "level": "image",
            "namespace": ["shop", "till"],
            "kind": "Pod",
            "workload": "c*",
            "image": "~.*/cart",
            "registry": "r",
            "ingress_host": "h",
            "ingress_class": "i",
            "storage_class": "s",
            "webhook": "w",
            "node": "n",
            "alertname": "A",
            "labels": {"app.kubernetes.io/name": "cart"},
            "node_labels": {"pool": ["gpu"]},
        }
    ],
    "responsibilities": [
        {"kind": "Role", "level": "namespace", "who": "team", "cluster": "prod", "namespace": "shop"},
    ],
}
# What takes more than one place of a file to see, or more than a pattern: only the parser says it.
ONLY_THE_PARSER = (
    "is not a known",
    "is the same",
    "is nobody to page",
    "does nothing",
    "dedicated",
    "is not a complete web address",
    "is not an e-mail address",
    "is not a time zone",
    "is not a local date",
    "is not a time between",
    "is no pattern",
    "a part of itself",
    "does not go with a shared cluster",
    "is not a username",
    "teams.channels.address: is missing",  # a log has none, a webhook has one
)


def written(document: Any) -> str:
    return "\n".join(f"{key}: {flow(value)}" for key, value in document.items()) if document else "{}"


def paths(node: Any, *path: Any) -> Iterator[tuple[Any, ...]]:
    yield path
    items = node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ()
    for key, value in items:
        yield from paths(value, *path, key)


def changed(path: tuple[Any, ...], how: str, before: dict[str, Any] = WHOLE) -> dict[str, Any]:
    """The file with one place of it changed."""
    document = copy.deepcopy(before)
    *above, last = path
    place = document
    for key in above:
        place = place[key]
    old = place[last]
    if how == "removed":
        del place[last]
    else:
        place[last] = {
            "a word": "Nonsense word!",
            "a list": [],
            "a list of lists": [[]],
            "a mapping": {},
            "one more field": {**old, "unknown": "x"} if isinstance(old, dict) else {"unknown": "x"},
            "emptied": "",
            "long": "x" * 700,
        }[how]
    return document


HOWS = ("removed", "a word", "a list", "a list of lists", "a mapping", "one more field", "emptied", "long")


def test_the_published_file_is_what_the_definition_says() -> None:
    """Write it anew with: manage.py ownership schema > ownership/schema/ownership.schema.json"""
    assert PUBLISHED.read_text() == schema.written()


def test_the_schema_is_one() -> None:
    Draft202012Validator.check_schema(json.loads(PUBLISHED.read_text()))


def test_the_whole_file_is_good_for_both() -> None:
    assert isinstance(parse(written(WHOLE)), MapFile), parse(written(WHOLE))
    VALIDATOR.validate(WHOLE)


def test_the_example_of_the_documentation_is_good_for_both() -> None:
    example = (ROOT / "docs" / "ownership.md").read_text().split("```yaml\n")[1].split("```")[0]
    assert isinstance(parse(example), MapFile)
    VALIDATOR.validate(yaml.load(example, Loader=yaml.BaseLoader))  # noqa: S506 - every single value as a text


@pytest.mark.parametrize("how", HOWS)
def test_they_agree_whatever_is_changed(how: str) -> None:
    for path in paths(WHOLE):
        if path:
            agree(changed(path, how), f"{'.'.join(map(str, path))} {how}")


@settings(deadline=None)
@given(st.lists(st.tuples(st.sampled_from([path for path in paths(WHOLE) if len(path) > 1]), st.sampled_from(HOWS))))
def test_they_agree_whatever_else_is_changed(changes: list[tuple[tuple[Any, ...], str]]) -> None:
    document = WHOLE
    for path, how in changes:
        # What an earlier change took away cannot be changed any more.
        with suppress(KeyError, IndexError, TypeError):
            document = changed(path, how, document)
    agree(document, str(changes))


def agree(document: Any, about: str) -> None:
    found = parse(written(document))
    complaints = [error.message for error in VALIDATOR.iter_errors(document)]
    if isinstance(found, MapFile):
        assert not complaints, f"{about}: the parser takes it, and the schema does not"
    elif not complaints:
        said = [str(mistake) for mistake in found]
        assert all(any(part in wrong for part in ONLY_THE_PARSER) for wrong in said), f"{about}: {said}"
