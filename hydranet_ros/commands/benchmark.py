# Copyright 2026 hydranet_ros maintainers
# SPDX-License-Identifier: Apache-2.0
"""The subcommand `hydranet benchmark`."""

from __future__ import annotations

import argparse
from pathlib import Path
import re
import sys
from typing import TYPE_CHECKING

from hydranet_ros.commands.argument_types import add_builder_arguments
from hydranet_ros.commands.argument_types import builder_options
from hydranet_ros.commands.argument_types import count
from hydranet_ros.commands.argument_types import domain
from hydranet_ros.commands.argument_types import positive
from hydranet_ros.deploy.options import Backend
from hydranet_ros.deploy.options import Precision
from hydranet_ros.resources import DEFAULT_MODEL

if TYPE_CHECKING:
    from hydranet_ros.deploy.selection import Choice
    from hydranet_ros.evaluation.benchmark import Case
    from hydranet_ros.evaluation.benchmark import NodeMeasurement
    from hydranet_ros.evaluation.results import BenchmarkResult
    from hydranet_ros.evaluation.results import NodeResult

SUMMARY = 'Time network, API and node on this machine, against the official pipeline.'
_CASE = re.compile(r'(?P<model>[^:]+)(:(?P<width>\d+)x(?P<height>\d+)(:(?P<weights>.+))?)?')
_DETAILS = """\
Every variant takes the same frames in turn, round after round, so that whatever else the machine
does meets them all. Times run from a uint8 frame to labels and depth at full size.

With --batch every variant takes so many frames at once; times are of a batch then, and --frames
counts batches. Where a GPU has events, its own time stands beside that of the wall clock.

example: hydranet benchmark --case kitti:1200x350 --case nyud:640x480 --node --json here.json
         hydranet benchmark --case street:640x480 --backend tensorrt --precision fp16 --batch 1 4 8
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.epilog = _DETAILS
    add = parser.add_argument
    add(
        *('--case', '--model'),
        dest='cases',
        action='append',
        type=_case,
        metavar='MODEL[:WxH[:WEIGHTS]]',
        help='a model card, its frame width x height (640x480), local weights; repeatable',
    )
    add('--backend', default='all', help=f'auto, all, {", ".join(Backend)} (all)')
    add('--precision', default='all', help=f'auto, all, {", ".join(Precision)} (all)')
    add('--rounds', type=count, default=5, metavar='N', help='how often in turn (%(default)s)')
    add('--frames', type=count, default=20, metavar='N', help='in each turn (%(default)s)')
    add('--batch', type=count, nargs='+', default=[1], metavar='N', help='frames at a time (1)')
    add_builder_arguments(parser)
    add('--image', default='street', metavar='INPUT', help="image, folder, video or 'street'")
    add(
        '--baselines',
        action=argparse.BooleanOptionalAction,
        help='the official pipeline and the same in channels_last (where torch is)',
    )
    add('--ablate', action='store_true', help='also what each graph rewrite is worth')
    add('--node', action='store_true', help='also the whole node, with the first engine')
    add('--rate', type=positive, default=10.0, metavar='HZ', help="the node's camera (10)")
    add('--domain-id', type=domain, metavar='N', help='ROS domain (one that nobody uses)')
    add('--json', type=Path, metavar='FILE', help='write the results there')
    add(
        '--table',
        type=Path,
        nargs='+',
        metavar='FILE',
        help='measure nothing, print the tables of these results (with --ablate: of rewrites)',
    )


def run(args: argparse.Namespace) -> int:
    """Measure, or print what was measured."""
    from hydranet_ros.evaluation.benchmark_table import markdown
    from hydranet_ros.evaluation.results_file import check_writable
    from hydranet_ros.evaluation.results_file import read_results
    from hydranet_ros.evaluation.results_file import write_results

    if args.table:
        results = [read_results(path) for path in args.table]
        print(markdown(results, ablations=args.ablate), end='')
        return 0
    # importing rclpy may start Python afresh, so it comes before any work
    node = _node_measurement(args) if args.node else None
    if args.json:
        check_writable(args.json)
    result = _measure(args, node)
    if args.json:
        write_results(result, args.json)
    print(markdown([result]), end='')
    if args.ablate:
        print('\n' + markdown([result], ablations=True), end='')
    return 0


def _measure(args: argparse.Namespace, node: NodeMeasurement | None) -> BenchmarkResult:
    from tqdm import tqdm

    from hydranet_ros.evaluation.benchmark import blocks
    from hydranet_ros.evaluation.benchmark import Plan
    from hydranet_ros.evaluation.benchmark import run_benchmark
    from hydranet_ros.evaluation.engine_variants import choices

    engines, skipped = choices(args.backend, args.precision)
    baselines, reason = _baselines(args)
    skipped += [reason] if reason else []
    for sentence in skipped:
        print(f'left out: {sentence}', file=sys.stderr)
    plan = Plan(
        cases=tuple(args.cases or [_case(DEFAULT_MODEL)]),
        choices=tuple(engines),
        rounds=args.rounds,
        frames=args.frames,
        image=args.image,
        baselines=baselines,
        ablate=args.ablate,
        batches=tuple(dict.fromkeys(args.batch)),
        builder=builder_options(args),
    )
    with tqdm(total=blocks(plan), unit='block', disable=None) as bar:
        result = run_benchmark(plan, skipped=skipped, after_block=bar.update, node=node)
    for sentence in result.skipped[len(skipped) :]:
        print(f'left out: {sentence}', file=sys.stderr)
    return result


def _baselines(args: argparse.Namespace) -> tuple[bool, str]:
    """Tell whether to run the official pipeline, and why not where nobody has said so."""
    from hydranet_ros.errors import HydranetError
    from hydranet_ros.evaluation.benchmark import baselines_unavailable

    reason = baselines_unavailable()
    if args.baselines and reason:
        raise HydranetError(f'The baselines cannot run: {reason}.')
    if args.baselines is None and reason:
        return False, f'baselines: {reason}'
    return args.baselines is not False, ''


def _node_measurement(args: argparse.Namespace) -> NodeMeasurement:
    from hydranet_ros.errors import HydranetError

    try:
        from hydranet_ros.ros.camera_and_perception import EngineChoice
        from hydranet_ros.ros.node_benchmark import benchmark_node
        from hydranet_ros.ros.node_benchmark import NodeRun
        from hydranet_ros.ros.quiet_domain import enter
    except ModuleNotFoundError as error:
        raise HydranetError(
            f'--node needs ROS 2 ({error}). Source a ROS 2 installation, or leave --node out.'
        ) from error

    def measure(case: Case, choice: Choice, folder: Path) -> NodeResult:
        # a domain of its own for each case: in one just left, discovery takes seconds
        enter(args.domain_id)
        return benchmark_node(
            NodeRun(
                engine=EngineChoice(
                    case.model,
                    case.weights,
                    choice.backend.value,
                    choice.precision.value,
                    builder_options(args),
                ),
                source=str(folder),
                rate=args.rate,
                frames=args.rounds * args.frames,
            )
        )

    return measure


def _case(text: str) -> Case:
    from hydranet_ros.evaluation.benchmark import Case

    match = _CASE.fullmatch(text)
    if not match or '0' in (match['width'], match['height']):
        raise argparse.ArgumentTypeError(
            f"'{text}' is no case; give MODEL, MODEL:WIDTHxHEIGHT or MODEL:WIDTHxHEIGHT:WEIGHTS"
        )
    return Case(
        model=match['model'],
        width=int(match['width'] or 640),
        height=int(match['height'] or 480),
        weights=Path(match['weights']) if match['weights'] else None,
    )
