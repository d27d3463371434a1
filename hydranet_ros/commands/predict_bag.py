# Copyright 2026 hydranet_ros maintainers
# SPDX-License-Identifier: Apache-2.0
"""What `hydranet predict` does with a bag."""

import argparse
from collections.abc import Callable
from pathlib import Path
import sys

from tqdm import tqdm

from hydranet_ros.bags.prediction import predict_bag
from hydranet_ros.perception import Perception


def predict_bag_file(perception: Perception, args: argparse.Namespace) -> int:
    """Predict a bag into another one; 1 where something could not be read."""
    with tqdm(unit='message', disable=None) as bar:

        def begin(total: int) -> Callable[[], object]:
            bar.reset(total)
            return bar.update

        report = predict_bag(
            perception,
            Path(args.input).expanduser(),
            args.out,
            args.topics,
            args.outputs,
            fx=args.fx,
            limit=args.limit,
            progress=begin,
        )
    for problem in report.problems:
        print(f'hydranet: {problem}', file=sys.stderr)
    print(
        f'{report.answered} images predicted, {report.kept} messages kept: {args.out}',
        file=sys.stderr,
    )
    return 1 if report.problems else 0
