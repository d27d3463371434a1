# Copyright 2026 hydranet_ros maintainers
# SPDX-License-Identifier: Apache-2.0
"""What a soak has shown: trends, checks, and a table of both."""

from collections.abc import Sequence
from typing import Any

from hydranet_ros.evaluation.markdown_table import markdown_table
from test.ros.process_samples import Sample
from test.ros.process_samples import Trend
from test.ros.process_samples import trend

LARGEST_GROWTH = 2.0  # percent
PROCESSES = ('camera', 'perception', 'watcher')


def trends(samples: Sequence[Sample], warm_up_s: float) -> list[Trend]:
    """Return how each process changed, of those that were seen for long enough."""
    found = (trend(name, samples, warm_up_s) for name in PROCESSES)
    return [one for one in found if one is not None]


def checks(found: dict[str, Any]) -> dict[str, bool]:
    """Return what has to be so, and whether it is; processes that were killed have no trend."""
    frames, outputs = found['frames'], found['outputs'].values()
    killed = {'camera-restarts': 'camera', 'node-killed': 'perception'}.get(found['mode'])
    result = {
        'every received frame has one outcome': frames['without_outcome'] == 0,
        'no output has a header that was not sent': not any(one['foreign'] for one in outputs),
        'no output is older than the one before': not any(one['not_newer'] for one in outputs),
    }
    if 'uncounted' in frames:
        # A camera that is killed while it publishes leaves one frame half sent.
        spare = frames['begun'] - frames['published']
        result['no frame is counted that was not sent'] = all(
            one >= -spare for one in frames['uncounted']
        )
        # What was on its way from a killed camera is gone, and no later number tells of it.
        text, most = 'every published frame is received or counted as lost', 0.0
        if killed:
            text, most = f'{text}, but for one second before a kill', found['plan']['rate']
        result[text] = all(one <= most for one in frames['uncounted'])
    for one in found['trends']:
        name = one['process']
        if name not in (killed, 'watcher'):
            result[f'{name}: memory grows by less than {LARGEST_GROWTH:g} %'] = (
                one['growth_percent'] < LARGEST_GROWTH
            )
            for field in ('threads', 'descriptors', 'segments'):
                result[f'{name}: no more {field} at the end'] = one[field][1] <= one[field][0]
    return result


def show(found: dict[str, Any]) -> None:
    """Print the tables."""
    frames = dict(found['frames'])
    lives = frames.pop('lives', ())
    print(f'## {found["mode"]}\n')
    for name, value in frames.items():
        print(f'- {name}: {value}')
    print(f'- outputs at the watcher: {found["outputs"]}')
    print(f'- shared memory left behind: {found["shared_memory_left"]}')
    print(f'- warnings at the end: {found["warnings_at_the_end"]}')
    print(f'- load before and after: {found["load_before_and_after"]}, {found["cpus"]} CPUs\n')
    if lives:
        names = list(lives[0])
        print(markdown_table(names, [[str(one[name]) for name in names] for one in lives]))
    fields = ('rss_mb', 'growth_percent', 'slope_mb_per_hour')
    counts = ('threads', 'descriptors', 'segments')
    rows = [
        [one['process'], *(str(one[f]) for f in (*fields, *counts))] for one in found['trends']
    ]
    print(markdown_table(('process', *fields, *counts), rows))
    for text, right in found['checks'].items():
        print(f'{"ok  " if right else "FAIL"} {text}')
