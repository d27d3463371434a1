# Copyright 2026 hydranet_ros maintainers
# SPDX-License-Identifier: Apache-2.0
"""Loading a state dict under our keys, strictly."""

from collections.abc import Collection
from collections.abc import Mapping

from torch import nn
from torch import Tensor

from hydranet_ros.errors import first_line
from hydranet_ros.errors import HydranetError

COUNTER = 'num_batches_tracked'  # of batch norms, which old checkpoints lack


def load_renamed(
    network: nn.Module, state_dict: Mapping[str, Tensor], *, may_lack: Collection[str] = ()
) -> None:
    """Load strictly, but for batch counters, which old checkpoints lack.

    may_lack: parameters that may be missing too, with what else their modules hold.
    """
    own = network.state_dict()
    other = [
        f'{key} is {tuple(value.shape)} where the network has {tuple(own[key].shape)}'
        for key, value in state_dict.items()
        if key in own and own[key].shape != value.shape
    ]
    if other:
        raise HydranetError(
            f'The checkpoint does not fit the network: {"; ".join(other[:2])} ({len(other)} '
            'differ in shape).'
        )
    try:
        missing, unexpected = network.load_state_dict(dict(state_dict), strict=False)
    except RuntimeError as error:
        raise HydranetError(
            f'The checkpoint does not fit the network: {first_line(error)}.'
        ) from error
    lacking = {_module(key) for key in may_lack}
    missing = [key for key in missing if not key.endswith(COUNTER) and _module(key) not in lacking]
    if missing or unexpected:
        raise HydranetError(
            f'The checkpoint does not fit the network: missing {missing[:5]} ({len(missing)}), '
            f'unknown {unexpected[:5]} ({len(unexpected)}).'
        )


def _module(key: str) -> str:
    return key.rpartition('.')[0]
