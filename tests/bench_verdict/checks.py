"""What else must hold: two failures at once are two, a name means nothing, an order means nothing. PURE.

Each check draws with a seed, so that the same command gives the same figures.
"""

import json
import random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from ownership.match import NamespaceEntry, OwnershipMap
from tests.bench_verdict.scoring import matched, owners_matched, score
from tests.bench_verdict.statistics import Share
from tests.bench_verdict.transform import Document, at_random, mixed, renamed, shuffled, without
from tests.bench_verdict.truth import PLATFORM, expected_all

Answer = Callable[[Document, OwnershipMap], Mapping[str, Any]]
_SEED = 20  # of the first draw


def mixes(cases: Sequence[Document], answer: Answer, ownership: OwnershipMap, *, number: int) -> dict[str, Any]:
    """Pairs of cases in one cluster: how often exactly two incidents with the right owners come out.

    Pairs that blame the same component are not drawn: they would be one failure.
    """
    keep = platform_of(ownership)
    answered, owners, both = list[int](), list[int](), list[int]()
    for first, second in _pairs(cases, number):
        case = mixed(first, second, keep=keep)
        incidents, expected = answer(case, ownership)["incidents"], expected_all(case)
        answered.append(len(incidents))
        owners.append(owners_matched(expected, incidents))
        both.append(matched(expected, incidents))
    return {
        "drawn": len(answered),
        "exactly_two": sum(said == 2 for said in answered),
        "exactly_two_with_right_owners": sum(
            (said, right) == (2, 2) for said, right in zip(answered, owners, strict=True)
        ),
        "exactly_two_with_right_owners_and_verdicts": sum(
            (said, right) == (2, 2) for said, right in zip(answered, both, strict=True)
        ),
        "both_among_any_number": both.count(2),
        "fewer_than_two": sum(said < 2 for said in answered),
        "more_than_two": sum(said > 2 for said in answered),
    }


def evidence_removed(
    cases: Sequence[Document], answer: Answer, ownership: OwnershipMap, *, kind: str
) -> dict[str, Any]:
    """Without one kind of evidence: how many are still decided, and how many of those rightly."""
    outcomes = [score(case, answer(without(case, kind), ownership)) for case in cases]
    decided = [one for one in outcomes if one.is_decided]
    held = [case for case in cases if case.get(kind)]
    return {
        "cases": len(outcomes),
        "that_had_it": len(held),
        "decided": Share(len(decided), len(outcomes)),
        "right_of_decided": Share(sum(one.is_right for one in decided), len(decided)),
    }


def names_changed(cases: Sequence[Document], answer: Answer, ownership: OwnershipMap, *, rounds: int) -> dict[str, Any]:
    """Under names that mean nothing the verdict must be the same, and the owner the same one under his new name.

    Once with every name replaced, and the map with them; once with the platform's namespaces and what runs in them left
    as they are, since there a name is evidence: everybody knows what kube-system is.
    """
    figures: dict[str, Any] = {"rounds": rounds}
    for what, keep in (("all_names", frozenset[str]()), ("names_of_tenants", platform_of(ownership))):
        verdicts, owners = list[str](), list[str]()
        for number in range(rounds):
            for case in cases:
                mapping = at_random(case, seed=_SEED + number, keep=keep)
                before, after = answer(case, ownership), answer(renamed(case, mapping), mapped(ownership, mapping))
                if _verdict(before) != _verdict(after):
                    verdicts.append(case["id"])
                elif mapping.get(_owner(before), _owner(before)) != _owner(after):
                    owners.append(case["id"])
        figures[what] = {
            "assessed": rounds * len(cases),
            "verdicts_changed": len(verdicts),
            "only_owners_changed": len(owners),
            "cases": sorted({*verdicts, *owners}),
        }
    return figures


def order_changed(cases: Sequence[Document], answer: Answer, ownership: OwnershipMap, *, rounds: int) -> dict[str, Any]:
    """In another order the whole answer must be the same, to the letter; worse where the verdict is another."""
    answers, verdicts = list[str](), list[str]()
    for number in range(rounds):
        for case in cases:
            before, after = answer(case, ownership), answer(shuffled(case, seed=_SEED + number), ownership)
            answers += [case["id"]] if _text(before) != _text(after) else []
            verdicts += [case["id"]] if _verdict(before) != _verdict(after) else []
    return {
        "assessed": rounds * len(cases),
        "answers_changed": len(answers),
        "verdicts_changed": len(verdicts),
        "cases": sorted(set(answers)),
    }


def platform_of(ownership: OwnershipMap) -> frozenset[str]:
    """The namespaces that the map says are the platform's."""
    return frozenset(entry.name for entry in ownership.namespaces.values() if entry.team == PLATFORM)


def _pairs(cases: Sequence[Document], number: int) -> list[tuple[Document, Document]]:
    chance = random.Random(_SEED)  # noqa: S311 - the same seed, the same pairs
    possible = [
        (first, second)
        for place, first in enumerate(cases)
        for second in cases[place + 1 :]
        if _component(first) != _component(second)
    ]
    drawn = chance.sample(possible, min(number, len(possible)))
    return [pair if chance.random() < 0.5 else (pair[1], pair[0]) for pair in drawn]


def _component(case: Document) -> tuple[str, str]:
    truth = case["truth"]
    return str(truth["verdict"]), str(truth.get("component") or case["id"]).casefold()


def mapped(ownership: OwnershipMap, mapping: Mapping[str, str]) -> OwnershipMap:
    """The map that says of the new names what this one says of the old."""
    more: dict[tuple[str | None, str], NamespaceEntry] = {
        (cluster, mapping[name]): replace(entry, name=mapping[name])
        for (cluster, name), entry in ownership.namespaces.items()
        if name in mapping
    }
    return replace(ownership, namespaces={**ownership.namespaces, **more})


def _verdict(answer: Mapping[str, Any]) -> str:
    return str(answer["incidents"][0]["verdict"]) if answer["incidents"] else "nothing"


def _owner(answer: Mapping[str, Any]) -> str:
    return str(answer["incidents"][0].get("owner")) if answer["incidents"] else ""


def _text(answer: Mapping[str, Any]) -> str:
    return json.dumps(answer, sort_keys=True)
