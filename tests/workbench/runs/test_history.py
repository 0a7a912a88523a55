from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from workbench.runs.files import read_json, write_json
from workbench.runs.history import History, RunRecord

NOW = datetime(2026, 1, 1, 3, tzinfo=UTC)
LONG_GONE = 2**22 + 1


def record_of(history: History, key: str = "abcd", **fields: object) -> RunRecord:
    run_id, _ = history.begin("20_train_model", model="churn", key=key, now=NOW)
    known: dict[str, object] = {
        "run_id": run_id,
        "notebook": "20_train_model",
        "label": "20 train churn",
        "tenant": "demo",
        "model": "churn",
        "as_of": "",
        "key": key,
        "input_hash": "",
        "pid": LONG_GONE,
        "started_at": NOW.isoformat(),
        **fields,
    }
    record = RunRecord(**known)  # type: ignore[arg-type]
    history.write(record)
    return record


def succeed(history: History, record: RunRecord, *files: Path) -> None:
    kept = [str(file) for file in files]
    write_json(history.of(record.run_id) / "result.json", {"run_id": record.run_id, "files": kept})
    history.write(replace(record, state="succeeded"))


def test_runs_of_the_same_second_get_folders_of_their_own(history: History) -> None:
    assert record_of(history).run_id != record_of(history).run_id


def test_a_succeeded_key_leads_to_its_run(history: History) -> None:
    record = record_of(history)
    assert history.succeeded("abcd") is None
    succeed(history, record)
    found = history.succeeded("abcd")
    assert found is not None
    assert found.run_id == record.run_id


def test_a_failed_run_after_a_good_one_does_not_hide_it(history: History) -> None:
    good = record_of(history)
    succeed(history, good)
    history.write(replace(record_of(history), state="cell_raised"))
    found = history.succeeded("abcd")
    assert found is not None
    assert found.run_id == good.run_id


def test_a_run_whose_files_were_removed_is_not_up_to_date(history: History, tmp_path: Path) -> None:
    made = tmp_path / "features.parquet"
    made.write_text("x")
    succeed(history, record_of(history), made)
    assert history.succeeded("abcd") is not None
    made.unlink()
    assert history.succeeded("abcd") is None


def test_a_run_whose_process_is_gone_is_buried(history: History) -> None:
    dead = record_of(history)
    assert [record.run_id for record in history.bury(now=NOW)] == [dead.run_id]
    found = history.read(dead.run_id)
    assert found is not None
    assert found.state == "runner_died"
    assert history.bury(now=NOW) == []


def test_a_file_is_replaced_whole_or_not_at_all(tmp_path: Path) -> None:
    path = tmp_path / "status.json"
    write_json(path, {"state": "running"})
    with pytest.raises(ValueError, match="not JSON compliant"):
        write_json(path, {"auc": float("nan")})
    assert read_json(path) == {"state": "running"}
    assert [file.name for file in tmp_path.iterdir()] == ["status.json"]


def test_half_a_file_reads_as_none(tmp_path: Path) -> None:
    path = tmp_path / "status.json"
    path.write_text('{"state": "runn')
    assert read_json(path) is None
