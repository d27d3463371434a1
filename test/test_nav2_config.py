# Copyright 2026 hydranet_ros maintainers
# SPDX-License-Identifier: Apache-2.0
"""config/nav2_semantic_layer.yaml against the model and the topics that it names.

Nav2 and the plugin are no dependencies of the tests: that they read the file is not verified.
"""

import yaml

from hydranet_ros import outputs
from hydranet_ros.ros.parameter_table import PARAMETERS
from hydranet_ros.zoo import load_card

from .conftest import ROOT

# What the plugin declares of one source and of one class type, with the types it reads.
SOURCE = {
    'segmentation_topic': str,
    'confidence_topic': str,
    'labels_topic': str,
    'pointcloud_topic': str,
    'observation_persistence': float,
    'expected_update_rate': float,
    'class_types': list,
    'max_obstacle_distance': float,
    'min_obstacle_distance': float,
    'tile_map_decay_time': float,
    'visualize_tile_map': bool,
    'use_cost_selection': bool,
}
CLASS_TYPE = {
    'classes': list,
    'base_cost': int,
    'max_cost': int,
    'mark_confidence': int,
    'samples_to_max_cost': int,
    'dominant_priority': bool,
}


def layer() -> dict:
    text = (ROOT / 'config' / 'nav2_semantic_layer.yaml').read_text(encoding='utf-8')
    costmap = yaml.safe_load(text)['local_costmap']['local_costmap']['ros__parameters']
    assert 'semantic_layer' in costmap['plugins']
    return costmap['semantic_layer']


def test_every_class_of_the_model_has_one_cost():
    camera = layer()['camera']
    named = [name for kind in camera['class_types'] for name in camera[kind]['classes']]
    assert sorted(named) == sorted(one.name for one in load_card('street').classes)


def test_topics_are_the_nodes():
    camera = layer()['camera']
    assert camera['segmentation_topic'] == f'/{outputs.SEMANTIC.topic}'
    assert camera['confidence_topic'] == f'/{outputs.SEMANTIC_CONFIDENCE.topic}'
    assert camera['labels_topic'] == f'/{outputs.LABEL_INFO}'
    assert camera['pointcloud_topic'] == f'/{outputs.POINTS}'
    assert {one.name: one.default for one in PARAMETERS}['points_stride'] == 1


def test_names_and_types_are_those_that_the_plugin_declares():
    camera = layer()['camera']
    kinds = camera['class_types']
    assert {name: type(value) for name, value in camera.items() if name not in kinds} == SOURCE
    for kind in kinds:
        assert {name: type(value) for name, value in camera[kind].items()} == CLASS_TYPE
        assert 0 <= camera[kind]['base_cost'] <= camera[kind]['max_cost'] <= 254
