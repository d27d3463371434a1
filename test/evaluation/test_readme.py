# Copyright 2026 hydranet_ros maintainers
# SPDX-License-Identifier: Apache-2.0
"""The README's benchmark tables are those of the committed results."""

import re

from hydranet_ros.evaluation.benchmark_table import markdown
from hydranet_ros.evaluation.results_file import read_results
from test.conftest import ROOT


def test_readme_shows_the_committed_results() -> None:
    files = sorted((ROOT / 'benchmarks').glob('*.json'))
    assert files, 'benchmarks/ holds no results; measure with `hydranet benchmark --json`'
    text = (ROOT / 'README.md').read_text(encoding='utf-8')
    found = re.search(r'<!-- benchmark -->\n(.*?)<!-- /benchmark -->', text, re.DOTALL)
    assert found, 'README.md lacks the markers <!-- benchmark --> and <!-- /benchmark -->'
    assert found[1].strip() == markdown(map(read_results, files)).strip()
