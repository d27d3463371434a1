# Copyright 2026 hydranet_ros maintainers
# SPDX-License-Identifier: Apache-2.0
"""The benchmark of the whole node, as a command with its three processes. No time is judged."""

from pathlib import Path
import subprocess
import sys

from hydranet_ros.evaluation.results_file import read_results
from hydranet_ros.ros.statistics import Stage

FRAMES = 6


def test_whole_node(tmp_path: Path) -> None:
    file = tmp_path / 'here.json'
    command = [sys.executable, '-m', 'hydranet_ros', 'benchmark', '--case', 'street:96x64']
    command += ['--backend', 'onnxruntime', '--rounds', '2', '--frames', str(FRAMES // 2)]
    command += ['--no-baselines', '--node', '--rate', '30', '--json', str(file)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
    node = read_results(file).cases[0].node
    assert node.engine.startswith('onnxruntime fp32 on ')
    assert node.rate_hz == 30
    assert node.samples >= FRAMES
    assert node.counts['answered'] > FRAMES
    received = node.counts.pop('received')
    assert received == sum(node.counts.values())  # every frame is accounted for
    assert set(node.stages) == {stage.name.lower() for stage in Stage}
    assert 0 < node.stages['network'].p50 <= node.stages['callback_to_publish'].p50
    assert node.camera_to_subscriber.p50 > node.stages['network'].p50 * 0.5
    assert '| street 96x64, 11 classes | onnxruntime fp32 on ' in done.stdout
