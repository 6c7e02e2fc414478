"""Draws horizontal bars as SVG."""

from html import escape

WIDTH, LABELS, BAR, GAP = 860, 270, 13, 12
SERIES = (("wall time", "wall"), ("client CPU", "client"), ("server CPU", "server"))
STYLE = """
  text { font: 13px system-ui, sans-serif; fill: #24292f } .value { font-size: 11px }
  .wall { fill: #0969da } .client { fill: #bf3989 } .server { fill: #8c959f }
  @media (prefers-color-scheme: dark) { text { fill: #e6edf3 } }
"""


def draw(title, rows):
    """rows: (name, wall, client, server) in seconds."""
    step = BAR * len(SERIES) + GAP
    height = 64 + step * len(rows)
    scale = (WIDTH - LABELS - 80) / max(max(row[1:]) for row in rows)
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" role="img">',
        f"<title>{escape(title)}</title>",
        f"<style>{STYLE}</style>",
        f'<text x="8" y="20" font-weight="bold">{escape(title)}</text>',
    ]
    for index, (label, style) in enumerate(SERIES):
        x = LABELS + index * 130
        parts.append(f'<rect class="{style}" x="{x}" y="34" width="12" height="12"/>')
        parts.append(f'<text x="{x + 18}" y="45">{label}</text>')
    for row, (name, *values) in enumerate(rows):
        y = 58 + row * step
        middle = y + step / 2 - 2
        parts.append(f'<text x="{LABELS - 10}" y="{middle}" text-anchor="end">{escape(name)}</text>')
        for index, (value, (_, style)) in enumerate(zip(values, SERIES)):
            top = y + index * BAR
            width = max(1, value * scale)
            parts.append(
                f'<rect class="{style}" x="{LABELS}" y="{top}" width="{width:.1f}" height="{BAR - 2}"/>'
                f'<text class="value" x="{LABELS + width + 6:.1f}" y="{top + 10}">{value:.2f} s</text>'
            )
    return "\n".join(parts + ["</svg>", ""])
