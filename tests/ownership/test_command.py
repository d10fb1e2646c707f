"""`manage.py ownership`: what it prints, and how it ends."""

import json
from io import StringIO
from pathlib import Path

import pytest
import yaml
from django.core.management import CommandError, call_command
from django.utils import timezone

from ownership.models import Namespace, Team
from ownership.sources.tree import MOST_BYTES
from tests.factories import make_cluster, make_member, make_namespace, make_rotation, make_team, make_user

pytestmark = pytest.mark.django_db

GOOD = "teams: [{slug: platform}]\nnamespaces:\n- {name: kube-system, team: platform}\n"


def run(*words: str) -> tuple[int, str, str]:
    """Exit code, output, errors."""
    out, err = StringIO(), StringIO()
    try:
        call_command("ownership", *words, stdout=out, stderr=err)
    except SystemExit as ended:
        return int(ended.code or 0), out.getvalue(), err.getvalue()
    return 0, out.getvalue(), err.getvalue()


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "map.yaml"


def test_apply_prints_what_it_did(file: Path) -> None:
    file.write_text(GOOD)
    code, out, _ = run("apply", str(file))
    assert code == 0
    assert out.splitlines() == [
        "+ team platform",
        "+ namespace */kube-system: team platform, level namespace",
        "Done: 2 added, 0 changed, 0 removed.",
    ]
    assert run("apply", str(file))[1] == "Nothing to do: the map is as the file says.\n"


def test_a_dry_run_changes_nothing(file: Path) -> None:
    file.write_text(GOOD)
    assert "It would be 2 added" in run("apply", str(file), "--dry-run")[1]
    assert not Namespace.objects.exists()


def test_prune_removes_what_the_file_leaves_out(file: Path) -> None:
    file.write_text(GOOD)
    run("apply", str(file))
    file.write_text("teams: [{slug: platform}]")
    assert "--prune removes it" in run("apply", str(file))[1]
    assert "- namespace */kube-system" in run("apply", str(file), "--prune")[1]


def test_a_file_with_mistakes_changes_nothing_and_each_is_one_line(file: Path) -> None:
    file.write_text(GOOD + "- {name: shop, team: platfrom}\n- {name: Search, team: platform}\n")
    code, out, err = run("apply", str(file))
    assert (code, out) == (1, "")
    assert err.splitlines() == [
        f"{file}:4: namespaces.team: 'platfrom' is not a known team. Did you mean platform?",
        f"{file}:5: namespaces.name: 'Search' is not a name that Kubernetes gives a namespace. "
        "Write at most 63 small letters, digits and hyphens.",
    ]
    assert not Namespace.objects.exists()


def test_people_who_would_be_mixed_up_are_told_the_same_way(file: Path) -> None:
    make_user("ada", email="ada@example.org")
    make_user("bo", email="bo@example.org")
    file.write_text("teams:\n- slug: a\n  members: [{username: ada, email: bo@example.org}]\n")
    code, _, err = run("apply", str(file))
    assert code == 1
    assert err == (
        f"{file}:3: teams.members.email: 'bo@example.org' is the address of bo, who is somebody else than ada. "
        "Correct one of the two.\n"
    )


def test_a_file_that_is_not_there_or_no_text(file: Path) -> None:
    with pytest.raises(CommandError, match="cannot be read: No such file"):
        run("apply", str(file))
    file.write_bytes(b"teams:\n- \xff")
    with pytest.raises(CommandError, match=r"map\.yaml:2: file: is not UTF-8 text"):
        run("apply", str(file))


def test_a_file_that_is_too_large_is_not_read(file: Path) -> None:
    file.write_bytes(b"#" * (MOST_BYTES + 10))
    code, _, err = run("apply", str(file))
    assert code == 1
    assert "at most" in err


def test_a_file_from_windows_is_read_as_well(file: Path) -> None:
    file.write_bytes(b"\xef\xbb\xbf" + GOOD.replace("\n", "\r\n").encode())
    assert run("apply", str(file))[0] == 0


def test_progress_is_told_on_standard_error(file: Path) -> None:
    file.write_text(GOOD)
    code, _, err = run("apply", str(file), "--progress")
    assert (code, err) == (0, "team: 1 of 1\nnamespace: 1 of 1\n")


def test_the_format_is_printed_as_json_schema() -> None:
    code, out, _ = run("schema")
    assert (code, json.loads(out)["title"]) == (0, "Who owns what")


def test_export_prints_a_file_that_applies(file: Path) -> None:
    file.write_text(GOOD)
    run("apply", str(file))
    code, out, _ = run("export")
    assert code == 0
    file.write_text(out)
    assert "Nothing to do" in run("apply", str(file), "--prune")[1]


