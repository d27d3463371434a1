# Copyright 2026 hydranet_ros maintainers
# SPDX-License-Identifier: Apache-2.0
"""An evaluation as tables for a terminal or for Markdown, and what their reader has to know."""

from collections.abc import Iterator

from hydranet_ros.evaluation.depth_errors import DepthFigures
from hydranet_ros.evaluation.evaluation_result import DepthEvaluation
from hydranet_ros.evaluation.evaluation_result import EvaluationResult
from hydranet_ros.evaluation.evaluation_result import SemanticEvaluation
from hydranet_ros.evaluation.markdown_table import markdown_table
from hydranet_ros.evaluation.normal_errors import NormalsResult

_MANY_SIZES = 8


def evaluation_tables(result: EvaluationResult) -> str:
    """Render the heading, a table for each task and the notes."""
    parts = [_heading(result)]
    if result.semantic is not None:
        parts.append(_semantic_table(result.semantic))
    if result.depth is not None:
        parts.append(_depth_table(result.depth))
    if result.normals is not None:
        parts.append(_normals_table(result.normals))
    if notes := list(_notes(result)):
        parts.append('\n'.join(f'- {note}' for note in notes))
    return '\n\n'.join(parts) + '\n'


def _heading(result: EvaluationResult) -> str:
    domain = f', domain {result.domain}' if result.domain else ''
    split = f', split {result.split}' if result.split else ''
    sizes = ', '.join(f'{width}x{height}' for height, width in result.input_sizes[:3])
    more = len(result.input_sizes) - 3
    return (
        f'**{result.model}**{domain} ({result.weights.name}, SHA-256 {result.weights.sha256[:12]})'
        f' on {result.data}{split}: {result.images} images, {result.engine} {result.precision} on '
        f'{result.device}, input {sizes}{f" and {more} more sizes" if more > 0 else ""}'
    )


def _semantic_table(semantic: SemanticEvaluation) -> str:
    errors = semantic.errors
    rows = []
    for name, iou, pixels in zip(semantic.classes, errors.iou, errors.true_pixels, strict=True):
        share = 100 * pixels / errors.pixels if errors.pixels else None
        rows.append([name, _rounded(iou), _rounded(share)])
    rows.append([f'**mIoU of {errors.classes_counted} classes**', _rounded(errors.miou), ''])
    rows.append(['pixel accuracy', _rounded(errors.pixel_accuracy), f'{errors.pixels} pixels'])
    rows.append(['mean accuracy of the classes', _rounded(errors.mean_accuracy), ''])
    rows.append(['IoU weighted by pixels', _rounded(errors.fw_iou), ''])
    return markdown_table(['class', 'IoU %', 'of the pixels %'], rows)


def _depth_table(depth: DepthEvaluation) -> str:
    header = ['depth', 'RMSE m', 'RMSE log', 'AbsRel', '< 1.25 %', '< 1.25² %', '< 1.25³ %']
    header += ['coverage %']
    rows = [_depth_row('model', depth.result.errors, depth.result.coverage)]
    if depth.median_scaled is not None:
        name = 'model, each image scaled by its true median'
        rows.append(_depth_row(name, depth.median_scaled, depth.result.coverage))
    if depth.baseline is not None:
        name = f'{depth.baseline_metres:.2f} m everywhere (median of {depth.baseline_of})'
        rows.append(_depth_row(name, depth.baseline, 100.0))
    return markdown_table(header, rows)


def _depth_row(name: str, errors: DepthFigures, coverage: float | None) -> list[str]:
    precise = (_number(one) for one in (errors.rmse, errors.rmse_log, errors.abs_rel))
    within = (_rounded(one) for one in (errors.delta1, errors.delta2, errors.delta3))
    return [name, *precise, *within, _rounded(coverage)]


def _normals_table(normals: NormalsResult) -> str:
    header = ['normals', 'mean °', 'median °', '< 11.25° %', '< 22.5° %', '< 30° %', 'coverage %']
    figures = [normals.mean, normals.median]
    figures += [normals.within_11_25, normals.within_22_5, normals.within_30, normals.coverage]
    return markdown_table(header, [['model', *map(_rounded, figures)]])


def _notes(result: EvaluationResult) -> Iterator[str]:
    for reason in result.skipped:
        yield f'Not compared: {reason}'
    if result.semantic is not None:
        yield from _semantic_notes(result.semantic)
    if result.depth is not None:
        yield from _depth_notes(result.depth)
    if result.padded_to > 1:
        yield f'Images were padded to multiples of {result.padded_to} pixels.'
    if len(result.input_sizes) > _MANY_SIZES:
        yield (
            f'The images have {len(result.input_sizes)} sizes, each with an engine of its own in '
            'the cache; --pad-to 64 needs fewer, for slightly other figures.'
        )


def _semantic_notes(semantic: SemanticEvaluation) -> Iterator[str]:
    both = zip(semantic.classes, semantic.errors.iou, strict=True)
    absent = [name for name, iou in both if iou is None]
    if absent:
        yield f'Neither true nor predicted, so left out of mIoU: {", ".join(absent)}.'
    if semantic.ignored_classes:
        yield (
            'Left out, because the model does not know these classes of the data set: '
            f'{", ".join(semantic.ignored_classes)}.'
        )
    if semantic.unmatched_classes:
        yield (
            'Counted as wrong, because the data set does not know these classes of the model: '
            f'{", ".join(semantic.unmatched_classes)}.'
        )


def _depth_notes(depth: DepthEvaluation) -> Iterator[str]:
    result = depth.result
    within = f'{depth.min_m:g} to {depth.max_m:g} m'
    yield f'Depth: {result.pixels} pixels whose true depth is {within}; {result.outside} outside.'
    if result.coverage is not None and result.coverage < 100:
        yield (
            f'For {100 - result.coverage:.2f} % of these the model gives no depth, as it lies '
            f'outside what was learned; in the errors it counts, clipped to {within}.'
        )
    if not depth.metric:
        yield 'The model card says that its depth is not metric.'
    if depth.focal_length_px is None:
        yield 'The model card states no focal length: metres are those of its training camera.'
    elif depth.fx is not None:
        low, high = depth.fx
        lens = f'{low:g}' if low == high else f'{low:g} to {high:g}'
        yield f'Metres are for fx {lens} px; the model learned for {depth.focal_length_px:g} px.'
    if depth.focal_length_px is not None and depth.without_fx:
        yield (
            f'{depth.without_fx} images have no known focal length: their metres are those of the '
            f'canonical camera ({depth.focal_length_px:g} px). Give --fx.'
        )
    if depth.median_scaled is not None:
        yield 'Scaled by the true median, errors say nothing of the metres.'


def _rounded(value: float | None) -> str:
    return '-' if value is None else f'{value:.2f}'


def _number(value: float | None) -> str:
    return '-' if value is None else f'{value:.4f}'
