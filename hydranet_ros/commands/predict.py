# Copyright 2026 hydranet_ros maintainers
# SPDX-License-Identifier: Apache-2.0
"""The subcommand `hydranet predict`."""

from __future__ import annotations

import argparse
import os
from pathlib import Path
import sys
from typing import TYPE_CHECKING

from hydranet_ros.commands.argument_types import add_builder_arguments
from hydranet_ros.commands.argument_types import add_engine_arguments
from hydranet_ros.commands.argument_types import add_focal_length_argument
from hydranet_ros.commands.argument_types import builder_options
from hydranet_ros.commands.argument_types import count
from hydranet_ros.resources import DEFAULT_MODEL

if TYPE_CHECKING:
    from hydranet_ros.perception import Perception

SUMMARY = 'Predict labels and depth of an image, a folder of images, a video or a bag.'
_DETAILS = """\
writes for each frame, into --out:
  NAME_labels.png   class ids, 8 bit, 255 = unlabelled
  NAME_depth.npy    metres along the optical axis, float32, NaN = none
  NAME_depth.png    the same in millimetres, 16 bit, 0 = none; beyond 65.535 m: 65535
  NAME_normals.npy  unit normals, float32 (H, W, 3), from models that have them
  NAME_picture.png  camera, classes and depth side by side
of a ROS 2 bag (sqlite3 or MCAP), --out is the same bag with our topics added beside the images'
topic, with their stamps: /cam/image_raw gets /cam/semantic, /cam/depth, ...
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.epilog = _DETAILS
    parser.add_argument(
        'input',
        metavar='INPUT',
        help="image, folder of images, video, /dev/video0, bag or 'street'",
    )
    parser.add_argument('--model', default=DEFAULT_MODEL, help='a model card (%(default)s)')
    parser.add_argument('--out', type=Path, required=True, metavar='DIR', help='where to write')
    add_engine_arguments(parser)
    add_builder_arguments(parser)
    add_focal_length_argument(parser)
    parser.add_argument('--limit', type=count, metavar='N', help='stop after N frames')
    parser.add_argument('--overwrite', action='store_true', help='replace files that exist')
    parser.add_argument(
        '--topics',
        nargs='+',
        default=(),
        metavar='TOPIC',
        help='of a bag: image topics to predict',
    )
    parser.add_argument(
        '--outputs',
        nargs='+',
        default=(),
        metavar='NAME',
        help='of a bag: what to add, as the node names it: semantic, semantic/color, points, ...',
    )


def run(args: argparse.Namespace) -> int:
    """Predict every frame; 1 where a frame was damaged or its outputs exist already."""
    from hydranet_ros.bags.reading import is_bag
    from hydranet_ros.commands.predict_bag import predict_bag_file
    from hydranet_ros.commands.predict_frames import FramesRun
    from hydranet_ros.errors import HydranetError
    from hydranet_ros.output_folder import make_output_folder
    from hydranet_ros.sources import open_source

    args.out = Path(os.path.expanduser(args.out))  # unlike pathlib's, never an error
    bag = Path(os.path.expanduser(args.input))
    if is_bag(bag):
        if args.overwrite:
            raise HydranetError(
                '--overwrite is not for bags; remove the old one, or name another.'
            )
        with _load(args) as perception:
            return predict_bag_file(perception, bag, args)
    if args.topics or args.outputs:
        raise HydranetError(f'--topics and --outputs belong to a bag; {args.input} is none.')
    with open_source(args.input) as source:
        if source.count is None and args.limit is None and source.endless:
            raise HydranetError(f'{args.input} has no end; say how many frames with --limit N.')
        make_output_folder(args.out)
        with _load(args) as perception:
            return FramesRun(perception, args).over(source)


def _load(args: argparse.Namespace) -> Perception:
    from hydranet_ros.perception import Perception

    perception = Perception.load(
        args.model,
        weights=args.weights,
        backend=args.backend,
        precision=args.precision,
        domain=args.domain,
        input_size=args.input_size,
        input_scale=args.input_scale,
        builder=builder_options(args),
    )
    print(f'{perception.card.name} on {perception.description}', file=sys.stderr)
    return perception
