# Copyright 2026 hydranet_ros maintainers
# SPDX-License-Identifier: Apache-2.0
"""What a loss of power leaves of a run's files, as far as a program can see to it."""

import os
from pathlib import Path

import pytest

from hydranet_ros.training.fit import fit

from .runs import recipe
from .runs import write_data


def test_checkpoints_are_on_the_disk_before_they_take_their_names(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    data, out = write_data(tmp_path / 'data'), tmp_path / 'out'
    flushed: set[int] = set()
    named: list[tuple[str, bool]] = []
    flush, replace = os.fsync, os.replace

    def watched_flush(descriptor: int) -> None:
        flushed.add(os.fstat(descriptor).st_ino)
        flush(descriptor)

    def watched_replace(draft: Path, path: Path) -> None:
        named.append((Path(path).name, os.stat(draft).st_ino in flushed))
        flushed.discard(out.stat().st_ino)
        replace(draft, path)

    monkeypatch.setattr('os.fsync', watched_flush)
    monkeypatch.setattr('os.replace', watched_replace)
    fit(recipe(tmp_path, epochs=1, steps_per_epoch=1), data, out)
    kept = [one for one in named if one[0].endswith('.ckpt')]
    assert kept == [('best.ckpt', True), ('last.ckpt', True)]
    assert out.stat().st_ino in flushed, 'the folder has their names'
