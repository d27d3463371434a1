# Copyright 2026 hydranet_ros maintainers
# SPDX-License-Identifier: Apache-2.0
"""The subcommand `hydranet diagnose`."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from hydranet_ros.commands.argument_types import add_evaluation_arguments
from hydranet_ros.commands.argument_types import count
from hydranet_ros.commands.argument_types import positive

if TYPE_CHECKING:
    from hydranet_ros.evaluation.diagnostics.diagnosis import Diagnosis
    from hydranet_ros.evaluation.diagnostics.worst_images import WorstImage
    from hydranet_ros.evaluation.evaluation_data import EvaluationData

SUMMARY = 'Tell where a segmentation fails and why: uncertainty, kinds of error, objects.'
_PICTURES = 8
_DETAILS = """\
After Nekrasov, Shen, Reid, Diagnostics in Semantic Segmentation (2018). The paper's: the two
measures of uncertainty, the bins of distance for Pascal VOC and Cityscapes, box plots by class,
the four kinds of error. Inferred from its figure, as its text could not be had: the formulas of
uncertainty, points of a box. Ours: bins of other sets, radius, groups, and what is measured of
objects. docs/diagnose.md has all of it, and how to read the figures. It takes a backend of a CPU
(openvino, onnxruntime, torch): those of a GPU give no probabilities.

example: hydranet diagnose --model street --data camvid:data/camvid --split test --out worst
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.epilog = _DETAILS
    add = parser.add_argument
    add_evaluation_arguments(
        parser,
        'a set with labels: camvid:PATH, cityscapes:PATH, voc:PATH, nyudv2:PATH, replica:PATH, '
        'folder:PATH or street[:COUNT[xSEED]]',
    )
    add('--out', type=Path, metavar='DIR', help='write pictures of the worst images there')
    add(
        '--pictures',
        type=count,
        metavar='N',
        help=f'how many: those with the most wrong pixels ({_PICTURES}); goes with --out',
    )
    add('--overwrite', action='store_true', help='replace the pictures (NN_*.png) of --out')
    add(
        '--bins',
        type=_bins,
        metavar='PX,PX,...',
        help="where the bins of distance to the boundary end (VOC and Cityscapes: the paper's; "
        'else those of Cityscapes times the ratio of the image diagonals)',
    )
    add(
        '--radius',
        type=positive,
        metavar='PX',
        help="how far from the predicted class an error is one of localisation (end of the set's "
        'own first bin, whatever --bins says: VOC 5, Cityscapes at 2048x1024 10)',
    )
    add(
        '--groups',
        type=Path,
        metavar='FILE',
        help='YAML of similar classes and the background (built in for VOC, Cityscapes, CamVid)',
    )
    add(
        '--least-area',
        type=count,
        metavar='PX',
        help='smaller connected components are no objects, where the set has no maps of instances '
        "(the square of the end of the set's own first bin)",
    )


def run(args: argparse.Namespace) -> int:
    """Diagnose, print the tables, write JSON and pictures."""
    from hydranet_ros.evaluation.diagnostics.diagnosis_picture import picture_names
    from hydranet_ros.evaluation.diagnostics.diagnosis_picture import write_pictures
    from hydranet_ros.evaluation.diagnostics.diagnosis_tables import diagnosis_tables
    from hydranet_ros.evaluation.evaluation_data import EvaluationData
    from hydranet_ros.evaluation.results_file import check_writable
    from hydranet_ros.evaluation.results_file import write_json
    from hydranet_ros.training.datasets.opening import open_dataset

    if args.json:
        check_writable(args.json)
    _check_pictures(args)
    data = EvaluationData(open_dataset(args.data, split=args.split), args.data, args.split)
    diagnosis, worst = _diagnose(args, data)
    document = diagnosis.document()
    print(diagnosis_tables(diagnosis), end='', flush=True)
    if args.out:
        document['pictures'] = picture_names(worst)
    if args.json:
        write_json(document, args.json)
    if args.out:
        classes = [one for one in data.dataset.classes if one.name in diagnosis.classes]
        write_pictures(args.out, worst, classes, diagnosis.errors.kinds)
    return 0


def _check_pictures(args: argparse.Namespace) -> None:
    """Refuse before the run what would fail or replace files after it."""
    from hydranet_ros.errors import HydranetError
    from hydranet_ros.evaluation.diagnostics.diagnosis_picture import earlier_pictures
    from hydranet_ros.output_folder import check_folder_writable

    if not args.out:
        for option, given in (('--pictures', args.pictures), ('--overwrite', args.overwrite)):
            if given:
                raise HydranetError(f'{option} is about pictures; say where with --out DIR.')
        return
    check_folder_writable(args.out)
    earlier = earlier_pictures(args.out)
    if earlier and not args.overwrite:
        raise HydranetError(
            f'{args.out} has {len(earlier)} pictures already, such as {earlier[0].name}. Replace '
            'them with --overwrite, or choose another --out.'
        )


def _bins(text: str) -> tuple[int, ...]:
    parts = text.split(',')
    if not all(part.strip().isdigit() for part in parts):
        raise argparse.ArgumentTypeError(f"'{text}' are no bins; give pixels, as 5,10,20")
    return tuple(int(part) for part in parts)


def _diagnose(
    args: argparse.Namespace, data: EvaluationData
) -> tuple[Diagnosis, list[WorstImage]]:
    from tqdm import tqdm

    from hydranet_ros.evaluation.diagnostics.diagnose import diagnose
    from hydranet_ros.evaluation.diagnostics.diagnosis_options import DiagnosisOptions
    from hydranet_ros.evaluation.diagnostics.logits import backend_with_logits
    from hydranet_ros.perception import Perception

    options = DiagnosisOptions(
        bins=args.bins,
        radius=args.radius,
        groups=args.groups,
        least_area=args.least_area,
        pad_to=args.pad_to,
        pictures=(args.pictures or _PICTURES) if args.out else 0,
    )
    with (
        Perception.load(
            args.model,
            weights=args.weights,
            backend=backend_with_logits(args.backend),
            precision=args.precision,
            domain=args.domain,
            input_size=args.input_size,
            input_scale=args.input_scale,
        ) as perception,
        tqdm(total=len(data.dataset), unit='image', disable=None) as bar,
    ):
        return diagnose(perception, data, options, after_image=bar.update)
