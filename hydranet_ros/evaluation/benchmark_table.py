# Copyright 2026 hydranet_ros maintainers
# SPDX-License-Identifier: Apache-2.0
"""Benchmark results as Markdown: the README's tables are made of the committed JSON by this."""

from collections.abc import Callable
from collections.abc import Iterable
from collections.abc import Sequence

from hydranet_ros.evaluation.markdown_table import markdown_table
from hydranet_ros.evaluation.results import BenchmarkResult
from hydranet_ros.evaluation.results import CaseResult
from hydranet_ros.evaluation.results import NodeResult
from hydranet_ros.evaluation.results import Percentiles
from hydranet_ros.evaluation.results import Speedup
from hydranet_ros.evaluation.results import VariantResult

_BESIDES = ('opencv', 'onnxruntime', 'openvino', 'torch', 'tensorrt', 'torch2trt')
_OUTCOMES = ('answered', 'dropped', 'not_ready', 'unwatched')


def markdown(results: Iterable[BenchmarkResult], ablations: bool = False) -> str:
    """Render the tables of each device; those of the graph rewrites in place of them if asked."""
    parts = []
    for result in results:
        tables = _ablation_tables(result) if ablations else _main_tables(result)
        parts += [_heading(result), *filter(None, tables)]
    return '\n\n'.join(parts) + '\n'


def _heading(result: BenchmarkResult) -> str:
    device = result.device
    facts = [f'hydranet_ros {result.version}', f'Python {device.python}']
    facts += [f'{name} {device.packages[name]}' for name in _BESIDES if name in device.packages]
    facts += [f'power mode {device.power_mode}'] if device.power_mode else []
    facts += device.gpu_clocks
    each = 'frames' if all(case.batch == 1 for case in result.cases) else 'batches'
    return (
        f'**{device.title}** ({result.date[:10]}, {", ".join(facts)}). Milliseconds; '
        f'{result.rounds} interleaved rounds of {result.frames} {each} each.'
    )


def _main_tables(result: BenchmarkResult) -> list[str]:
    return [_predict_table(result.cases), _node_table(result.cases)]


def _predict_table(cases: Sequence[CaseResult]) -> str:
    compared = {one.over for case in cases for one in case.speedups}
    names = (one.name for case in cases for one in case.variants)
    baselines = [name for name in dict.fromkeys(names) if name in compared]
    header = ['model and frame', 'run by', 'network p50', 'after it p50', 'whole p50 / p95 / p99']
    extra = _extra_columns(cases)
    header += [*extra, *(f'× {name}' for name in baselines)]
    rows = []
    for case in cases:
        for number, one in enumerate(case.variants):
            cells = [_label(case) if number == 0 else '', one.name]
            cells += [_ms(one.times.network.p50), _ms(one.times.post.p50), _all(one.times.total)]
            cells += [cell(case, one) for cell in extra.values()]
            cells += [_speedup(case, one, baseline) for baseline in baselines]
            rows.append(cells)
    return markdown_table(header, rows)


def _extra_columns(
    cases: Sequence[CaseResult],
) -> dict[str, Callable[[CaseResult, VariantResult], str]]:
    """Give the columns that only some results have: of batches, and of a GPU."""
    variants = [one for case in cases for one in case.variants]
    columns: dict[str, Callable[[CaseResult, VariantResult], str]] = {}
    if any(case.batch > 1 for case in cases):
        columns['a frame p50'] = lambda case, one: _ms(one.times.total.p50 / case.batch)
    if any(one.gpu is not None for one in variants):
        columns['GPU p50'] = lambda case, one: '' if one.gpu is None else _ms(one.gpu.p50)
    if any(one.gpu_memory_mib is not None for one in variants):
        columns['GPU memory'] = lambda case, one: (
            '' if one.gpu_memory_mib is None else f'{one.gpu_memory_mib} MiB'
        )
    return columns


def _speedup(case: CaseResult, variant: VariantResult, over: str) -> str:
    if variant.name == over:
        return '1'
    for one in case.speedups:
        if (one.variant, one.over, one.stage) == (variant.name, over, 'total'):
            return f'{one.median:.1f}'
    return ''


def _node_table(cases: Sequence[CaseResult]) -> str:
    header = ['whole node', 'engine', 'camera', 'engine p50', 'node adds p50 / p95 / p99']
    header += ['stamp to subscriber p50 / p95 / p99']
    header += ['received', *(name.replace('_', ' ') for name in _OUTCOMES), 'lost']
    rows = [_node_row(case, case.node) for case in cases if case.node is not None]
    return markdown_table(header, rows) if rows else ''


def _node_row(case: CaseResult, node: NodeResult) -> list[str]:
    engine = sum(node.stages[stage].p50 for stage in ('pre', 'network', 'post'))
    counts = [str(node.counts[name]) for name in ('received', *_OUTCOMES)]
    return [
        _label(case),
        node.engine,
        f'{node.rate_hz:g} Hz',
        _ms(engine),
        _all(node.stages['overhead']),
        _all(node.camera_to_subscriber),
        *counts,
        'not known' if node.lost is None else str(node.lost),
    ]


def _ablation_tables(result: BenchmarkResult) -> list[str]:
    tables = []
    for case in result.cases:
        for ablation in case.ablations:
            over = {one.variant: one for one in ablation.speedups}
            rows = []
            for one in ablation.variants:
                rows.append([one.name, _all(one.times.network), _worth(over.get(one.name))])
            header = ['rewrites', 'network p50 / p95 / p99', 'speed-up (rounds)']
            title = f'{_label(case)}, {ablation.engine}'
            tables.append(f'{title}\n\n{markdown_table(header, rows)}')
    return tables


def _worth(speedup: Speedup | None) -> str:
    if speedup is None:
        return '1'
    return f'{speedup.median:.2f} ({speedup.lowest:.2f} to {speedup.highest:.2f})'


def _label(case: CaseResult) -> str:
    label = f'{case.model} {case.width}x{case.height}, {case.classes} classes'
    label += f', batch {case.batch}' if case.batch > 1 else ''
    name = case.weights.name
    return label if name == case.model else f'{label}, weights: {name}'


def _all(times: Percentiles) -> str:
    return f'{_ms(times.p50)} / {_ms(times.p95)} / {_ms(times.p99)}'


def _ms(value: float) -> str:
    return f'{value:.0f}' if value >= 100 else f'{value:.1f}' if value >= 1 else f'{value:.2f}'
