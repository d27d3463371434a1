# Copyright 2026 hydranet_ros maintainers
# SPDX-License-Identifier: Apache-2.0
"""The figures of a model card as the README shows them.

`python -m hydranet_ros.evaluation.figures_table [MODEL]` prints the table.
"""

from collections.abc import Sequence
import sys

from hydranet_ros.evaluation.markdown_table import markdown_table
from hydranet_ros.resources import DEFAULT_MODEL
from hydranet_ros.zoo.card import load_card
from hydranet_ros.zoo.card_types import ModelCard


def figures_table(card: ModelCard) -> str:
    """Render a row for each figure, in the order of the card."""
    rows = [
        [one.metric, f'{one.value:g} {one.unit or ""}'.rstrip(), one.data, one.source]
        for one in card.figures
    ]
    return markdown_table(['metric', card.name, 'on', 'measured by'], rows)


def main(arguments: Sequence[str] | None = None) -> int:
    """Print the table of one model, the default one where none is named."""
    names = list(sys.argv[1:] if arguments is None else arguments) or [DEFAULT_MODEL]
    if len(names) != 1:
        print('usage: python -m hydranet_ros.evaluation.figures_table [MODEL]', file=sys.stderr)
        return 2
    print(figures_table(load_card(names[0])))
    return 0


if __name__ == '__main__':
    sys.exit(main())
