# Copyright 2026 hydranet_ros maintainers
# SPDX-License-Identifier: Apache-2.0
"""Hard distillation: a teacher's predictions stored as files, as annotations of what lacks them.

Nekrasov et al., ICRA 2019 (arXiv 1809.04766), section III-D. Needs no torch.
"""
