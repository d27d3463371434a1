# Copyright 2026 hydranet_ros maintainers
# SPDX-License-Identifier: Apache-2.0
"""What /diagnostics and the log say of the node, in a Rerun recording."""

from collections.abc import Mapping
import re

import numpy as np
import rerun as rr

from hydranet_ros.frame_counts import Outcome
from hydranet_ros.viewer.scene import TIMELINE

RATES, STAGES, STATE, LOG = 'node/rates', 'node/stages', 'node/state', 'node/log'
# Counts whose growth per second is a rate of its own.
COUNTED = ('received', 'dropped', 'lost')
_FIGURE = re.compile(r'\d[\d.]*')
_STAGE = re.compile(r'(\w+)_p50_ms')
_FACTS = (
    'state',
    'network',
    'model',
    'domain',
    'engine',
    'parity',
    'depth_scale',
    'image_reliability',
)


class NodeHealth:
    """Log rates, times and facts of the node from the entries of its diagnostics."""

    def __init__(self, recording: rr.RecordingStream) -> None:
        self._recording = recording
        self._named: set[str] = set()
        self._counts: dict[str, tuple[int, int]] = {}
        self._said: set[str] = set()

    def show(self, stamp_ns: int, entries: Mapping[str, str]) -> None:
        """Log one message; keys as Health.entries of the node names them."""
        self._at(stamp_ns)
        if 'rate_hz' in entries:
            self._plot(RATES, 'answered', float(entries['rate_hz']))
        for name in COUNTED:
            rate = self._rate(name, entries.get(name, ''), stamp_ns)
            if rate is not None:
                self._plot(RATES, name, rate)
        for key, value in entries.items():
            stage = _STAGE.fullmatch(key)
            if stage:
                self._plot(STAGES, stage[1], float(value))
        self._recording.log(STATE, rr.TextDocument(_table(entries), media_type='text/markdown'))
        self._warn_of(stamp_ns, entries)

    def say(self, stamp_ns: int, level: str, text: str) -> None:
        """Log one line; level: WARN, ERROR or CRITICAL."""
        self._at(stamp_ns)
        self._recording.log(LOG, rr.TextLog(text, level=level))

    def _warn_of(self, stamp_ns: int, entries: Mapping[str, str]) -> None:
        """Log what was not wrong in the message before, with whatever figures."""
        wrong = {
            _FIGURE.sub('', text): ('ERROR' if key == 'error' else 'WARN', text)
            for key, text in entries.items()
            if text and (key == 'error' or key.startswith('warning_'))
        }
        for kind in wrong.keys() - self._said:
            self.say(stamp_ns, *wrong[kind])
        self._said = set(wrong)

    def _rate(self, name: str, count: str, stamp_ns: int) -> float | None:
        if not count.isdigit():
            return None
        before = self._counts.get(name)
        self._counts[name] = (int(count), stamp_ns)
        # A node that starts again counts from 0; one in simulated time may go back.
        if before is None or int(count) < before[0] or stamp_ns <= before[1]:
            return None
        return (int(count) - before[0]) / (stamp_ns - before[1]) * 1e9

    def _plot(self, root: str, name: str, value: float) -> None:
        path = f'{root}/{name}'
        if path not in self._named:
            self._named.add(path)
            self._recording.log(path, rr.SeriesLines(names=name.replace('_', ' ')), static=True)
        self._recording.log(path, rr.Scalars(value))

    def _at(self, stamp_ns: int) -> None:
        self._recording.set_time(TIMELINE, timestamp=np.datetime64(stamp_ns, 'ns'))


def _table(entries: Mapping[str, str]) -> str:
    rows = [f'| {key} | {entries[key]} |' for key in _FACTS if entries.get(key)]
    counts = ('received', *(one.value for one in Outcome), 'lost')
    rows += [f'| {key} | {entries[key]} |' for key in counts if key in entries]
    return '\n'.join(['| | |', '|---|---|', *rows])
