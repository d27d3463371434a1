# Copyright 2026 hydranet_ros maintainers
# SPDX-License-Identifier: Apache-2.0
"""What is made of measured seconds: percentiles, ratios within a run, the file, the tables."""

from collections.abc import Callable
from dataclasses import replace
import json
from pathlib import Path

import numpy as np
import pytest

from hydranet_ros import HydranetError
from hydranet_ros.evaluation.benchmark_table import markdown
from hydranet_ros.evaluation.device_facts import device_facts
from hydranet_ros.evaluation.device_facts import DeviceFacts
from hydranet_ros.evaluation.results import AblationResult
from hydranet_ros.evaluation.results import BenchmarkResult
from hydranet_ros.evaluation.results import CaseResult
from hydranet_ros.evaluation.results import NodeResult
from hydranet_ros.evaluation.results import Percentiles
from hydranet_ros.evaluation.results import SCHEMA
from hydranet_ros.evaluation.results import Speedup
from hydranet_ros.evaluation.results import VariantResult
from hydranet_ros.evaluation.results import Weights
from hydranet_ros.evaluation.results_file import check_writable
from hydranet_ros.evaluation.results_file import read_results
from hydranet_ros.evaluation.results_file import write_results

# network seconds of two rounds; the machine was half as fast in the second one
SLOW, FAST = [[0.8, 0.9, 1.0], [1.7, 1.8, 1.9]], [[0.09, 0.1, 0.2], [0.1, 0.2, 0.3]]
DEVICE = DeviceFacts(
    processor='Test Processor',
    cores=2,
    flags=('avx2',),
    memory_gib=4.0,
    gpus=(),
    gpu_clocks=(),
    board='',
    power_mode='',
    governor='',
    system='Linux',
    machine='x86_64',
    python='3.10.1',
    packages={'numpy': '1.26', 'openvino': '2025.1'},
)


def variant(name: str, network: list[list[float]]) -> VariantResult:
    times = np.array(network)
    pre, post = np.full_like(times, 0.01), np.full_like(times, 0.02)
    seconds = np.stack([pre, times, post, pre + times + post, np.full_like(times, np.nan)], -1)
    return VariantResult.of(name, 'cpu', seconds)


def result() -> BenchmarkResult:
    slow, fast = variant('official pipeline', SLOW), variant('openvino bf16', FAST)
    speedups = tuple(Speedup.of(fast, slow, stage) for stage in ('network', 'total'))
    stages = ('decode', 'pre', 'network', 'post', 'overhead')
    node = NodeResult(
        engine='openvino bf16 on Test Processor',
        ros='jazzy rmw_fastrtps_cpp',
        rate_hz=10.0,
        samples=6,
        counts={'received': 9, 'answered': 5, 'dropped': 1, 'not_ready': 2, 'unwatched': 1},
        lost=None,
        stages={name: Percentiles(1.0, 2.0, 3.0) for name in stages},
        camera_to_subscriber=Percentiles(110.4, 120.6, 130.0),
    )
    ablation = AblationResult(
        'openvino bf16',
        (replace(slow, name='none'), replace(fast, name='all (chosen)')),
        (replace(speedups[0], variant='all (chosen)', over='none'),),
    )
    case = CaseResult(
        model='kitti',
        width=1200,
        height=350,
        batch=1,
        classes=6,
        outputs=('labels', 'depth'),
        weights=Weights('kitti', 'ab' * 32),
        image='street',
        variants=(slow, fast),
        speedups=speedups,
        node=node,
        ablations=(ablation,),
    )
    return BenchmarkResult(
        schema=SCHEMA,
        version='0.1.0',
        date='2026-01-02T03:04:05+00:00',
        device=DEVICE,
        rounds=2,
        frames=3,
        load_average=0.5,
        cases=(case,),
        skipped=('torch: not installed',),
    )


