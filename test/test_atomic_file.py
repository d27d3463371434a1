# Copyright 2026 hydranet_ros maintainers
# SPDX-License-Identifier: Apache-2.0
"""A file is replaced whole or not at all."""

import os
from pathlib import Path

import pytest

from hydranet_ros.atomic_file import write_atomically


def test_a_file_is_replaced_with_the_rights_of_a_new_one(tmp_path: Path) -> None:
    path = tmp_path / 'file'
    path.write_bytes(b'old')
    assert write_atomically(path, b'new') == path
    assert path.read_bytes() == b'new'
    (tmp_path / 'plain').write_bytes(b'')
    assert path.stat().st_mode == (tmp_path / 'plain').stat().st_mode
    assert len(list(tmp_path.iterdir())) == 2


def test_a_full_disk_leaves_what_was_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fill(path: Path, data: bytes) -> int:
        with path.open('wb') as file:
            file.write(data[:1])
        raise OSError(28, os.strerror(28))

    path = tmp_path / 'file'
    path.write_bytes(b'old')
    monkeypatch.setattr(Path, 'write_bytes', fill)
    with pytest.raises(OSError, match='No space left'):
        write_atomically(path, b'new')
    assert [file.read_bytes() for file in tmp_path.iterdir()] == [b'old']
