"""An answer as a person reads it in a terminal."""

from typing import Any

import pytest

from triage.explained import explained

Json = dict[str, Any]
CART = {"kind": "Deployment", "name": "cart", "namespace": "shop"}
NODE = {"kind": "Node", "name": "worker-1", "namespace": None}


def finding(suspect: Json = CART, **fields: Any) -> Json:
    return {
        "side": "application",
        "weight": 4.2,
        "claim": "2 of 2 pods of Deployment shop/cart crash with exit code 1.",
        "source": "object",
        "observed_at": "2026-11-24T02:49:00+00:00",
        "rule": "crashes",
        "suspect": suspect,
        **fields,
    }


def incident(**fields: Any) -> Json:
    return {
        "verdict": "application",
        "confidence": 0.93,
        "suspect": CART,
        "owner": "shop",
        "why": "the namespace's team",
        "sentence": "It is the application: Deployment shop/cart (crashes).",
        "namespaces": ["shop"],
        "margin": 2.6,
        "would_change": "No single line.",
        "checked": [],
        "suspects": [
            {**CART, "side": "application", "probability": 0.93},
            {**NODE, "side": "cluster", "probability": 0.04},
        ],
        "findings": [finding()],
        **fields,
    }


def told(*incidents: Json, name: str = "night") -> str:
    return explained({"id": name, "incidents": list(incidents)})


def test_a_ledger_as_text() -> None:
    against = finding(NODE, side="cluster", weight=-0.9, claim="Node worker-1 is ready.")
    assert told(incident(findings=[finding(), against], checked=["4 of 4 nodes are ready"])) == (
        "night: 1 incident\n"
        "\n"
        "1. It is the application: Deployment shop/cart (crashes).\n"
        "   Sure: 93% (log-odds +2.60)\n"
        "   Whose: shop, because the namespace's team\n"
        "   Namespaces: shop\n"
        "\n"
        "   Suspects\n"
        "    93.0%  application  Deployment shop/cart\n"
        "     4.0%  cluster      Node worker-1\n"
        "\n"
        "   Evidence (log-odds; + speaks for the suspect, - against it)\n"
        "   Deployment shop/cart (application)\n"
        "   ███████████  +4.20  2 of 2 pods of Deployment shop/cart crash with exit code 1. [object\n"
        "                       2026-11-24 02:49]\n"
        "   Node worker-1 (cluster, a rival)\n"
        "   ░░           -0.90  Node worker-1 is ready. [object 2026-11-24 02:49]\n"
        "\n"
        "   Checked and well\n"
        "     4 of 4 nodes are ready\n"
        "\n"
        "   What would change this\n"
        "     No single line.\n"
    )


def test_nothing_wrong_is_one_line() -> None:
    assert told() == "night: nothing is wrong.\n"


def test_several_incidents_are_numbered() -> None:
    text = told(incident(), incident(sentence="It is the cluster: Node worker-1 (fails)."))
    assert text.startswith("night: 2 incidents\n")
    assert "\n2. It is the cluster: Node worker-1 (fails).\n" in text


@pytest.mark.parametrize(
    ("fields", "line", "because"),
    [
        ({"confidence": 0.995}, "   Sure: over 99% (", "nothing is certain, so it never says 100%"),
        ({"confidence": 0.5}, "   Sure: 50% (", "even odds"),
        ({"owner": None}, "   Whose: nobody, because", "an owner that nobody knows"),
        ({"margin": -0.4}, "(log-odds -0.40)", "a sign in both directions"),
    ],
)
def test_how_sure_and_whose(fields: Json, line: str, because: str) -> None:
    assert line in told(incident(**fields)), because


@pytest.mark.parametrize(
    ("weight", "bar"),
    [(4.5, "█" * 12), (9.0, "█" * 12), (2.25, "█" * 6), (0.01, "█"), (-2.25, "░" * 6), (0.0, "█")],
)
def test_a_bar_is_as_long_as_its_line_is_heavy(weight: float, bar: str) -> None:
    assert f"   {bar.ljust(12)} {weight:+5.2f}  " in told(incident(findings=[finding(weight=weight)]))


HOSTILE = "\x1b]0;owned\x07\x1b[2J\r\x9b31m\u202eevil\x00\n\ud800"


@pytest.mark.parametrize(
    "answer",
    [
        [incident(sentence=HOSTILE)],
        [incident(owner=HOSTILE, why=HOSTILE)],
        [incident(namespaces=[HOSTILE])],
        [incident(suspects=[{**CART, "name": HOSTILE, "side": "application", "probability": 0.9}])],
        [incident(findings=[finding(claim=HOSTILE)])],
        [incident(findings=[finding({"kind": HOSTILE, "name": HOSTILE, "namespace": HOSTILE})])],
        [incident(checked=[HOSTILE])],
        [incident(would_change=HOSTILE)],
    ],
)
@pytest.mark.parametrize("name", ["night", HOSTILE])
def test_what_a_terminal_would_obey_does_not_reach_it(answer: list[Json], name: str) -> None:
    """A name or a message is written by whoever runs a workload; the one who reads it is on call."""
    for text in (told(*answer, name=name), told(name=name)):
        assert all(one.isprintable() for line in text.split("\n") for one in line)
        text.encode()


def test_no_line_is_wider_than_a_terminal() -> None:
    long = "a word and another " * 40
    text = told(incident(sentence=long, why=long, would_change=long, findings=[finding(claim=long)], checked=[long]))
    assert max(map(len, text.split("\n"))) <= 100
