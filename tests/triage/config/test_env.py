"""Settings that have an order."""

import pytest
from django.core.exceptions import ImproperlyConfigured

from ownership.precedence import DEFAULT_ORDER, Precedence
from triage.config import env


def test_the_order_of_ownership_rules_is_the_usual_one_where_it_is_not_set(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("WHOSE_OWNERSHIP_ORDER", raising=False)
    assert env.order("WHOSE_OWNERSHIP_ORDER") == DEFAULT_ORDER


def test_another_order_counts(monkeypatch: pytest.MonkeyPatch) -> None:
    words = "annotation,component,workload,namespace,catalog,codeowners,rule,shipped,cluster"
    monkeypatch.setenv("WHOSE_OWNERSHIP_ORDER", words)
    assert env.order("WHOSE_OWNERSHIP_ORDER")[:2] == (Precedence.ANNOTATION, Precedence.COMPONENT)


def test_a_wrong_order_stops_the_start_with_a_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WHOSE_OWNERSHIP_ORDER", "namespace,label")
    with pytest.raises(ImproperlyConfigured, match="WHOSE_OWNERSHIP_ORDER='namespace,label': 'label' is no class"):
        env.order("WHOSE_OWNERSHIP_ORDER")
