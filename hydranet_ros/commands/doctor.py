# Copyright 2026 hydranet_ros maintainers
# SPDX-License-Identifier: Apache-2.0
"""The subcommand `hydranet doctor`."""

import argparse
from collections import Counter
import logging

SUMMARY = 'Look for what keeps hydranet_ros from running well on this machine.'


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument(
        '--quick',
        action='store_true',
        help='leave out the trials: three seconds of the network, three of images through ROS 2',
    )


def run(args: argparse.Namespace) -> int:
    """Print one line a finding and one of advice; 1 where there is a problem."""
    from hydranet_ros.doctor.checks import CHECKS
    from hydranet_ros.doctor.checks import examine
    from hydranet_ros.doctor.checks import TRIALS
    from hydranet_ros.doctor.finding import Level

    logging.disable(logging.WARNING)
    counts: Counter[Level] = Counter()
    try:
        for finding in examine(CHECKS if args.quick else CHECKS + TRIALS):
            counts[finding.level] += 1
            print(f'{finding.level.value:8} {finding.subject}: {finding.text}', flush=True)
            if finding.advice:
                print(f'         -> {finding.advice}', flush=True)
    finally:
        logging.disable(logging.NOTSET)
    print(f'{counts[Level.PROBLEM]} problems, {counts[Level.WARNING]} warnings')
    return 1 if counts[Level.PROBLEM] else 0
