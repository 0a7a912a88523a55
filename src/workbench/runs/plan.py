"""The plan of `bellwether run`: the numbered notebooks, in order, each only where something changed.

10 builds the features once; then 20 trains, 30 reviews and 40 scores each model. What a step builds on is
part of its key, so an earlier step that runs again to the same result lets the later ones stand; the record
store is part of it too, so that nothing kept speaks for a store that has been made anew.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from training.judging.audits import doubtful, read_audits
from workbench.runs.champions import champion_state
from workbench.runs.execution import Outcome, Runner, Task
from workbench.runs.key import content_hash
from workbench.runs.source import Notebook, read_notebook
from workbench.runs.values import Value
from workbench.runs.worker import Progress, Worker

BUILD = "10_build_features"
TRAIN = "20_train_model"
REVIEW = "30_review_model"
SCORE = "40_score_customers"


@dataclass(frozen=True, kw_only=True)
class Pipeline:
    """One tenant's run.

    Parameters
    ----------
    runner : Runner
    notebooks : Path
        The folder of the numbered notebooks.
    packages : Path
        Where the champions lie.
    tenant : str
    as_of : str
        ISO instant with offset.
    models : tuple of str
        Which specs to try.
    input_hash : str
        The state of the tenant's stream.
    records : str
        Which record store this is; another one, or one made anew, has another name.
    report : callable
        Told of every step's outcome, in order.
    skip : callable
        Told why a model, or a step, is left out.
    showing : callable
        Gives what is shown while a step runs, and whom to tell of its cells.
    """

    runner: Runner
    notebooks: Path
    packages: Path
    tenant: str
    as_of: str
    models: tuple[str, ...]
    input_hash: str
    records: str
    report: Callable[[Outcome], None]
    skip: Callable[[str], None]
    showing: Callable[[str], tuple[AbstractContextManager[object] | None, Progress | None]]

    def run(self) -> PipelineResult:
        """Run what must be run.

        Returns
        -------
        PipelineResult
            Every outcome; models stop at their first failure, the others go on.
        """
        result = PipelineResult()
        with _Bench(self) as bench:
            built = bench.step(
                BUILD,
                "10 build_features",
                {"models": list(self.models)},
                self.input_hash,
                followed_by=TRAIN,
            )
            result.outcomes.append(built)
            if not built.succeeded:
                return result
            populations = built.result["outputs"]["models"]
            for model in self.models:
                found = populations.get(model, {})
                if "skipped" in found:
                    result.skipped[model] = found["skipped"]
                    self.skip(f"{model} is left out: {found['skipped']}")
            trained = [model for model in self.models if model not in result.skipped]
            for place, model in enumerate(trained):
                last = place == len(trained) - 1
                self._model(bench, model, built, result, then=None if last else TRAIN)
        return result

    def _model(
        self, bench: _Bench, model: str, built: Outcome, result: PipelineResult, then: str | None
    ) -> None:
        """Train, review and score one model; stop at the first failure."""
        snapshot = built.result["outputs"]["snapshot"]
        base = {"snapshot": snapshot, "records": self.records}
        seen = {**base, "model": built.result["outputs"]["models"][model]}
        if doubts := doubtful(read_audits(self.packages, self.tenant)):
            # what they stop is tried again once they are cleared
            seen["audits"] = doubts
        chosen: dict[str, Value] = {"model": model, "snapshot": snapshot}
        train = bench.step(
            TRAIN,
            f"20 train {model}",
            chosen,
            content_hash(seen),
            followed_by=REVIEW,
            stands=lambda kept: self._has_its_champion(model, kept),
        )
        result.outcomes.append(train)
        if not train.succeeded:
            return
        champion = champion_state(self.packages, self.tenant, model)
        if champion is None:
            self.skip(
                f"{model} has no champion, so there is nothing to review and nobody is scored:"
                f" {train.result.get('decision') or train.result['headline']}"
            )
            return
        reviewed = {**base, "trained": train.result["outputs"], "champion": champion}
        review = bench.step(
            REVIEW,
            f"30 review {model}",
            chosen,
            content_hash(reviewed),
            followed_by=SCORE,
        )
        result.outcomes.append(review)
        score = bench.step(
            SCORE,
            f"40 score {model}",
            chosen,
            content_hash({**base, "champion": champion}),
            followed_by=then,
        )
        result.outcomes.append(score)

    def _has_its_champion(self, model: str, trained: Outcome) -> bool:
        """Tell whether the champion that a kept training left, or was held against, is still there."""
        left = trained.result.get("figures", {}).get("champion")
        return left is None or champion_state(self.packages, self.tenant, model) is not None


@dataclass
class PipelineResult:
    """What a run came to.

    Parameters
    ----------
    outcomes : list of Outcome
        In the order of the steps.
    skipped : dict of str to str
        Models left out, and why.
    """

    outcomes: list[Outcome] = field(default_factory=list)
    skipped: dict[str, str] = field(default_factory=dict)

    @property
    def failures(self) -> list[Outcome]:
        """The steps that did not succeed."""
        return [outcome for outcome in self.outcomes if not outcome.succeeded]

    @property
    def changed(self) -> bool:
        """Whether anything was run at all."""
        return any(outcome.fresh for outcome in self.outcomes)

    def of(self, notebook: str) -> Sequence[Outcome]:
        """Give the successful outcomes of one notebook, one for each model."""
        return [
            outcome
            for outcome in self.outcomes
            if outcome.succeeded and outcome.record.notebook == notebook
        ]


class _Bench:
    """Runs steps one after another, with the next one's process already warm."""

    def __init__(self, pipeline: Pipeline) -> None:
        self._pipeline = pipeline
        self._warm: Worker | None = None

    def __enter__(self) -> _Bench:
        return self

    def __exit__(self, *exception: object) -> None:
        if self._warm is not None:
            self._warm.stop()

    def step(
        self,
        name: str,
        label: str,
        parameters: Mapping[str, Value],
        input_hash: str,
        *,
        followed_by: str | None,
        stands: Callable[[Outcome], bool] = lambda kept: True,
    ) -> Outcome:
        """Run one step, or find that it is up to date and that what it left `stands`."""
        pipeline = self._pipeline
        notebook = self._notebook(name)
        given: dict[str, Any] = {
            "tenant": pipeline.tenant,
            "as_of": pipeline.as_of,
            **parameters,
        }
        task = Task(
            notebook=notebook,
            parameters=notebook.contract.check(given),
            label=label,
            input_hash=input_hash,
        )
        outcome = pipeline.runner.up_to_date(task)
        if outcome is None or not stands(outcome):
            worker, self._warm = self._warm or pipeline.runner.warm_up(notebook), None
            if followed_by is not None:
                self._warm = pipeline.runner.warm_up(self._notebook(followed_by))
            showing, progress = pipeline.showing(label)
            outcome = pipeline.runner.execute(
                task, worker=worker, progress=progress, showing=showing
            )
        pipeline.report(outcome)
        return outcome

    def _notebook(self, name: str) -> Notebook:
        return read_notebook(self._pipeline.notebooks / f"{name}.ipynb")
