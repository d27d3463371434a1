# Copyright 2026 hydranet_ros maintainers
# SPDX-License-Identifier: Apache-2.0
"""Which weights of a network do nothing: a searched decoder need not read all that there is."""

import torch
from torch import nn

_IMAGE = (2, 3, 64, 64)  # large enough that batch norm has more than one value a channel


def idle_parameters(network: nn.Module) -> set[str]:
    """Name the parameters on which no output depends, in the mode that the network is in.

    Nothing is computed but sizes.
    """
    state = {
        key: value.detach().to('meta', copy=True) for key, value in network.state_dict().items()
    }
    parameters = {key: state[key].requires_grad_() for key, _ in network.named_parameters()}
    with torch.enable_grad():
        outputs = torch.func.functional_call(
            network, state, torch.empty(_IMAGE, device='meta'), strict=True
        )
        total = sum(output.sum() for output in outputs.values())
    gradients = torch.autograd.grad(total, list(parameters.values()), allow_unused=True)
    pairs = zip(parameters, gradients, strict=True)
    return {key for key, gradient in pairs if gradient is None}
