# Copyright 2026 hydranet_ros maintainers
# SPDX-License-Identifier: Apache-2.0
"""The subcommand `hydranet predict`."""

from __future__ import annotations

import argparse
from itertools import islice
from pathlib import Path
import sys
from typing import TYPE_CHECKING

from hydranet_ros.commands.argument_types import add_engine_arguments
from hydranet_ros.commands.argument_types import count
from hydranet_ros.commands.argument_types import positive
from hydranet_ros.resources import DEFAULT_MODEL

if TYPE_CHECKING:
    from collections.abc import Iterator

    from hydranet_ros.perception import Perception
    from hydranet_ros.picture import Meaning
    from hydranet_ros.sources import Frame
    from hydranet_ros.sources import Source

SUMMARY = 'Predict labels and depth of an image, a folder of images or a video.'
_DETAILS = """\
writes for each frame, into --out:
  NAME_labels.png   class ids, 8 bit, 255 = unlabelled
  NAME_depth.npy    metres along the optical axis, float32, NaN = none
  NAME_depth.png    the same in millimetres, 16 bit, 0 = none; beyond 65.535 m: 65535
  NAME_normals.npy  unit normals, float32 (H, W, 3), from models that have them
  NAME_picture.png  camera, classes and depth side by side
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.epilog = _DETAILS
    parser.add_argument(
        'input', metavar='INPUT', help="image, folder of images, video, /dev/video0 or 'street'"
    )
    parser.add_argument('--model', default=DEFAULT_MODEL, help='a model card (%(default)s)')
    parser.add_argument('--out', type=Path, required=True, metavar='DIR', help='where to write')
    add_engine_arguments(parser)
    parser.add_argument(
        '--fx',
        type=positive,
        metavar='PX',
        help="the camera's focal length in pixels of INPUT, for metric depth (docs/depth.md)",
    )
    parser.add_argument('--limit', type=count, metavar='N', help='stop after N frames')
    parser.add_argument('--overwrite', action='store_true', help='replace files that exist')


def run(args: argparse.Namespace) -> int:
    """Predict every frame; 1 where a frame was damaged or its outputs exist already."""
    from hydranet_ros.errors import HydranetError
    from hydranet_ros.output_folder import make_output_folder
    from hydranet_ros.perception import Perception
    from hydranet_ros.sources import open_source

    with open_source(args.input) as source:
        if source.count is None and args.limit is None and source.endless:
            raise HydranetError(f'{args.input} has no end; say how many frames with --limit N.')
        make_output_folder(args.out)
        with Perception.load(
            args.model,
            weights=args.weights,
            backend=args.backend,
            precision=args.precision,
            domain=args.domain,
            input_size=args.input_size,
            input_scale=args.input_scale,
        ) as perception:
            print(f'{perception.card.name} on {perception.description}', file=sys.stderr)
            return _Run(perception, args).over(source)


class _Run:
    """Take one source through one model, keeping what went wrong for the end."""

    def __init__(self, perception: Perception, args: argparse.Namespace) -> None:
        from hydranet_ros.picture import Meaning

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
        from tqdm import tqdm

        total = source.count if self._args.limit is None else self._args.limit
        if source.count is not None and self._args.limit is not None:
            total = min(source.count, self._args.limit)
        seen = 0
        with tqdm(total=total, unit='frame', disable=None) as bar:
            for frame in islice(self._readable(iter(source)), self._args.limit):
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

    def _readable(self, frames: Iterator[Frame]) -> Iterator[Frame | None]:
        """Give the frames, None for one that is damaged."""
        from hydranet_ros.sources import UnreadableFrame

        while True:
            try:
                yield next(frames)
            except UnreadableFrame as error:
                self._problems.append(str(error))
                yield None
            except StopIteration:
                return

    def _one(self, frame: Frame) -> None:
        from hydranet_ros.picture import side_by_side
        from hydranet_ros.prediction_files import PredictionFiles
        from hydranet_ros.prediction_files import WRITTEN

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