def test_percentiles_of_known_times() -> None:
    # 101 times from 0 to 1 s: the p-th percentile is the p-th of them
    times = np.random.default_rng(0).permutation(np.linspace(0, 1, 101))
    assert Percentiles.of(times) == Percentiles(500.0, 950.0, 990.0)
    assert Percentiles.of([[0.001, 0.003]]) == Percentiles(2.0, 2.9, 2.98)


def test_variant_keeps_stages_and_rounds_apart() -> None:
    one = variant('openvino bf16', FAST)
    assert one.samples == 6
    assert one.times.pre.p50 == 10
    assert one.times.post.p50 == 20
    assert one.times.network.p50 == 150  # of all six: between 100 and 200
    assert one.network_medians == (100, 200)
    assert one.total_medians == (130, 230)


def test_the_gpu_s_own_time_is_kept_where_there_is_one() -> None:
    times = np.array(FAST)
    seconds = np.stack([times, times, times, 3 * times, times / 2], -1)
    one = VariantResult.of('tensorrt fp16', 'gpu', seconds, 512)
    assert one.gpu == Percentiles.of(times / 2)
    assert one.gpu_memory_mib == 512
    assert one.times.total.p50 == 450
    assert variant('openvino bf16', FAST).gpu is None


def test_speedup_compares_round_by_round() -> None:
    one = Speedup.of(variant('fast', FAST), variant('slow', SLOW), 'network')
    assert (one.variant, one.over) == ('fast', 'slow')
    # 900 / 100 and 1800 / 200, though the medians of all frames are 1350 / 150
    assert (one.lowest, one.median, one.highest) == (9, 9, 9)
    total = Speedup.of(variant('fast', FAST), variant('slow', SLOW), 'total')
    assert total.lowest == pytest.approx(930 / 130, abs=1e-3)
    assert total.highest == pytest.approx(1830 / 230, abs=1e-3)
    assert total.median == pytest.approx((930 / 130 + 1830 / 230) / 2, abs=1e-3)


def test_file_gives_back_what_was_written(tmp_path: Path) -> None:
    path = tmp_path / 'device.json'
    write_results(result(), path)
    assert read_results(path) == result()
    assert list(tmp_path.iterdir()) == [path]


def _as_schema_1(loaded: dict) -> None:
    loaded['schema'] = 1
    del loaded['device']['gpu_clocks']
    for case in loaded['cases']:
        del case['batch']
        for one in [*case['variants'], *case['ablations'][0]['variants']]:
            del one['gpu'], one['gpu_memory_mib']


def test_a_file_of_schema_1_is_read(tmp_path: Path) -> None:
    path = tmp_path / 'device.json'
    write_results(result(), path)
    loaded = json.loads(path.read_text())
    _as_schema_1(loaded)
    path.write_text(json.dumps(loaded))
    assert read_results(path) == result()
    del loaded['cases'][0]['ablations']
    path.write_text(json.dumps(loaded))
    with pytest.raises(HydranetError, match='damaged: KeyError'):
        read_results(path)


def _without_date(loaded: dict) -> None:
    del loaded['date']


def _with_text_for_time(loaded: dict) -> None:
    loaded['cases'][0]['variants'][0]['times']['total']['p50'] = 'fast'


def _of_another_schema(loaded: dict) -> None:
    loaded['schema'] = SCHEMA + 1


@pytest.mark.parametrize(
    ('damage', 'words'),
    [
        (_without_date, 'date'),
        (_with_text_for_time, "'fast' is no float"),
        (_of_another_schema, f'schema {SCHEMA}'),
    ],
)
def test_damaged_file_is_refused(
    damage: Callable[[dict], None], words: str, tmp_path: Path
) -> None:
    path = tmp_path / 'device.json'
    write_results(result(), path)
    loaded = json.loads(path.read_text())
    damage(loaded)
    path.write_text(json.dumps(loaded))
    with pytest.raises(HydranetError, match=words):
        read_results(path)


