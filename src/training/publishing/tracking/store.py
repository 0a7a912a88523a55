"""The store of runs and registered models: which versions there are, what they came to, and which alias each bears."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlparse
from urllib.request import url2pathname

from filelock import FileLock

from training.publishing.tracking.library import quietly, use_mlflow

CHALLENGER, CHAMPION = "challenger", "champion"
"""Aliases of registered models."""

FINGERPRINT, SINCE = "fingerprint", "champion_since"
"""Tags: what a run or version came to, to find it again; when a version became champion."""

_MODEL_TRAINING = {"mlflow.experimentKind": "custom_model_development"}
"""Lets MLflow's pages open an experiment as one of models, not of prompts."""


@dataclass(frozen=True, kw_only=True)
class Registered:
    """A registered version."""

    name: str
    version: str
    run_id: str
    tags: Mapping[str, str]

    @property
    def label(self) -> str:
        """Such as "demo.churn/1"."""
        return f"{self.name}/{self.version}"


@dataclass(frozen=True, kw_only=True)
class Tracker:
    """A tracking store."""

    folder: Path
    """Absolute; holds `mlflow.db` and `artifacts/`."""

    @property
    def uri(self) -> str:
        """Where MLflow finds it."""
        return f"sqlite:///{self.folder / 'mlflow.db'}"

    def version_with(self, name: str, alias: str) -> str | None:
        """The version of a registered model that bears an alias, None where none does."""
        with quietly():
            for model in self.client().search_registered_models(filter_string=f"name = '{name}'"):
                found = model.aliases.get(alias)
                return None if found is None else str(found)
        return None

    def find(self, name: str, version: str) -> Registered | None:
        """Find a registered version; None where there is none such."""
        return next((each for each in self.versions(name) if each.version == version), None)

    def run_of(self, name: str, version: str) -> str | None:
        """The run a version of a registered model came from, None where there is no such version."""
        found = self.find(name, version)
        return None if found is None else found.run_id

    def versions(self, name: str) -> list[Registered]:
        """List the registered versions of a model, the first one first."""
        with quietly():
            found = self._all_versions(f"name = '{name}'")
        return sorted(found, key=lambda each: int(each.version))

    def names(self) -> list[str]:
        """List the registered models of all tenants."""
        found: list[str] = []
        token: str | None = None
        with quietly():
            while True:
                page = self.client().search_registered_models(page_token=token)
                found += [str(model.name) for model in page]
                token = page.token
                if not token:
                    return sorted(found)

    def version_made_of(self, name: str, fingerprint: str) -> Registered | None:
        """Find the first version that came to the same, so that whoever was stopped does not make another."""
        made = [each for each in self.versions(name) if each.tags.get(FINGERPRINT) == fingerprint]
        return made[0] if made else None

    def run_made_of(self, name: str, fingerprint: str) -> str | None:
        """Find the run that began to record the same; None without one."""
        with quietly():
            found = self.client().search_runs(
                [self.experiment(name)],
                filter_string=f"tags.{FINGERPRINT} = '{fingerprint}'",
                order_by=["attributes.start_time ASC"],
                max_results=1,
            )
        return str(found[0].info.run_id) if found else None

    def renew(
        self, name: str, run_id: str, *, of: Registered | None, tags: Mapping[str, str]
    ) -> str:
        """Register the fitted model of a version once more, for another decision over it.

        Parameters
        ----------
        run_id : str
            The run that records the decision.
        of : Registered or None
            Whose model goes on; None where it is not known here, then the version is the run's package alone.
        """
        client = self.client()
        with quietly():
            if of is None:
                source, model_id = f"{client.get_run(run_id).info.artifact_uri}/package", None
            else:
                found = client.get_model_version(name, of.version)
                source, model_id = found.source, found.model_id
            return self.register(name, source, run_id, model_id, tags)

    def register(
        self, name: str, source: str, run_id: str, model_id: str | None, tags: Mapping[str, str]
    ) -> str:
        """Make a new version of a registered model, which is made if need be; give the version."""
        client = self.client()
        if not client.search_registered_models(filter_string=f"name = '{name}'"):
            client.create_registered_model(name)
        made = client.create_model_version(
            name, source=source, run_id=run_id, model_id=model_id, tags=dict(tags)
        )
        return str(made.version)

    def count_beyond(self, name: str, number: int) -> None:
        """Let the next version of a model be beyond a number, where fewer are registered here.

        MLflow counts by itself and gives no number twice: those up to it are taken, and let go again.
        """
        client = self.client()
        with quietly():
            known = [int(each.version) for each in self._all_versions(f"name = '{name}'")]
            while max(known, default=0) < number:
                taken = self.register(name, self.uri, "", None, {})
                client.delete_model_version(name, taken)
                known.append(int(taken))

    def package_folder(self, run_id: str) -> Path:
        """Where a run keeps the package it made, published or not."""
        with quietly():
            place = self.client().get_run(run_id).info.artifact_uri
        return Path(url2pathname(urlparse(place).path)) / "package"

    def _all_versions(self, wanted: str) -> list[Registered]:
        found: list[Registered] = []
        token: str | None = None
        while True:
            page = self.client().search_model_versions(filter_string=wanted, page_token=token)
            found += [
                Registered(
                    name=each.name,
                    version=str(each.version),
                    run_id=str(each.run_id),
                    tags=dict(each.tags),
                )
                for each in page
            ]
            token = page.token
            if not token:
                return found

    def snapshots_of(self, tenant: str) -> dict[str, str]:
        """Which snapshot each registered version of a tenant's models was made from: hashes by "<name>/<version>"."""
        with quietly():
            found = self._all_versions(f"name LIKE '{tenant}.%'")
        return {
            each.label: each.tags["snapshot"]
            for each in found
            if each.name.startswith(f"{tenant}.") and "snapshot" in each.tags
        }

    def give_alias(self, name: str, alias: str, version: str) -> None:
        """Let a version bear an alias, which any other version then loses."""
        with quietly():
            self.client().set_registered_model_alias(name, alias, version)

    def tag_version(self, name: str, version: str, tags: Mapping[str, str]) -> None:
        """Write tags on a version."""
        with quietly():
            for key, value in tags.items():
                self.client().set_model_version_tag(name, version, key, value)

    def describe_version(self, name: str, version: str, text: str) -> None:
        """Write the description of a version, in Markdown."""
        with quietly():
            self.client().update_model_version(name, version, description=text)

    def client(self) -> Any:
        """MLflow's client of this store."""
        return use_mlflow().MlflowClient(tracking_uri=self.uri, registry_uri=self.uri)

    def experiment(self, name: str) -> str:
        """Give the id of a model's experiment, which is made if need be."""
        client = self.client()
        with FileLock(self.folder / ".lock"):
            found = client.get_experiment_by_name(name)
            if found is not None:
                for key, value in _MODEL_TRAINING.items():
                    if found.tags.get(key) != value:
                        client.set_experiment_tag(found.experiment_id, key, value)
                return str(found.experiment_id)
            location = (self.folder / "artifacts" / name).as_uri()
            return str(
                client.create_experiment(name, artifact_location=location, tags=_MODEL_TRAINING)
            )


def open_tracker(folder: Path) -> Tracker:
    """Open a tracking store, and make it if need be: once, whoever else is starting.

    Parameters
    ----------
    folder : Path
        Made absolute.

    Returns
    -------
    Tracker
        What runs and models are recorded with.
    """
    tracker = Tracker(folder=folder.resolve())
    tracker.folder.mkdir(parents=True, exist_ok=True)
    mlflow = use_mlflow()
    with FileLock(tracker.folder / ".lock"), quietly():
        mlflow.set_tracking_uri(tracker.uri)
        mlflow.set_registry_uri(tracker.uri)
        tracker.client().search_experiments(max_results=1)
    return tracker
