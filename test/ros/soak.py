# Copyright 2026 hydranet_ros maintainers
# SPDX-License-Identifier: Apache-2.0
"""Run the node for long, and account for every frame, and for what the processes hold.

`python -m test.ros.soak MODE --minutes 60 --rate 30 --size 640x480 --json soak.json`, where MODE
is `steady`, `camera-restarts` (the camera is killed every --every seconds and started again) or
`node-killed` (the node is, by SIGKILL; the time to its first output is taken).

Camera and node are processes of their own, with our transport; this one is the watcher, which
listens to all outputs. It is not part of the test suite. It does not look at the pixels. Stamps
begin when the camera's process does, some seconds before its first image: diagnostics may call
them old.
"""

import argparse
from contextlib import ExitStack
import dataclasses
import json
import os
from pathlib import Path
import sys

import yaml

from test.ros.soak_modes import MODES
from test.ros.soak_report import checks
from test.ros.soak_report import show
from test.ros.soak_report import trends
from test.ros.soak_rig import Plan
from test.ros.soak_rig import Rig


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument('mode', choices=tuple(MODES))
    parser.add_argument('--minutes', type=float, default=60.0)
    parser.add_argument('--rate', type=float, default=30.0, help='of the camera, Hz')
    parser.add_argument('--size', default='640x480', metavar='WxH')
    parser.add_argument('--every', type=float, default=20.0, help='seconds between two kills')
    parser.add_argument('--sample-every', type=float, default=5.0, help='seconds')
    parser.add_argument('--warm-up', type=float, default=60.0, help='seconds not compared')
    parser.add_argument('--reliability', default='reliable', choices=('reliable', 'best_effort'))
    parser.add_argument('--set', nargs='*', default=(), metavar='NAME=VALUE', help='of the node')
    parser.add_argument('--domain', type=int, help='ROS domain; a free one by itself')
    parser.add_argument('--json', type=Path, help='where to write all that was seen')
    given = parser.parse_args()
    width, height = (int(part) for part in given.size.split('x'))
    pairs = (text.split('=', 1) for text in given.set)
    plan = Plan(
        rate=given.rate,
        width=width,
        height=height,
        seconds=60 * given.minutes,
        every_s=given.every,
        sample_every_s=given.sample_every,
        reliability=given.reliability,
        perception={name: yaml.safe_load(value) for name, value in pairs},
        domain=given.domain,
    )
    with ExitStack() as stack:
        rig = Rig(plan, stack)
        load = os.getloadavg()
        outcome = MODES[given.mode](rig)
        warnings = [text for key, text in rig.recorder.report.items() if key.startswith('warn')]
    files, megabytes = rig.shared_memory.left()
    found = {
        'mode': given.mode,
        'plan': dataclasses.asdict(plan),
        'cpus': os.cpu_count(),
        'load_before_and_after': [load, os.getloadavg()],
        'frames': outcome,
        'outputs': {
            topic: {'received': one.received, 'foreign': one.foreign, 'not_newer': one.not_newer}
            for topic, one in rig.recorder.outputs.items()
        },
        'trends': [dataclasses.asdict(one) for one in trends(rig.samples, given.warm_up)],
        'shared_memory_left': {'files': files, 'megabytes': round(megabytes, 2)},
        'warnings_at_the_end': warnings,
        'samples': [dataclasses.asdict(one) for one in rig.samples],
    }
    found['checks'] = checks(found)
    if given.json:
        given.json.write_text(json.dumps(found, indent=1) + '\n', encoding='utf-8')
    show(found)
    return 0 if all(found['checks'].values()) else 1


if __name__ == '__main__':
    sys.exit(main())
