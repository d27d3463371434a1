# Copyright 2026 hydranet_ros maintainers
# SPDX-License-Identifier: Apache-2.0
"""Which images labels are of."""

from concurrent.futures import ThreadPoolExecutor
import hashlib

import numpy as np

from hydranet_ros.training.datasets.sample import DataSet


def fingerprint(dataset: DataSet) -> str:
    """Return a checksum of the names and pixels of all images of a set, in their order.

    It reads every image, by all cores: their files may have changed under the same names.
    """

    def of_image(index: int) -> bytes:
        rgb = np.ascontiguousarray(dataset[index].rgb)
        image = hashlib.sha256(repr((dataset.names[index], rgb.shape)).encode())
        image.update(rgb.data)
        return image.digest()

    whole = hashlib.sha256()
    with ThreadPoolExecutor() as pool:
        for digest in pool.map(of_image, range(len(dataset))):
            whole.update(digest)
    return whole.hexdigest()
