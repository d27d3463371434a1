# Copyright 2026 hydranet_ros maintainers
# SPDX-License-Identifier: Apache-2.0
"""The subcommand `hydranet evaluate`."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from hydranet_ros.commands.argument_types import add_builder_arguments
from hydranet_ros.commands.argument_types import add_evaluation_arguments
from hydranet_ros.commands.argument_types import builder_options
from hydranet_ros.commands.argument_types import positive

if TYPE_CHECKING:
    from hydranet_ros.evaluation.evaluation_data import EvaluationData
    from hydranet_ros.evaluation.evaluation_result import EvaluationResult

SUMMARY = 'Measure a model, on any engine, against the annotations of a data set.'
_DETAILS = """\
Images run at their own size, one at a time, labels and depth are compared at full size. Classes
are matched by name. Depth is compared where the truth lies within the range of the model's card,
and predictions are clipped to it; for how much of that the model gives a depth at all, rather than
none because it is beyond the range, is told beside the errors.

example: hydranet evaluate --model street --data camvid:data/camvid --split test --json here.json
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.epilog = _DETAILS
    add = parser.add_argument
    add_evaluation_arguments(
        parser,
        'camvid:PATH, kitti:PATH, nyudv2:PATH, cityscapes:PATH, voc:PATH, folder:PATH, '
        'replica:PATH, 7scenes:PATH or street[:COUNT[xSEED]]',
    )
    add_builder_arguments(parser)
    add(
        '--fx',
        type=positive,
        metavar='PX',
        help="the images' focal length in pixels, in place of the data set's (docs/depth.md)",
    )
    add(
        '--baseline-split',
        metavar='SPLIT',
        help="whose median depth to compare with, e.g. train (the evaluated images' own)",
    )
    add(
        '--scale-median',
        action='store_true',
        help='depth also after each image is scaled to the median of its true depths',
    )


def run(args: argparse.Namespace) -> int:
    """Evaluate, print the tables, write the JSON."""
    from hydranet_ros.evaluation.evaluation_table import evaluation_tables
    from hydranet_ros.evaluation.results_file import check_writable
    from hydranet_ros.evaluation.results_file import write_json

    if args.json:
        check_writable(args.json)
    result = _evaluate(args)
    if args.json:
        write_json(result.document(), args.json)
    print(evaluation_tables(result), end='')
    return 0


def _evaluate(args: argparse.Namespace) -> EvaluationResult:
    from tqdm import tqdm

    from hydranet_ros.evaluation.evaluate import evaluate
    from hydranet_ros.evaluation.evaluate import EvaluationOptions
    from hydranet_ros.perception import Perception

    data = _open(args.data, args.split)
    options = EvaluationOptions(
        fx=args.fx,
        scale_median=args.scale_median,
        pad_to=args.pad_to,
        baseline=_open(args.data, args.baseline_split) if args.baseline_split else None,
    )
    with (
        Perception.load(
            args.model,
            weights=args.weights,
            backend=args.backend,
            precision=args.precision,
            domain=args.domain,
            input_size=args.input_size,
            input_scale=args.input_scale,
            builder=builder_options(args),
        ) as perception,
        tqdm(total=len(data.dataset), unit='image', disable=None) as bar,
    ):
        return evaluate(perception, data, options, after_image=bar.update)


def _open(spec: str, split: str | None) -> EvaluationData:
    from hydranet_ros.evaluation.evaluation_data import EvaluationData
    from hydranet_ros.training.datasets.opening import open_dataset

    return EvaluationData(open_dataset(spec, split=split), spec, split)
