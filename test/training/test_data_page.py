# Copyright 2026 hydranet_ros maintainers
# SPDX-License-Identifier: Apache-2.0
"""docs/data.md names what the recipes read, with the sums of the files that were used.

Where the files come from, and under which licence, is not verified.
"""

import hashlib
from pathlib import Path
import re

from hydranet_ros.resources import config_dir
from test.conftest import ROOT

TEXT = (ROOT / 'docs' / 'data.md').read_text(encoding='utf-8')
FOLDERS = {
    'camvid': [f'{split}{kind}' for split in ('train', 'val', 'test') for kind in ('', 'annot')],
    'kitti/sfnd_seq': ['image_02', 'depth_velo'],
}


def test_every_file_that_a_recipe_names_is_there() -> None:
    recipes = list((config_dir() / 'training').glob('*.yaml'))
    read = {name for path in recipes for name in re.findall(r'weights/[\w.]+', path.read_text())}
    assert len(read) >= 8
    assert read == set(re.findall(r'`(weights/[\w.]+)`', TEXT))


def test_the_sums_are_those_of_the_files(shared: Path) -> None:
    stated = dict(re.findall(r'^\| `([\w./]+?)/?` \|.*\b([0-9a-f]{64}) \|$', TEXT, re.MULTILINE))
    assert len(stated) == 5
    for name, total in stated.items():
        ours = sum_of_folder(shared / name) if name in FOLDERS else sha256(shared / name)
        assert ours == total, name


def sum_of_folder(root: Path) -> str:
    """Return what the command in the page prints for a folder."""
    (folders,) = (named for name, named in FOLDERS.items() if root.match(name))
    files = [path for folder in folders for path in (root / folder).iterdir()]
    names = sorted(str(path.relative_to(root)) for path in files)
    lines = [f'{sha256(root / name)}  {name}\n' for name in names]
    return hashlib.sha256(''.join(lines).encode()).hexdigest()


def sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()
