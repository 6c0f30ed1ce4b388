"""Small drawings that need no script: they are there with the page's first paint and on paper."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString

register = template.Library()


@register.filter
def laid_end_to_end(parts: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Parts with a `count`, each with its `share` and where it starts and how wide it is on a bar of 100."""
    kept = list(parts)
    total = sum(part["count"] for part in kept)
    laid: list[dict[str, Any]] = []
    start = 0.0
    for part in kept if total else ():
        width = 100 * part["count"] / total
        # A hair of ground between parts keeps neighbours apart without a drawn border.
        laid.append({**part, "share": width / 100, "start": f"{start:.3f}", "width": f"{max(width - 0.25, 0.1):.3f}"})
        start += width
    return laid


@register.simple_tag
def sparkline(values: Sequence[float | None], label: str = "") -> SafeString:
    """A line without axes for one cell of a table; unknown values leave a gap. The last known point is marked."""
    known = [value for value in values if value is not None]
    if len(known) < 2:
        return SafeString("")
    low, high = min(known), max(known)
    step = 78 / (len(values) - 1)
    at = [
        None if value is None else (3 + i * step, 18 - 14 * ((value - low) / (high - low) if high > low else 0.5))
        for i, value in enumerate(values)
    ]
    path, pen_is_down = [], False
    for point in at:
        if point:
            path.append(f"{'L' if pen_is_down else 'M'}{point[0]:.1f} {point[1]:.1f}")
        pen_is_down = point is not None
    x, y = next(point for point in reversed(at) if point)
    drawing = '<svg class="spark" viewBox="0 0 84 22" role="img" aria-label="{}"><path d="{}"/><circle cx="{}" cy="{}" r="2.2"/></svg>'  # noqa: E501
    return format_html(drawing, label, " ".join(path), f"{x:.1f}", f"{y:.1f}")