def test_what_is_no_result_is_refused(tmp_path: Path) -> None:
    path = tmp_path / 'device.json'
    with pytest.raises(HydranetError, match='cannot read'):
        read_results(path)
    for text, words in (('{', 'no JSON'), ('[1]', 'no benchmark')):
        path.write_text(text)
        with pytest.raises(HydranetError, match=words):
            read_results(path)


def test_place_is_checked_before_the_measurement(tmp_path: Path) -> None:
    check_writable(tmp_path / 'new' / 'device.json')
    assert (tmp_path / 'new').is_dir()
    (tmp_path / 'file').touch()
    for place in (tmp_path, tmp_path / 'file' / 'device.json'):
        with pytest.raises(HydranetError, match='cannot'):
            check_writable(place)


def test_main_tables() -> None:
    text = markdown([result()])
    assert text.startswith('**Test Processor, 2 cores** (2026-01-02, hydranet_ros 0.1.0, Python')
    assert 'openvino 2025.1' in text
    assert '2 interleaved rounds of 3 frames' in text
    rows = [line.strip('| ').split(' | ') for line in text.splitlines() if line.startswith('|')]
    header, _, official, ours = rows[:4]
    assert header[-1] == '× official pipeline'
    assert official[:2] == ['kitti 1200x350, 6 classes', 'official pipeline']
    assert official[-1] == '1'
    assert ours[-1] == f'{result().cases[0].speedups[1].median:.1f}'
    node = rows[-1]
    assert node[3:6] == ['3.0', '1.0 / 2.0 / 3.0', '110 / 121 / 130']
    assert node[6:] == ['9', '5', '1', '2', '1', 'not known']


def test_weights_that_are_not_the_model_s_are_named() -> None:
    one = result()
    case = replace(one.cases[0], weights=Weights('random', 'cd' * 32))
    text = markdown([replace(one, cases=(case,))])
    assert text.count('kitti 1200x350, 6 classes, weights: random |') == 2


def test_columns_of_batches_and_of_a_gpu() -> None:
    one = result()
    slow, fast = one.cases[0].variants
    fast = replace(fast, gpu=Percentiles(0.5, 0.6, 0.7), gpu_memory_mib=321)
    case = replace(one.cases[0], batch=4, variants=(slow, fast), node=None)
    device = replace(DEVICE, power_mode='MAXN', gpu_clocks=('GPU 918 MHz of 1300 MHz',))
    text = markdown([replace(one, cases=(one.cases[0], case), device=device)])
    assert 'power mode MAXN, GPU 918 MHz of 1300 MHz). Milliseconds' in text
    assert 'rounds of 3 batches each' in text
    lines = [line for line in text.splitlines() if line.startswith('|')]
    rows = [[cell.strip() for cell in line.split('|')[1:-1]] for line in lines]
    assert rows[0][5:8] == ['a frame p50', 'GPU p50', 'GPU memory']
    assert rows[4][0] == 'kitti 1200x350, 6 classes, batch 4'
    assert {len(row) for row in rows[:6]} == {9}
    assert rows[2][6:8] == rows[4][6:8] == ['', '']
    a_frame = fast.times.total.p50 / 4
    assert rows[5][5:8] == [f'{a_frame:.1f}', '0.50', '321 MiB']


def test_ablation_table() -> None:
    text = markdown([result()], ablations=True)
    assert 'kitti 1200x350, 6 classes, openvino bf16' in text
    assert '| none | 1350 / 1875 / 1895 | 1 |' in text
    assert '| all (chosen) | 150 / 275 / 295 | 9.00 (9.00 to 9.00) |' in text


def test_facts_of_this_machine() -> None:
    facts = device_facts()
    assert facts.processor
    assert facts.processor in facts.title
    assert facts.cores >= 1
    assert facts.memory_gib > 0.1
    assert facts.packages['numpy'] == np.__version__
