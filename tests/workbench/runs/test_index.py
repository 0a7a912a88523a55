from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from workbench.runs.files import write_json
from workbench.runs.history import History, RunRecord
from workbench.runs.index import write_index


def store(history: History, started: str, state: str, **fields: str) -> RunRecord:
    record = RunRecord(
        run_id=f"run-{started[:10]}-{fields.get('model', '')}",
        notebook="20_train_model",
        label="20 train",
        tenant=fields.get("tenant", "demo"),
        model=fields.get("model", "churn"),
        as_of="2026-01-01T00:00:00+00:00",
        key="k",
        input_hash="",
        pid=1,
        started_at=started,
        state=state,
        sentence=fields.get("sentence", ""),
        page=fields.get("page", ""),
    )
    history.of(record.run_id).mkdir(parents=True)
    result = {"headline": fields.get("headline", "")}
    write_json(history.of(record.run_id) / "result.json", result)
    history.write(replace(record, finished_at=started))
    return record


def test_the_index_has_one_row_for_the_latest_run_of_each_notebook(
    history: History, tmp_path: Path
) -> None:
    page = tmp_path / "reports" / "demo" / "2026-01-01" / "20_train_churn.html"
    page.parent.mkdir(parents=True)
    page.write_text("x")
    store(history, "2026-01-01T03:00:00+00:00", "succeeded", headline="AUC 0.71 old")
    store(
        history, "2026-01-02T03:00:00+00:00", "succeeded", headline="AUC 0.83 new", page=str(page)
    )
    store(history, "2026-01-03T03:00:00+00:00", "cell_raised", model="credit", sentence="<raised>")
    html = write_index(history, tmp_path / "reports").read_text()
    assert html.count("<tr>") == 3
    assert "AUC 0.83 new" in html
    assert "old" not in html
    assert "&lt;raised&gt;" in html
    assert 'href="demo/2026-01-01/20_train_churn.html"' in html
    assert "<script" not in html
    assert "http:" not in html


def test_a_model_that_was_left_out_has_a_row_with_its_sentence(
    history: History, tmp_path: Path
) -> None:
    record = store(history, "2026-01-01T03:00:00+00:00", "succeeded", headline="24 customers")
    models = {"churn": {"skipped": "6 of 24 customers ordered again"}, "credit": {"test": 1}}
    result = {"headline": "24 customers", "outputs": {"models": models}}
    write_json(history.of(record.run_id) / "result.json", result)
    html = write_index(history, tmp_path / "reports").read_text()
    assert html.count("<tr>") == 3
    assert '<td class="text">left out</td>' in html
    assert '<td class="text">6 of 24 customers ordered again</td>' in html


def test_an_index_without_runs_is_a_page_all_the_same(history: History, tmp_path: Path) -> None:
    assert "Reports" in write_index(history, tmp_path / "reports").read_text()
