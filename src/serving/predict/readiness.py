"""May this server be asked? Said in sentences, for probes and for people."""

from __future__ import annotations

from scoring.errors import ScoringError
from serving.errors import LogUnwritable, ModelMissing, StoreUnavailable
from serving.predict.asking import AppState


def obstacles(state: AppState) -> list[str]:
    """List what keeps a server from answering; empty when it is ready.

    A server is ready when at least one package can answer, the record store, if one is configured, answers too, and
    what is answered can be kept.
    """
    found: list[str] = []
    refused: list[str] = []
    for tenant, model in state.shelf.published():
        try:
            state.shelf.answering(tenant, model)
        except (ModelMissing, ScoringError) as error:
            refused.append(str(error))
        else:
            break
    else:
        places = " or ".join(str(folder) for folder in state.shelf.folders)
        found.append(
            refused[0]
            if refused
            else f"a decision package must be published; got none in {places}."
            " Run `bellwether run`, then ask again."
        )
    if state.store is not None:
        try:
            state.store.check()
        except StoreUnavailable as error:
            found.append(str(error))
    if state.log is not None and state.log.strict:
        try:
            state.log.check()
        except LogUnwritable as error:
            found.append(str(error))
    return found
