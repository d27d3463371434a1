# Copyright 2026 hydranet_ros maintainers
# SPDX-License-Identifier: Apache-2.0
"""What `hydranet predict` does with a bag."""

import argparse
from collections.abc import Callable
from pathlib import Path
import sys

from tqdm import tqdm

from hydranet_ros.bags.predicting import predict_bag
from hydranet_ros.perception import Perception


def predict_bag_file(perception: Perception, bag: Path, args: argparse.Namespace) -> int:
    """Predict a bag into the one that the arguments name; 1 where something could not be read."""
    with tqdm(unit='message', disable=None) as bar:

        def begin(total: int) -> Callable[[], object]:
            bar.reset(total)
            return bar.update

        report = predict_bag(
            perception,
            bag,
            args.out,
            args.topics,
            args.outputs,
            fx=args.fx,
            limit=args.limit,
            progress=begin,
        )
    for problem in report.problems:
        print(f'hydranet: {problem}', file=sys.stderr)
    where = report.unfinished or args.out
    done = f'{report.answered} images predicted, {report.kept} messages kept: {where}'
    if report.resumed:
        done += f' (the first {report.resumed} messages were done by an interrupted run)'
    print(done, file=sys.stderr)
    if report.unfinished:
        print('Interrupted; the same command goes on from there.', file=sys.stderr)
        raise KeyboardInterrupt
    return 1 if report.problems else 0
