"""What a data scientist types about features, and what she reads."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from tests.features.streams import event, snapshot_of
from tests.serving.shop import make_real_package, make_shop, make_stale
from tests.workbench.shops import SLUG, make_home, settings_of

from features.catalogue import CATALOGUE
from features.comparing.profile import last_profile
from features.declaring.clocks import DAY
from features.frames import DECLARED, feature_frame, write_features
from features.reference import page
from scoring.published import publish
from workbench.cli import group
from workbench.records import open_records
from workbench.settings import DATABASE_VARIABLE, HOME_VARIABLE

Invoke = Callable[..., Result]


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_home(tmp_path_factory.mktemp("looked-at"), customers=12, days=100)


@pytest.fixture
def invoke(home: Path) -> Invoke:
    """Call `bellwether features` in the shop's home."""

    def call(*arguments: str) -> Result:
        env = {HOME_VARIABLE: str(home), DATABASE_VARIABLE: ""}
        return CliRunner().invoke(group, ["features", *arguments], env=env)

    return call


def test_the_list_has_every_feature_once_or_one_familys(invoke: Invoke) -> None:
    shown = invoke("list").output
    lines = {line.split()[0]: line for line in shown.splitlines()[1:-1]}
    assert list(lines) == list(CATALOGUE.names)
    for output in CATALOGUE.outputs:
        assert lines[output.name].endswith(f"  {output.description}")
    family = CATALOGUE.outputs[0].family
    few = json.loads(invoke("list", "--family", family, "--json").output)
    assert list(few) == [each.name for each in CATALOGUE.outputs if each.family == family]
    wrong = invoke("list", "--family", f"{family}x")
    assert wrong.exit_code == 2
    assert f"Did you mean {family}" in wrong.stderr


def test_a_feature_is_shown_with_all_there_is_to_know(invoke: Invoke) -> None:
    shown = invoke("show", "average_order_value", "--tenant", SLUG).output
    output = CATALOGUE["average_order_value"]
    for part in (output.description, output.hash, output.owner, "spend over paid_orders"):
        assert part in shown
    assert "acme.churn/1 (champion)" in shown
    assert "not yet; type `bellwether features audit`" in shown
    assert "in this shop  recorded" in shown
    assert "order.paid: All of an order is captured." in shown
    assert "type = 'order.paid'" in shown
    assert "order.placed" not in shown.partition("WITH admitted")[2]


def test_every_feature_hidden_ones_included_can_be_shown(invoke: Invoke) -> None:
    for output in [*CATALOGUE.evaluated[::9], CATALOGUE.evaluated[-1]]:
        sheet = json.loads(invoke("show", output.name, "--json").output)
        assert sheet["hash"] == output.hash
        assert sheet["sql"].startswith("WITH admitted")


def test_a_shop_without_such_records_is_told_so(tmp_path: Path) -> None:
    engine = open_records(settings_of(tmp_path))
    make_shop(engine, SLUG)
    engine.dispose()
    env = {HOME_VARIABLE: str(tmp_path), DATABASE_VARIABLE: ""}

    def presence(name: str) -> object:
        words = ["features", "show", name, "--tenant", SLUG, "--json"]
        return json.loads(CliRunner().invoke(group, words, env=env).output)["in this shop"]

    assert presence("orders") == "recorded"
    assert presence("stars_mean") == "absent: no such events were ever recorded"
    assert presence("average_order_value") == "absent: no such events were ever recorded"


def test_a_wrong_name_is_answered_with_the_nearest(invoke: Invoke) -> None:
    wrong = invoke("show", "paid_order_90d")
    assert wrong.exit_code == 2
    assert "Did you mean paid_orders_90d" in wrong.stderr


def test_a_profile_is_made_kept_and_shown(invoke: Invoke, home: Path) -> None:
    made = invoke("profile", "--models", "churn")
    assert made.exit_code == 0, made.output
    found = last_profile(settings_of(home).features, SLUG)
    assert found is not None
    assert list(found.features) == list(CATALOGUE.names)
    assert len(found.cutoffs) > 1
    sheet = json.loads(invoke("show", "orders", "--tenant", SLUG, "--json").output)
    assert sheet["profile"]["missing"] == "0.0%"


def test_the_page_is_written_where_it_is_asked_for(invoke: Invoke, tmp_path: Path) -> None:
    out = tmp_path / "features.md"
    assert f"{len(CATALOGUE.names)} features" in invoke("docs", "--out", str(out)).output
    assert out.read_text(encoding="utf-8") == page(CATALOGUE)
    assert "says what is declared already" in invoke("docs", "--out", str(out)).output


def test_without_arguments_the_champions_are_held_against_the_code(tmp_path: Path) -> None:
    settings = settings_of(tmp_path)
    env = {HOME_VARIABLE: str(tmp_path), DATABASE_VARIABLE: ""}
    nothing = CliRunner().invoke(group, ["features", "diff"], env=env)
    assert "no model is published and no table built yet" in nothing.output
    publish(make_real_package("churn"), settings.packages)
    publish(make_stale(make_real_package("credit")), settings.packages)
    shown = CliRunner().invoke(group, ["features", "diff"], env=env).output
    assert "acme.churn/1 -> code: nothing changed" in shown
    assert "acme.churn/1: may stay as it is" in shown
    assert "~ orders_90d: declared otherwise" in shown
    assert "acme.credit/1: train again, orders_90d changed" in shown
    found = json.loads(CliRunner().invoke(group, ["features", "diff", "--json"], env=env).output)
    assert found["train_again"] == {"acme.credit/1": ["orders_90d"]}


def test_a_feature_added_since_a_table_was_built_is_told_where_no_model_reads_it(
    tmp_path: Path,
) -> None:
    settings = settings_of(tmp_path)
    publish(make_real_package("churn"), settings.packages)
    snapshot = snapshot_of([event(1, "order.placed", "a" * 32, DAY)], tmp_path / "e.parquet")
    frame = feature_frame(snapshot, [2 * DAY])
    (path,) = write_features(frame, settings.features, snapshot=snapshot)
    env = {HOME_VARIABLE: str(tmp_path), DATABASE_VARIABLE: ""}
    shown = CliRunner().invoke(group, ["features", "diff"], env=env).output
    assert f"table of {SLUG} -> code: nothing changed\n" in shown
    declared = path.parent / DECLARED
    content = json.loads(declared.read_text(encoding="utf-8"))
    del content["outputs"]["cancellation_rate_365d"]
    declared.write_text(json.dumps(content), encoding="utf-8")
    shown = CliRunner().invoke(group, ["features", "diff"], env=env).output
    assert f"acme.churn/1 -> code: nothing changed; {len(CATALOGUE) - 3} it does not read" in shown
    assert f"table of {SLUG} -> code: 1 added\n    + cancellation_rate_365d: added\n" in shown
    assert "acme.churn/1: may stay as it is" in shown


def test_an_unknown_subcommand_is_answered_with_the_nearest(invoke: Invoke) -> None:
    wrong = invoke("shwo")
    assert wrong.exit_code == 2
    assert "Did you mean show?" in wrong.stderr
