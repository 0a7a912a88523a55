"""A model card as Markdown, for MLflow's pages and for whoever asks the command line."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from scoring.any_package import AnyPackage
from scoring.package import Package
from scoring.pipelines import PipelinePackage
from training.judging.credit_scores import CreditScores

_STRONGEST = 5


def card_text(package: AnyPackage) -> str:
    """Write the card of a version as Markdown.

    Parameters
    ----------
    package : AnyPackage
        Of any kind. Of its card, as `training.publishing.card.model_card` and those of other kinds make it, what is not
        there is left out.

    Returns
    -------
    str
        A heading, then sections of a few lines.
    """
    card = package.card
    decided = [package.decision.rule] if isinstance(package, Package | PipelinePackage) else []
    parts = [f"# {package.label}", _about(card)]
    if renewal := card.get("renewal"):
        parts.append(f"**{renewal}**")
    parts += [
        _section("How good it is", [*_figures(card), *_figures_of_all(card)]),
        _section("Why this one", [card["why"]] if "why" in card else []),
        _section("Credit scores", _credit(card)),
        _section("What is decided", decided),
        _section("Gates", [_gate(gate) for gate in card.get("gates", ())]),
        _section("What was done to it", card.get("notes", ())),
        _section("Columns", card.get("columns", ())),
        _section("Learned from", _origin(package.trained_on)),
        _section("Candidates", [_candidate(each) for each in card.get("candidates", ())]),
        _section(
            "Strongest features, each alone",
            [
                f"`{name}`: AUC {power:.3f}"
                for name, power in list(card.get("strongest_features", {}).items())[:_STRONGEST]
            ],
        ),
        _section("Limits", card.get("limits", ())),
    ]
    if "expires" in card:
        parts.append(f"Train it again before {card['expires']}.")
    return "\n\n".join(part for part in parts if part) + "\n"


def _about(card: Mapping[str, Any]) -> str:
    if "predicts" not in card:
        return ""
    days = f" within {card['horizon_days']} days" if "horizon_days" in card else ""
    return f"{str(card['predicts'])[:1].upper()}{str(card['predicts'])[1:]}{days}."


def _figures(card: Mapping[str, Any]) -> list[str]:
    found, plain = card.get("out_of_time"), card.get("baseline", {})
    if not found or "auc" not in found:
        return []
    tested = card.get("tested", "out of time on {rows} customers").format(rows=f"{found['rows']:,}")
    lines = [
        f"AUC {found['auc']:.3f} ({found['auc_low']:.3f} to {found['auc_high']:.3f}), {tested}; base rate"
        f" {found['base_rate']:.1%}",
        f"Brier {found['brier']:.4f}; calibration error {found['ece']:.4f}",
    ]
    if "auc" in plain:
        lines.append(f"a plain logistic regression has AUC {plain['auc']:.3f}")
    return lines


def _figures_of_all(card: Mapping[str, Any]) -> list[str]:
    """The figures of a model that is no binary one, beside those of what it was held against."""
    lines = []
    for name, figures in card.get("out_of_time", {}).items():
        if isinstance(figures, Mapping):
            shown = ", ".join(
                f"{what.replace('_', ' ')} {figure:.4g}"
                for what, figure in figures.items()
                if isinstance(figure, int | float)
            )
            lines.append(f"{name.replace('_', ' ')}: {shown}")
    return lines


def _credit(card: Mapping[str, Any]) -> list[str]:
    found = card.get("credit_scores")
    if not found:
        return []
    scores = CreditScores.from_dict(found)
    return [
        *(f"{sentence[:1].upper()}{sentence[1:]}" for sentence in scores.sentences),
        *(
            f"band {each.band}: {each.customers:,} customers, {each.observed:.1%} did not pay"
            f" ({each.low:.1%} to {each.high:.1%})"
            + ("" if each.told is None else f", {each.told:.1%} told")
            for each in scores.learned.bands
        ),
    ]


def _gate(gate: Mapping[str, Any]) -> str:
    return f"{gate['name']}: {gate.get('verdict', '')}, {gate['text']}"


def _origin(origin: Mapping[str, Any]) -> list[str]:
    if "file" in origin:
        return [f"{origin['n_train']:,} rows of {origin['file']}, hash `{origin['snapshot']}`"]
    if "registered" in origin:
        return [f"registered as {origin['registered']}, run {origin['run']}"]
    if "train_cutoffs" not in origin:
        return _records(origin) if "as_of" in origin else []
    days = ", ".join(_moment(cutoff) for cutoff in origin["train_cutoffs"])
    return [
        f"{origin['n_train']:,} rows at {days}; tested on {origin['n_test']:,} at"
        f" {_moment(origin['test_cutoff'])}",
        *_records(origin),
    ]


def _records(origin: Mapping[str, Any]) -> list[str]:
    return [f"snapshot `{origin['snapshot']}`, as of {_moment(origin['as_of'])}"]


def _candidate(each: Mapping[str, Any]) -> str:
    chosen = ", chosen" if each["chosen"] else ""
    return f"{each['name']}: AUC {each['auc']:.4f}, log loss {each['log_loss']:.4f}{chosen}"


def _moment(instant: str) -> str:
    return instant[:16].replace("T", " ") + " UTC"


def _section(title: str, lines: Iterable[str] | Sequence[str]) -> str:
    listed = [f"- {line}" for line in lines]
    return "\n".join([f"## {title}", "", *listed]) if listed else ""
