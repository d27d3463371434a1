# Copyright 2026 hydranet_ros maintainers
# SPDX-License-Identifier: Apache-2.0
"""Who captures a CUDA graph, or sets up what could disturb one: one thread of a process at a time.

While a stream is captured nobody may wait for its whole device (CUDA Programming Guide, prohibited
operations of stream capture), and libraries do as they load or take memory. While
torch2trt converts, torch's functions are its own: who calls them on a GPU takes the lock too.
"""

from threading import Lock

SETTING_UP = Lock()
