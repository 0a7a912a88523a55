"""The folder of a tenant's snapshots: what lies in it, and how it changes without ever being half changed.

A change is made ready in a folder of its own: the new files and, last, the manifest that will name them. Once
that manifest is there the change will happen: whoever next holds the folder moves what was not moved yet.
Before, it will not: whoever next holds the folder clears it away. Each name is given by one rename, to a file
whose content is on disk.
"""

from __future__ import annotations

import json
import os
import shutil
import uuid
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path

from filelock import FileLock

from features.errors import SnapshotDamaged
from features.snapshots.canonical import Chain
from features.snapshots.partitions import Part
from tabular.files import replacing, settle

_READY = "ready.json"


@dataclass(frozen=True, kw_only=True)
class Manifest:
    """What a snapshot consists of."""

    tenant: str
    hash: str
    """32 hex digits over the canonical rows."""
    events: int
    last_id: int
    """`events`, `last_id`: rows in all, and the highest event id."""
    first_occurred: int
    last_recorded: int
    """`first_occurred`, `last_recorded`: epoch microseconds; the span of the stream."""
    backfills: int = 0
    """The last backfill that it knows."""
    marks: tuple[Chain, ...]
    """Where its hash can be taken up again, oldest first."""
    parts: tuple[Part, ...]
    complete: bool = True
    """Whether it holds the stream as it stood; otherwise copying stopped on the way."""

    @classmethod
    def read(cls, path: Path) -> Manifest | None:
        """Read a manifest; None where there is none."""
        if not path.exists():
            return None
        found = json.loads(path.read_text())
        chains = found.get("marks") or [found["chain"]]
        parts = found.get("parts") or found["files"]
        names = ("tenant", "hash", "events", "last_id", "first_occurred", "last_recorded")
        return cls(
            **{name: found[name] for name in names},
            marks=tuple(Chain(**chain) for chain in chains),
            parts=tuple(Part(**part) for part in parts),
            complete=found.get("complete", True),
            backfills=found.get("backfills", 0),
        )


@dataclass(frozen=True)
class SnapshotFolder:
    """The snapshots of one tenant."""

    root: Path
    """``events/`` holds the files of all of them, ``manifests/`` says which are whose, ``current.json`` names
    the latest, ``unfinished.json`` is the manifest of a copy that stopped on the way."""

    def current(self) -> Manifest | None:
        """Read the manifest of the latest snapshot; None where there is none."""
        pointer = self.root / "current.json"
        return self.manifest(json.loads(pointer.read_text())["hash"]) if pointer.exists() else None

    def unfinished(self) -> Manifest | None:
        """Read the manifest of a copy that stopped on the way; None where there is none."""
        return Manifest.read(self.root / "unfinished.json")

    def manifest_path(self, name: str) -> Path:
        """Tell where the manifest of a snapshot lies."""
        return self.root / "manifests" / f"{name}.json"

    def manifest(self, name: str) -> Manifest | None:
        """Read the manifest of a snapshot by its hash; None where there is none."""
        return Manifest.read(self.manifest_path(name))

    def manifests(self) -> list[tuple[datetime, Manifest]]:
        """Read every manifest, with the instant it was written at, newest first."""
        found = [
            (datetime.fromtimestamp(path.stat().st_mtime, UTC), manifest)
            for path in (self.root / "manifests").glob("[!.]*.json")
            if (manifest := Manifest.read(path)) is not None
        ]
        return sorted(found, key=lambda one: (one[0], one[1].events), reverse=True)

    def require_whole(self, manifest: Manifest) -> None:
        """Refuse a snapshot some file of which is not as it was written.

        Raises
        ------
        SnapshotDamaged
            "snapshot ... must have all its files as they were written; got ..."
        """
        for part in manifest.parts:
            path = self.root / part.path
            size = path.stat().st_size if path.exists() else None
            if size != part.bytes:
                raise SnapshotDamaged(
                    f"snapshot {manifest.hash} must have all its files as they were written;"
                    f" got {path} of {size} bytes instead of {part.bytes}."
                    f" Remove {self.root} and take it anew."
                )

    @contextmanager
    def alone(self) -> Iterator[None]:
        """Hold the folder, and end or clear what a killed process was at."""
        self.root.mkdir(parents=True, exist_ok=True)
        with FileLock(self.root / "lock"):
            for left in sorted(self.root.glob("incoming-*")):
                if (left / _READY).exists():
                    self._carry_out(left)
                else:
                    shutil.rmtree(left)
            yield

    @contextmanager
    def incoming(self) -> Iterator[Path]:
        """Give a folder to make a change ready in; it goes, unless the change is left to the next holder."""
        folder = self.root / f"incoming-{uuid.uuid4().hex}"
        folder.mkdir()
        try:
            yield folder
        finally:
            if folder.exists() and not (folder / _READY).exists():
                shutil.rmtree(folder)

    def commit(self, folder: Path, manifest: Manifest, files: Mapping[Path, Part]) -> None:
        """Give files and manifest their final names, all or nothing.

        Parameters
        ----------
        folder : Path
            From :meth:`incoming`, with the files.
        files : mapping of Path to Part
            Where each lies, and what it will be.
        """
        for path in files:
            settle(path)
        moves = {path.name: part.path for path, part in files.items()}
        _write(folder / _READY, {"moves": moves, "manifest": asdict(manifest)})
        self._carry_out(folder)

    def _carry_out(self, folder: Path) -> None:
        """Do, or do the rest of, what was made ready; doing it twice changes nothing."""
        ready = json.loads((folder / _READY).read_text())
        for name, final in ready["moves"].items():
            if (folder / name).exists():
                (self.root / final).parent.mkdir(parents=True, exist_ok=True)
                (folder / name).replace(self.root / final)
        manifest, unfinished = ready["manifest"], self.root / "unfinished.json"
        if manifest["complete"]:
            _write(self.manifest_path(manifest["hash"]), manifest)
            _write(self.root / "current.json", {"hash": manifest["hash"]})
            unfinished.unlink(missing_ok=True)
        else:
            _write(unfinished, manifest)
        (folder / _READY).unlink()
        shutil.rmtree(folder)


def _write(path: Path, content: object) -> None:
    """Replace a file by JSON; it keeps the time it was made at."""
    with replacing(path, alone=True) as draft:
        draft.write_text(json.dumps(content, indent=1))
        if path.exists():
            os.utime(draft, ns=(path.stat().st_atime_ns, path.stat().st_mtime_ns))
