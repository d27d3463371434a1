# Copyright 2026 hydranet_ros maintainers
# SPDX-License-Identifier: Apache-2.0
"""A DDS domain of this machine that nobody uses, so that a running robot is not disturbed."""

import os
import random
import socket

from hydranet_ros.errors import HydranetError

# DDSI-RTPS 2.5, section 9.6.2.3: port base 7400, domain gain 250, first unicast port + 10.
_PORT_BASE, _DOMAIN_GAIN, _UNICAST = 7400, 250, 10
# Above 101 the ports meet those that Linux gives out by itself.
_DOMAINS = range(40, 101)


def is_free(domain: int) -> bool:
    """Tell whether no participant of this machine is in a domain."""
    port = _PORT_BASE + _DOMAIN_GAIN * domain
    for number in (port, port + _UNICAST):
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
            try:
                probe.bind(('', number))
            except OSError:
                return False
    return True


def enter(domain: int | None = None) -> int:
    """Put this process and its children into a domain of this machine only; return its number.

    domain: the one to use; None takes one that nobody uses. Call before rclpy.init.
    """
    if domain is None:
        candidates = list(_DOMAINS)
        random.shuffle(candidates)
        domain = next(filter(is_free, candidates), None)
        if domain is None:
            raise HydranetError(
                f'all ROS domains from {_DOMAINS[0]} to {_DOMAINS[-1]} are in use on this '
                'machine; choose one with --domain-id.'
            )
    os.environ['ROS_DOMAIN_ID'] = str(domain)
    os.environ['ROS_AUTOMATIC_DISCOVERY_RANGE'] = 'LOCALHOST'
    if os.environ.get('ROS_DISTRO') == 'humble':
        os.environ['ROS_LOCALHOST_ONLY'] = '1'
    return domain
