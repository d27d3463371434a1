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
    with torch.inference_mode(False), torch.enable_grad():
        state = {
            key: torch.empty_like(value, device='meta')
            for key, value in network.state_dict().items()
        }
        learnt = {key: state[key].requires_grad_() for key, _ in network.named_parameters()}
        image = torch.empty(_IMAGE, device='meta')
        outputs = torch.func.functional_call(network, state, image, strict=True)
        total = sum(output.sum() for output in outputs.values())
        gradients = torch.autograd.grad(total, list(learnt.values()), allow_unused=True)
    return {key for key, one in zip(learnt, gradients, strict=True) if one is None}
