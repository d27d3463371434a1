# Copyright 2026 hydranet_ros maintainers
# SPDX-License-Identifier: Apache-2.0
"""What `hydranet predict` does with images, folders and videos."""

import argparse
from itertools import islice
import sys

from tqdm import tqdm

from hydranet_ros.perception import Perception
from hydranet_ros.picture import Meaning
from hydranet_ros.picture import side_by_side
from hydranet_ros.prediction_files import PredictionFiles
from hydranet_ros.prediction_files import WRITTEN
from hydranet_ros.sources import Frame
from hydranet_ros.sources import ReadableFrames
from hydranet_ros.sources import Source


class FramesRun:
    """Take one source through one model, keeping what went wrong for the end."""

    def __init__(self, perception: Perception, args: argparse.Namespace) -> None:
        self._perception, self._args = perception, args
        self._meaning: Meaning = Meaning(
            perception.classes, perception.palette, perception.depth_range
        )
        self._problems: list[str] = []
        self._too_far = 0
        self._written: set[str] = set()
        self._kept = 0

    def over(self, source: Source) -> int:
        """Predict the frames of a source; return the exit status."""
        total = source.count if self._args.limit is None else self._args.limit
        if source.count is not None and self._args.limit is not None:
            total = min(source.count, self._args.limit)
        seen = 0
        with tqdm(total=total, unit='frame', disable=None) as bar:
            frames = ReadableFrames(source, self._problems.append)
            for frame in islice(frames, self._args.limit):
                if frame is not None:
                    self._one(frame)
                bar.update()
                seen += 1
        if source.count is not None and total is not None and seen < total:
            print(
                f'hydranet: {source.name} announces {source.count} frames, but only {seen} could '
                'be read: it may be cut off.',
                file=sys.stderr,
            )
        return self._report()

    def _one(self, frame: Frame) -> None:
        name = frame.name
        if name in self._written:
            name = f'{name}_{frame.index:06d}'
        self._written.add(name)
        files = PredictionFiles.of(self._args.out, name)
        if not self._args.overwrite and files.existing():
            self._kept += 1
            return
        known = frame.intrinsics.fx if frame.intrinsics else None
        prediction = self._perception.predict(
            frame.rgb,
            fx=self._args.fx if self._args.fx is not None else known,
            wanted=[name for name in WRITTEN if name in self._perception.outputs],
        )
        assert not isinstance(prediction, list)
        caption = f'{frame.name}   {self._perception.card.name} on {self._perception.description}'
        picture = side_by_side(frame.rgb, prediction, self._meaning, caption=caption)
        self._too_far += files.write(prediction, picture) > 0

    def _report(self) -> int:
        if self._too_far:
            print(
                f'{self._too_far} frames have depth beyond 65.535 m, written as 65535 in '
                'NAME_depth.png; NAME_depth.npy has the true metres.',
                file=sys.stderr,
            )
        for problem in self._problems:
            print(f'hydranet: {problem}', file=sys.stderr)
        if self._kept:
            print(
                f'hydranet: {self._kept} frames have files in {self._args.out} already, which '
                'were left as they are. Replace them with --overwrite, or choose another --out.',
                file=sys.stderr,
            )
        done = len(self._written) - self._kept
        frames = 'frame' if done == 1 else 'frames'
        print(f'{done} {frames} written to {self._args.out}', file=sys.stderr)
        return 1 if self._problems or self._kept else 0
