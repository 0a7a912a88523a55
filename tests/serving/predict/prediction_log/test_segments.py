"""A file of the log: locked while it grows, whole up to where it was torn."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from serving.predict.prediction_log.segments import Segment, list_segments, read_frames, take

FRAMES = [b"one", b"", b"three" * 1000]


def frames_of(path: Path) -> list[bytes]:
    with path.open("rb") as file:
        return list(read_frames(file))


def test_what_was_appended_is_read_back(tmp_path: Path) -> None:
    segment = Segment(tmp_path / "log")
    segment.append(FRAMES[:2])
    segment.append(FRAMES[2:])
    assert list_segments(tmp_path / "log") == [segment.path]
    assert frames_of(segment.path) == FRAMES
    segment.close()


def test_a_segment_is_taken_by_one_and_only_when_it_is_complete(tmp_path: Path) -> None:
    segment = Segment(tmp_path)
    segment.append(FRAMES)
    assert take(segment.path) is None
    segment.close()
    taken = take(segment.path)
    assert taken is not None
    assert take(segment.path) is None
    with taken:
        assert list(read_frames(taken)) == FRAMES
        assert taken.read() == b""
    assert take(tmp_path / "gone.predictions") is None


@pytest.mark.parametrize("put_away", [Path.unlink, lambda path: path.rename(f"{path}.torn")])
def test_a_segment_that_another_put_away_before_our_lock_is_not_taken(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, put_away: Callable[[Path], object]
) -> None:
    segment = Segment(tmp_path)
    segment.close()
    lock = fcntl.flock

    def lock_late(file: int, how: int) -> None:
        put_away(segment.path)
        lock(file, how)

    monkeypatch.setattr(fcntl, "flock", lock_late)
    assert take(segment.path) is None


@pytest.mark.parametrize("kept", range(0, 80, 7))
def test_a_torn_file_gives_every_frame_before_the_tear(tmp_path: Path, kept: int) -> None:
    segment = Segment(tmp_path)
    segment.append([b"a" * 10, b"b" * 10, b"c" * 10])
    segment.close()
    whole = segment.path.read_bytes()
    segment.path.write_bytes(whole[: len(whole) - kept])
    assert frames_of(segment.path) == [b"a" * 10, b"b" * 10, b"c" * 10][: max(0, 3 + -kept // 18)]


def test_a_frame_that_was_changed_ends_the_reading(tmp_path: Path) -> None:
    segment = Segment(tmp_path)
    segment.append([b"first", b"second", b"third"])
    segment.close()
    content = segment.path.read_bytes()
    segment.path.write_bytes(content.replace(b"second", b"secund"))
    with segment.path.open("rb") as file:
        assert list(read_frames(file)) == [b"first"]
        assert b"third" in file.read()


class Full:
    """A disk that takes part of what is written, and no more."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, takes: Sequence[int]) -> None:
        self._write, self._takes = os.write, list(takes)
        monkeypatch.setattr(os, "write", self)

    def __call__(self, file: int, data: bytes) -> int:
        if not self._takes:
            raise OSError(28, "No space left on device")
        return self._write(file, bytes(data)[: self._takes.pop(0)])


def test_a_disk_that_is_full_leaves_the_file_as_it_was(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    segment = Segment(tmp_path)
    segment.append([b"kept"])
    with monkeypatch.context() as full:
        Full(full, [5])
        with pytest.raises(OSError, match="No space left"):
            segment.append([b"refused"])
    segment.append([b"later"])
    segment.close()
    assert frames_of(segment.path) == [b"kept", b"later"]


def test_a_file_that_cannot_be_begun_leaves_none(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    Full(monkeypatch, [])
    with pytest.raises(OSError, match="No space left"):
        Segment(tmp_path)
    assert list(tmp_path.iterdir()) == []
