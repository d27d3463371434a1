# Copyright 2026 hydranet_ros maintainers
# SPDX-License-Identifier: Apache-2.0
"""Model cards, their verified weights, and the official checkpoint formats.

The names below are imported when they are first used, because `from_official` needs torch.
"""

from __future__ import annotations

import importlib
from typing import Any

_HOMES = {
    'load_card': 'card',
    'list_cards': 'card',
    'resolve_model_file': 'resolve',
    'from_official': 'import_official',
}

__all__ = ['from_official', 'list_cards', 'load_card', 'resolve_model_file']


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f'module {__name__!r} has no attribute {name!r}')
    return getattr(importlib.import_module(f'{__name__}.{_HOMES[name]}'), name)
