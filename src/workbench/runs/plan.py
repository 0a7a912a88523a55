"""The plan of `bellwether run`: the numbered notebooks, in order, each only where something changed.

10 builds the features once; then 20 trains, 30 reviews and 40 scores each model, two models side by side, and 35 to 37
build recommendations, lifetime value and segments after them. What a step builds on is part of its key, so an earlier
step that runs again to the same result lets the later ones stand; the record store is part of it too, so that nothing
kept speaks for a store that has been made anew.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

from scoring.lifetime_value import LIFETIME_VALUE
from scoring.ranking import RECOMMENDATIONS
from scoring.segments import SEGMENTATION
from workbench.runs.chains import SIDE_BY_SIDE, Chain, Steps, side_by_side
from workbench.runs.champions import champion_state
from workbench.runs.execution import Outcome, Run, Runner, Task
from workbench.runs.exit_status import LEFT_OUT, SUCCEEDED
from workbench.runs.key import content_hash
from workbench.runs.source import read_notebook
from workbench.runs.values import Value

BUILD = "10_build_features"
TRAIN = "20_train_model"
REVIEW = "30_review_model"
RECOMMEND = "35_recommend"
VALUE = "36_value_customers"
SEGMENT = "37_segment_customers"
SCORE = "40_score_customers"
BESIDE = {
    RECOMMEND: ("35 recommend", RECOMMENDATIONS),
    VALUE: ("36 value", LIFETIME_VALUE),
    SEGMENT: ("37 segment", SEGMENTATION),
}
"""Notebooks that build what decides nothing: how a run calls them, and the model of each."""


@dataclass(frozen=True, kw_only=True)
class Pipeline:
    """One tenant's run."""

    runner: Runner
    notebooks: Path
    packages: Path
    tenant: str
    as_of: str
    """ISO instant with offset."""
    models: tuple[str, ...]
    input_hash: str
    """The state of the tenant's stream."""
    records: str
    """Which record store this is; another one, or one made anew, has another name."""
    report: Callable[[Outcome], None]
    """Called with every step's outcome, in the order of the models."""
    skip: Callable[[str], None]
    """Called with why a model, or a step, is left out."""
    beside: bool = False
    """Whether recommendations, lifetime value and segments are built, too."""
    decided: Mapping[str, Any] = field(default_factory=dict)
    """What the tenant decided about its models, by their names."""
    progress: Callable[[str, int, int, str], None] = lambda label, number, count, title: None
    """Called at the start of every cell with the step's label, the cell's number, how many there are, its first
    line; and with the label and zeros once the step is over."""

    def run(self) -> PipelineResult:
        """Run what must be run, two models side by side.

        Returns
        -------
        PipelineResult
            Every outcome; models stop at their first failure, the others go on.
        """
        result = PipelineResult()
        side_by_side([Chain(self._build(result.outcomes))])
        built = result.outcomes[0]
        if not built.succeeded:
            return result
        populations = built.result["outputs"]["models"]
        for model in self.models:
            found = populations.get(model, {})
            if "skipped" in found:
                result.skipped[model] = found["skipped"]
                self.skip(f"{model} is left out: {found['skipped']}")
        trained = [model for model in self.models if model not in result.skipped]
        jobs: dict[str, Value] = {} if len(trained) < SIDE_BY_SIDE else {"jobs": 1}
        outcomes: list[list[Outcome]] = [[] for model in trained]
        chains = [
            Chain(self._model(model, built, jobs, into))
            for model, into in zip(trained, outcomes, strict=True)
        ]
        if self.beside:
            outcomes.append([])
            chains.append(Chain(self._beside(built, outcomes[-1])))
        side_by_side(chains)
        result.outcomes += [outcome for of_chain in outcomes for outcome in of_chain]
        for outcome in result.outcomes:
            if outcome.exit_status is LEFT_OUT:
                name = outcome.record.model or BESIDE[outcome.record.notebook][1]
                result.skipped[name] = outcome.record.sentence
        return result

    def _build(self, into: list[Outcome]) -> Steps:
        """Build the features of every model."""
        models: dict[str, Value] = {"models": list(self.models)}
        decided = {model: self.decided[model] for model in self.models if model in self.decided}
        known = content_hash([self.input_hash, decided]) if decided else self.input_hash
        yield from self._step(into, BUILD, "10 build_features", models, known)

    def _model(
        self, model: str, built: Outcome, jobs: Mapping[str, Value], into: list[Outcome]
    ) -> Steps:
        """Train, review and score one model; stop at the first failure."""
        from training.judging.audits import doubtful, read_audits
        from training.judging.waivers import read_waivers

        snapshot = built.result["outputs"]["snapshot"]
        base = {"snapshot": snapshot, "records": self.records}
        seen = {**base, "model": built.result["outputs"]["models"][model]}
        if doubts := doubtful(read_audits(self.packages, self.tenant)):
            # what they stop is tried again once they are cleared
            seen["audits"] = doubts
        if waived := read_waivers(self.packages, self.tenant, model):
            # what a waived gate had stopped is tried again
            seen["waivers"] = {gate: asdict(waiver) for gate, waiver in waived.items()}
        if decided := self.decided.get(model):
            seen["decided"] = decided
        chosen: dict[str, Value] = {"model": model, "snapshot": snapshot}
        train = yield from self._step(
            into,
            TRAIN,
            f"20 train {model}",
            {**chosen, **jobs},
            content_hash(seen),
            stands=lambda kept: self._has_its_champion(model, kept),
        )
        if not train.succeeded:
            return
        champion = champion_state(self.packages, self.tenant, model)
        if champion is None:
            why = train.result.get("decision") or train.result["headline"]
            yield partial(
                self.skip,
                f"{model} has no champion, so there is nothing to review and nobody is scored: {why}",
            )
            return
        reviewed = {**base, "trained": train.result["outputs"], "champion": champion}
        yield from self._step(into, REVIEW, f"30 review {model}", chosen, content_hash(reviewed))
        scored = {**base, "champion": champion}
        yield from self._step(into, SCORE, f"40 score {model}", chosen, content_hash(scored))

    def _beside(self, built: Outcome, into: list[Outcome]) -> Steps:
        """Build what decides nothing: each by itself, whatever becomes of the others."""
        snapshot = built.result["outputs"]["snapshot"]
        seen = content_hash({"snapshot": snapshot, "records": self.records})
        for name, (label, model) in BESIDE.items():
            yield from self._step(
                into,
                name,
                label,
                {"snapshot": snapshot},
                seen,
                stands=partial(self._is_published, model),
            )

    def _is_published(self, model: str, _: Outcome) -> bool:
        return champion_state(self.packages, self.tenant, model) is not None

    def _step(
        self,
        into: list[Outcome],
        name: str,
        label: str,
        parameters: Mapping[str, Value],
        input_hash: str,
        *,
        stands: Callable[[Outcome], bool] = lambda kept: True,
    ) -> Generator[Run | Callable[[], None], None, Outcome]:
        """Run one step, or find that it is up to date and that what it left `stands`."""
        notebook = read_notebook(self.notebooks / f"{name}.ipynb")
        contract = notebook.contract
        given = {"tenant": self.tenant, "as_of": self.as_of, **parameters}
        task = Task(
            notebook=notebook,
            parameters=contract.check({key: given[key] for key in given if key in contract.names}),
            label=label,
            input_hash=input_hash,
        )
        outcome = self.runner.up_to_date(task)
        if outcome is None or not stands(outcome):
            run = self.runner.begin(task, progress=partial(self.progress, label))
            yield run
            self.progress(label, 0, 0, "")
            outcome = run.finish()
        into.append(outcome)
        yield partial(self.report, outcome)
        return outcome

    def _has_its_champion(self, model: str, trained: Outcome) -> bool:
        """Whether the champion that a kept training left, or was held against, is still there."""
        left = trained.result.get("figures", {}).get("champion")
        return left is None or champion_state(self.packages, self.tenant, model) is not None


@dataclass
class PipelineResult:
    """What a run came to."""

    outcomes: list[Outcome] = field(default_factory=list)
    """In the order of the steps."""
    skipped: dict[str, str] = field(default_factory=dict)
    """Models left out, and why."""

    @property
    def failures(self) -> list[Outcome]:
        """The steps that neither succeeded nor found that a model must be left out."""
        return [o for o in self.outcomes if o.exit_status not in (SUCCEEDED, LEFT_OUT)]

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