def test_audit_ends_with_0_where_nothing_is_open_and_with_1_otherwise(file: Path) -> None:
    code, out, _ = run("audit")
    assert (code, out[:9]) == (1, "empty map")
    ada = make_user("ada")
    team = make_member(make_team("platform"), ada).team
    make_rotation(team, [ada], day="2020-01-06")
    make_cluster("prod", operated_by=team, fallback=team)
    code, out, err = run("audit")
    assert (code, out) == (0, "Nothing is left open.\n")
    assert err.splitlines()[0] == "not known: whether rules match anything, in prod"
    file.write_text("prod/lost\n\n")
    code, out, _ = run("audit", "--seen", str(file))
    assert code == 1
    assert out.startswith("unowned: namespace prod/lost")
    file.write_text("lost\n")
    with pytest.raises(CommandError, match=r"map\.yaml:1: 'lost' is not CLUSTER/NAMESPACE"):
        run("audit", "--seen", str(file))


def test_history_tells_who_changed_it_and_whose_it_was(file: Path) -> None:
    file.write_text("teams: [{slug: platform}, {slug: cart}]\nnamespaces:\n- {name: shop, team: platform}\n")
    run("apply", str(file), "--author", "ada")
    between = timezone.now()
    file.write_text("namespaces:\n- {name: shop, team: cart}\n")
    run("apply", str(file), "--author", "ci")
    code, out, _ = run("history", "*/shop")
    last, first = out.splitlines()
    assert code == 0
    assert last.endswith("ci (file): ~ namespace */shop: team platform → cart")
    assert first.endswith("ada (file): + namespace */shop: level namespace, source file, team platform")
    assert "UTC: platform. the namespace shop" in run("history", "*/shop", "--at", between.isoformat())[1]
    told = json.loads(run("history", "*/shop", "--format", "json", "--most", "1")[1])
    assert (told[0]["author"], told[0]["fields"]["team"]) == ("ci", {"before": "platform", "after": "cart"})
    told = json.loads(run("history", "*/shop", "--at", between.isoformat(), "--format", "json")[1])
    assert (told["team"], told["answers"], told["is_gap"]) == ("platform", "platform", False)
    assert run("history", "*/lost")[1] == "No change of whose the namespace lost is has been kept.\n"


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["prod/shop/Deployment"], "is no subject. Write CLUSTER, CLUSTER/NAMESPACE or CLUSTER/NAMESPACE/KIND/NAME"),
        (["prod/shop", "--at", "yesterday"], "'yesterday' is no moment"),
        (
            ["prod/shop", "--at", "2026-01-01"],
            "The history does not tell what was at 2026-01-01 00:00 UTC: it is empty",
        ),
    ],
)
def test_what_history_cannot_tell(words: list[str], said: str) -> None:
    with pytest.raises(CommandError, match=said):
        run("history", *words)


def _complete(file: Path) -> None:
    """A cluster of which nothing is open, and a namespace of a team in it."""
    ada = make_user("ada")
    team = make_member(make_team("platform"), ada).team
    make_rotation(team, [ada], day="2020-01-06")
    prod = make_cluster("prod", operated_by=team, fallback=team)
    make_namespace("shop", cluster=prod, team=team)
    file.write_text(json.dumps({"items": [{"kind": "Namespace", "metadata": {"name": "shop"}}]}))


def test_audit_ends_with_3_where_everything_reaches_somebody_and_is_told_as_json(file: Path) -> None:
    _complete(file)
    code, out, _ = run("audit", "--objects", f"prod={file}", "--format", "json")
    told = json.loads(out)
    assert code == 3
    assert [each["gap"] for each in told["found"]] == ["no quota"]
    assert told["found"][0]["remedy"] == "Print one: manage.py ownership rbac --cluster prod --namespace shop"
    assert told["not_known"] == ["not known: whether tenants run in platform namespaces, in prod"]
    quota = {"kind": "ResourceQuota", "metadata": {"name": "q", "namespace": "shop"}}
    pod = {"kind": "Deployment", "metadata": {"name": "cart", "namespace": "shop"}}
    file.write_text(json.dumps({"items": [{"kind": "Namespace", "metadata": {"name": "shop"}}, quota, pod]}))
    assert run("audit", "--objects", f"prod={file}") == (0, "Nothing is left open.\n", "")


@pytest.mark.parametrize(("written", "said"), [("{}", "has no items"), ("nonsense", "is not JSON")])
def test_objects_that_cannot_be_read(file: Path, written: str, said: str) -> None:
    file.write_text(written)
    with pytest.raises(CommandError, match=said) as raised:
        run("audit", "--objects", f"prod={file}")
    assert raised.value.returncode == 2
    with pytest.raises(CommandError, match="cannot be read") as raised:
        run("audit", "--seen", f"{file}-lost")
    assert raised.value.returncode == 2
    with pytest.raises(CommandError, match="is not CLUSTER=FILE"):
        run("audit", "--objects", str(file))


def test_rbac_prints_what_kubernetes_reads(file: Path) -> None:
    _complete(file)
    code, out, _ = run("rbac", "--cluster", "prod", "--namespace", "shop")
    assert code == 0
    assert "# No RoleBinding: platform has no groups" in out
    Team.objects.update(kubernetes_groups=["oidc:platform"])
    _, out, _ = run("rbac", "--cluster", "prod", "--namespace", "shop", "--without-quota")
    assert [each["kind"] for each in yaml.safe_load_all(out)] == ["Role", "RoleBinding"]
    with pytest.raises(CommandError, match="No team owns the namespace lost"):
        run("rbac", "--cluster", "prod", "--namespace", "lost")
