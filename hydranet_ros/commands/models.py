# Copyright 2026 hydranet_ros maintainers
# SPDX-License-Identifier: Apache-2.0
"""The subcommand `hydranet models`."""

from __future__ import annotations

import argparse
import os
from pathlib import Path
from typing import TYPE_CHECKING

from hydranet_ros.zoo.official_keys import FAMILIES

if TYPE_CHECKING:
    from hydranet_ros.zoo.card_types import DepthRange
    from hydranet_ros.zoo.card_types import ModelCard

SUMMARY = 'List models, show their cards, download and import their weights.'


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare list, show, download and import."""
    parser.set_defaults(action=_list)
    actions = parser.add_subparsers(metavar='ACTION')
    action = actions.add_parser('list', help='one line for each model (the default)')
    action.set_defaults(action=_list)

    action = actions.add_parser('show', help='all that the card of a model says')
    action.add_argument('model', metavar='NAME', help='a model, or the path of a card (.yaml)')
    action.set_defaults(action=_show)

    action = actions.add_parser('download', help='fetch and verify the weights of a model')
    action.add_argument('model', metavar='NAME', help='a model, or the path of a card (.yaml)')
    action.set_defaults(action=_download)

    action = actions.add_parser('import', help='make a model file of a torch checkpoint')
    action.add_argument('model', metavar='NAME|CHECKPOINT', help='a model, or a checkpoint file')
    action.add_argument('--weights', metavar='PATH', help='a local checkpoint of that model')
    action.add_argument(
        '--family',
        metavar='NAME',
        help=f'layout of an official checkpoint: {", ".join(FAMILIES)} (default: the first)',
    )
    action.add_argument(
        '--genotype',
        metavar='NAME|NUMBERS',
        help='of a searched network (default: the published one whose keys the checkpoint has)',
    )
    action.add_argument(
        '--out', metavar='FILE.onnx', type=Path, help='where to write (default: the cache)'
    )
    action.set_defaults(action=_import)


def run(args: argparse.Namespace) -> int:
    """Run the chosen action; return its exit status."""
    return int(args.action(args))


def _list(args: argparse.Namespace) -> int:
    from hydranet_ros.zoo.card import list_cards
    from hydranet_ros.zoo.card import load_card

    header = ('NAME', 'TASKS', 'CLASSES', 'DEPTH', 'METRIC', 'WEIGHTS', 'LICENCE')
    rows = [header, *(_row(load_card(name)) for name in list_cards())]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for row in rows:
        cells = (cell.ljust(width) for cell, width in zip(row, widths, strict=True))
        print('  '.join(cells).rstrip())
    return 0


def _row(card: ModelCard) -> tuple[str, ...]:
    return (
        card.name,
        ','.join(task.value for task in card.tasks),
        str(len(card.classes)),
        f'{card.depth.min_m:g}-{card.depth.max_m:g} m' if card.depth else '-',
        ('yes' if card.depth.metric else 'no') if card.depth else '-',
        _state(card),
        card.licence,
    )


def _state(card: ModelCard) -> str:
    from hydranet_ros.zoo.download import download_path
    from hydranet_ros.zoo.resolve import checkpoint_identity
    from hydranet_ros.zoo.resolve import imported_path

    if card.weights.lost:
        return 'lost'
    if not card.weights.is_url:
        return 'installed' if (card.path.parent / card.weights.location).is_file() else 'missing'
    if imported_path(card, checkpoint_identity(card)).is_file():
        return 'imported'
    return 'downloaded' if download_path(card.weights).is_file() else 'not downloaded'


def _show(args: argparse.Namespace) -> int:
    from hydranet_ros.zoo.card import load_card

    card = load_card(args.model)
    print(f'{card.name}: {card.title}')
    for label, text in _facts(card):
        print(f'{label + ":":14} {text}')
    for figure in card.figures:
        value = f'{figure.metric} {figure.value:g} {figure.unit or ""}'.rstrip()
        print(f'{"result:":14} {value} on {figure.data} ({figure.source})')
    for domain in card.domains:
        count = f'{domain.stop - domain.start} classes'
        print(f'{"domain:":14} {domain.name}, {count}, {_depth(domain.depth or card.depth)}')
    names: list[str | None] = [domain.name for domain in card.domains]
    for name in names or [None]:
        label = f'{name} class:' if name else 'class:'
        for index, item in enumerate(card.classes_of(name)):  # a domain's labels begin at 0
            print(f'{label:14} {index:3} {item.name} {item.color}')
    return 0


def _facts(card: ModelCard) -> list[tuple[str, str]]:
    weights = card.weights
    checks = (('SHA-256', weights.sha256), ('git blob', weights.git_blob))
    options = [(name, str(value)) for name, value in card.options.chosen().items()]
    verified = ', '.join(f'{name} {value}' for name, value in checks if value)
    return [
        ('card', str(card.path)),
        ('architecture', ', '.join([card.architecture, *map(': '.join, options)])),
        ('tasks', ', '.join(task.value for task in card.tasks)),
        ('training data', card.training_data),
        ('depth', _depth(card.depth)),
        ('normals', f'stored as {card.normals_axes}' if card.normals_axes else 'none'),
        ('normalisation', f'mean {card.mean}, std {card.std}'),
        ('licence', card.licence),
        ('weights', f'{weights.location} ({_state(card)})'),
        ('lost', weights.lost) if weights.lost else ('verified by', verified or 'nothing'),
    ]


def _depth(depth: DepthRange | None) -> str:
    if depth is None:
        return 'no depth'
    metric = 'metric' if depth.metric else 'relative'
    focal = f'{depth.focal_length_px:g} px' if depth.focal_length_px else 'unknown'
    return f'{depth.min_m:g} to {depth.max_m:g} m, {metric}, focal length in training: {focal}'


def _download(args: argparse.Namespace) -> int:
    from hydranet_ros.errors import HydranetError
    from hydranet_ros.zoo.card import load_card
    from hydranet_ros.zoo.download import download
    from hydranet_ros.zoo.resolve import lost_weights

    card = load_card(args.model)
    if card.weights.lost:
        raise HydranetError(lost_weights(card))
    if not card.weights.is_url:
        raise HydranetError(
            f'The weights of model {card.name} come with its card '
            f'({card.path.parent / card.weights.location}); there is nothing to download.'
        )
    print(download(card.weights, licence_note=card.licence_note))
    return 0


def _import(args: argparse.Namespace) -> int:
    from hydranet_ros.errors import HydranetError

    checkpoint = Path(os.path.expanduser(args.model))
    if args.out is not None and args.out.suffix != '.onnx':
        raise HydranetError(f'{args.out} must end in .onnx, by which a model file is known.')
    if args.out is not None and args.out.exists():
        raise HydranetError(f'{args.out} exists; remove it or choose another --out.')
    if checkpoint.suffix in ('.yaml', '.yml'):
        return _import_model(args)
    if os.path.isfile(checkpoint):
        return _import_checkpoint(checkpoint, args)
    if checkpoint.suffix or os.sep in args.model:
        raise HydranetError(f'There is no checkpoint {checkpoint}; check the path.')
    return _import_model(args)


def _import_checkpoint(checkpoint: Path, args: argparse.Namespace) -> int:
    from hydranet_ros.errors import HydranetError
    from hydranet_ros.zoo.resolve import import_checkpoint_file

    if args.weights is not None:
        raise HydranetError(
            f'{checkpoint} is a checkpoint itself; --weights goes with the name of a model.'
        )
    out = args.out or Path(f'{checkpoint.stem}.onnx')
    if out.exists():
        raise HydranetError(f'{out} exists; remove it or choose another place with --out.')
    print(import_checkpoint_file(checkpoint, args.family, out, checkpoint.stem, args.genotype))
    return 0


def _import_model(args: argparse.Namespace) -> int:
    from hydranet_ros.atomic_file import write_atomically
    from hydranet_ros.errors import HydranetError
    from hydranet_ros.zoo import load_card
    from hydranet_ros.zoo import resolve_model_file

    card = load_card(args.model)
    if args.family is not None:
        raise HydranetError(f'--family goes with a checkpoint; the card of {args.model} has it.')
    if args.genotype is not None:
        raise HydranetError(f'--genotype goes with a checkpoint; the card of {args.model} has it.')
    path = resolve_model_file(card, args.weights)
    if args.out is not None:
        try:
            args.out.parent.mkdir(parents=True, exist_ok=True)
            path = write_atomically(args.out, path.read_bytes())
        except OSError as error:
            raise HydranetError(
                f'{args.out} cannot be written: {error}. Choose another --out.'
            ) from error
    print(path)
    return 0
