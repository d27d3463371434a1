# Copyright 2026 hydranet_ros maintainers
# SPDX-License-Identifier: Apache-2.0
"""The README's tables of figures are those of the committed results and of the model card."""

from collections import Counter
from pathlib import Path
import re

import pytest

from hydranet_ros.evaluation.benchmark_table import markdown
from hydranet_ros.evaluation.figures_table import figures_table
from hydranet_ros.evaluation.figures_table import main
from hydranet_ros.evaluation.results_file import read_results
from hydranet_ros.resources import DEFAULT_MODEL
from hydranet_ros.zoo import list_cards
from hydranet_ros.zoo import load_card
from test.conftest import ROOT


def test_readme_shows_the_committed_results() -> None:
    files = sorted((ROOT / 'benchmarks').glob('*.json'))
    assert files, 'benchmarks/ holds no results; measure with `hydranet benchmark --json`'
    assert shown('benchmark') == markdown(map(read_results, files)).strip()


def test_readme_shows_the_figures_of_the_default_model() -> None:
    assert shown('figures') == figures_table(load_card(DEFAULT_MODEL))


def test_readme_names_the_class_ids_of_the_default_model() -> None:
    classes = [f'{i} {one.name}' for i, one in enumerate(load_card(DEFAULT_MODEL).classes)]
    assert ' '.join(shown('classes').split()) == ', '.join(classes)


def test_engines_of_street_alone_are_judged() -> None:
    """As the README (Limits), docs/engines.md and the changelog say."""
    assert [name for name in list_cards() if load_card(name).sample_frames] == [DEFAULT_MODEL]


def test_camvid_is_split_as_the_readme_says(shared: Path) -> None:
    names = {
        split: (shared / 'camvid' / f'{split}.txt').read_text().split()
        for split in ('train', 'val', 'test')
    }
    drives = {split: Counter(name[:6] for name in ours) for split, ours in names.items()}
    assert drives['test'] == {'0001TP': 62, 'Seq05V': 171}
    assert max(n for n in names['train'] if n[:6] == '0001TP') < min(names['test'])
    assert drives['val'] == {'0016E5': 101}
    trained = [name for name in names['train'] if name[:6] == '0016E5']
    assert min(trained) < min(names['val']) < max(names['val']) < max(trained)


def test_a_row_for_each_figure(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(['kitti']) == 0
    header, _, *rows = capsys.readouterr().out.splitlines()
    assert header == '| metric | kitti | on | measured by |'
    assert rows[0] == '| mIoU | 87.02 % | KITTI-6 | arXiv 1809.04766, table IV |'
    assert rows[2] == '| RMSE(log) | 0.182 | KITTI | arXiv 1809.04766, table IV |'
    assert len(rows) == 3
    assert main(['kitti', 'nyud']) == 2


def shown(marker: str) -> str:
    """Return what stands between two markers of the README."""
    text = (ROOT / 'README.md').read_text(encoding='utf-8')
    found = re.search(rf'<!-- {marker} -->\n(.*?)<!-- /{marker} -->', text, re.DOTALL)
    assert found, f'README.md lacks the markers <!-- {marker} --> and <!-- /{marker} -->'
    return found[1].strip()
