# Copyright 2026 hydranet_ros maintainers
# SPDX-License-Identifier: Apache-2.0
"""docs/diagnose.md: its options exist, its groups are read, its example runs.

That its figures are still those of the model is not looked at.
"""

import argparse
from pathlib import Path
import re
from textwrap import dedent

from hydranet_ros.commands import diagnose as command
from hydranet_ros.evaluation.diagnostics.class_groups import groups_of
from hydranet_ros.evaluation.diagnostics.class_groups import read_groups
from hydranet_ros.evaluation.diagnostics.distance_bins import bins_of
from hydranet_ros.evaluation.diagnostics.error_kinds import ErrorKind
from hydranet_ros.training.datasets.classes import CAMVID
from test.conftest import ROOT

TEXT = (ROOT / 'docs' / 'diagnose.md').read_text(encoding='utf-8')


def test_options_exist() -> None:
    parser = argparse.ArgumentParser()
    command.add_arguments(parser)
    named = set(re.findall(r'--[a-z][a-z-]+', TEXT))
    assert {'--bins', '--radius', '--groups', '--least-area', '--pictures'} <= named
    assert named <= {option for action in parser._actions for option in action.option_strings}


def test_groups_are_read(tmp_path: Path) -> None:
    (example,) = re.findall(r'^( +groups:\n(?: +.*\n)+)', TEXT, re.M)
    path = tmp_path / 'groups.yaml'
    path.write_text(dedent(example))
    groups = read_groups(path, [one.name for one in CAMVID])
    assert groups.group_of('road') == groups.group_of('pavement') == 'flat'
    assert groups.is_background('sky')


def test_built_in_groups_bins_and_kinds_are_told() -> None:
    for members in groups_of(CAMVID).groups.values():
        assert ' and '.join(members) in ' '.join(TEXT.split())
    ends = bins_of('camvid', (360, 480)).ends
    assert f'{", ".join(map(str, ends))} for 480x360' in TEXT
    assert re.findall(r'^\| `(\w+)` \|', TEXT, re.M) == [kind.value for kind in ErrorKind]


def test_the_example_runs() -> None:
    (example,) = re.findall(r'```python\n(.*?)```', TEXT, re.S)
    known: dict = {}
    exec(compile(example.replace('street:4', 'street:1'), 'docs/diagnose.md', 'exec'), known)
    assert sum(known['diagnosis'].errors.overall.shares.values()) > 0.99
