# Copyright 2026 hydranet_ros maintainers
# SPDX-License-Identifier: Apache-2.0
"""The command line where torch, Lightning and ROS cannot be imported."""

import subprocess
import sys

_PROGRAM = """
import sys

class Absent:
    def find_spec(self, name, path=None, target=None):
        if name.split('.')[0] in ('torch', 'lightning', 'torchmetrics', 'rclpy'):
            raise ModuleNotFoundError(f'{name} is hidden by the test', name=name)

sys.meta_path.insert(0, Absent())
from hydranet_ros.commands import main
sys.exit(main(sys.argv[1:]))
"""


def run_without_torch(*arguments: str) -> subprocess.CompletedProcess[str]:
    """Run `hydranet` with arguments in a process of its own."""
    command = [sys.executable, '-c', _PROGRAM, *arguments]
    return subprocess.run(command, capture_output=True, text=True, timeout=240)
