"""Every notebook is typed and clean, so that a person and a scheduler can both use it; the numbered ones are thin.

Those in `explore` are for people to work in: they may define functions, loop, and use pandas, scikit-learn and
Matplotlib.
"""

from __future__ import annotations

import ast
import json
import sys
from pathlib import Path

import pytest

from workbench.runs.source import Notebook, cell_source, read_notebook

ROOT = Path(__file__).parents[2] / "notebooks"
PATHS = sorted(path for path in ROOT.rglob("*.ipynb") if ".ipynb_checkpoints" not in path.parts)
NUMBERED = [path for path in PATHS if path.name[:2].isdigit()]
FORBIDDEN = (
    ast.FunctionDef,
    ast.AsyncFunctionDef,
    ast.ClassDef,
    ast.Lambda,
    ast.For,
    ast.While,
    ast.Try,
    ast.If,
)
OURS = {
    "analytics",
    "commerce",
    "features",
    "importing",
    "scoring",
    "training",
    "serving",
    "workbench",
    "datetime",
}
EXPLORERS = OURS | {
    "httpx",
    "matplotlib",
    "numpy",
    "pandas",
    "sklearn",
    "sqlalchemy",
    *sys.stdlib_module_names,
}

every = pytest.mark.parametrize("path", PATHS, ids=lambda path: path.stem)
numbered = pytest.mark.parametrize("path", NUMBERED, ids=lambda path: path.stem)


def trees(notebook: Notebook) -> list[ast.Module]:
    return [ast.parse(cell_source(cell)) for cell in notebook.code_cells]


def test_there_are_notebooks_for_every_stage() -> None:
    assert [path.stem for path in NUMBERED] == [
        "10_build_features",
        "20_train_model",
        "21_train_table",
        "30_review_model",
        "35_recommend",
        "36_value_customers",
        "37_segment_customers",
        "40_score_customers",
    ]


def test_there_are_notebooks_to_explore_with() -> None:
    assert [path.stem for path in PATHS if path not in NUMBERED] == [
        "a_banks_customer",
        "a_shop_in_action",
        "declare_a_feature",
        "error_analysis",
        "feature_profile",
        "first_look",
        "lifetime_value",
        "swap_the_estimator",
        "the_shop_over_http",
        "your_own_csv",
    ]


@every
def test_its_parameters_cell_comes_first_and_is_typed_and_explained(path: Path) -> None:
    notebook = read_notebook(path)
    first = next(place for place, cell in enumerate(notebook.cells) if cell["cell_type"] == "code")
    assert notebook.parameters_index == first
    contract = notebook.contract
    assert contract.names[0] == "tenant"
    assert contract["tenant"].default == "demo"
    assert all(parameter.help for parameter in contract.parameters)


@every
def test_its_second_cell_opens_the_bench_and_its_last_one_finishes(path: Path) -> None:
    cells = [cell_source(cell) for cell in read_notebook(path).code_cells]
    assert "bench = notebook.open_bench(tenant=tenant" in cells[1]
    last = ast.parse(cells[-1]).body[-1]
    assert isinstance(last, ast.Expr)
    assert ast.unparse(last).startswith("notebook.finish(")
    assert sum("notebook.finish(" in cell for cell in cells) == 1


@numbered
def test_it_defines_nothing_and_decides_nothing(path: Path) -> None:
    found = [
        type(node).__name__
        for tree in trees(read_notebook(path))
        for node in ast.walk(tree)
        if isinstance(node, FORBIDDEN)
    ]
    assert found == []


@every
def test_it_imports_only_our_own_packages_and_to_explore_those_of_data_work(path: Path) -> None:
    imported = {
        name.partition(".")[0]
        for tree in trees(read_notebook(path))
        for node in ast.walk(tree)
        for name in (
            [node.module or ""]
            if isinstance(node, ast.ImportFrom)
            else [alias.name for alias in node.names]
            if isinstance(node, ast.Import)
            else []
        )
    }
    assert imported <= (OURS if path in NUMBERED else EXPLORERS)


@every
def test_its_cells_are_short_and_few(path: Path) -> None:
    notebook = read_notebook(path)
    cells, lines = (12, 16) if path in NUMBERED else (16, 25)
    assert len(notebook.code_cells) <= cells
    assert all(len(cell_source(cell).splitlines()) <= lines for cell in notebook.code_cells)


@every
def test_it_is_kept_without_outputs_and_with_clean_metadata(path: Path) -> None:
    content = json.loads(path.read_text(encoding="utf-8"))
    assert set(content["metadata"]) == {"kernelspec", "language_info"}
    assert content["metadata"]["kernelspec"]["name"] == "python3"
    assert set(content["metadata"]["language_info"]) == {"name"}
    ids = [cell["id"] for cell in content["cells"]]
    assert len(set(ids)) == len(ids)
    for cell in content["cells"]:
        assert set(cell["metadata"]) <= {"tags"}
        if cell["cell_type"] == "code":
            assert cell["outputs"] == []
            assert cell["execution_count"] is None


@every
def test_it_explains_itself_in_words(path: Path) -> None:
    notebook = read_notebook(path)
    first = notebook.cells[0]
    assert first["cell_type"] == "markdown"
    assert cell_source(first).startswith("# ")
