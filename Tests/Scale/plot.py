"""What a fleet costs as it grows, as a picture: four small plots, all of them with logarithmic axes."""

import math
from xml.sax.saxutils import escape

from figures import digits
from runs import CALLS, DATAGRAMS, SINGLE, TITLES
from table import BACK_END, DAEMON, TOLD

WIDTH, HEIGHT = 960, 600
# Dark enough for white paper, which is drawn as well, so that it reads on a dark page too.
INK, GREY = "#222", "#bbb"
COLOURS = {CALLS: "#1b6ca8", SINGLE: "#c0561f", DATAGRAMS: "#3a8f3a"}
BACK_END_COLOUR = "#7a4fa3"
DASHED = "5 3"
# One daemon promises so much, in milliseconds.
PROMISED = 250


class Drawing:
    """Lines and words as SVG, which needs nothing from elsewhere."""

    def __init__(self):
        self.elements = []

    def text(self, words, x, y, anchor="start", bold=False, colour=INK):
        weight = ' font-weight="bold"' if bold else ""
        self.elements.append(
            f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}" fill="{colour}"{weight}>{escape(words)}</text>'
        )

    def line(self, points, colour, width=1.5, dash=""):
        dashes = f' stroke-dasharray="{dash}"' if dash else ""
        path = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
        self.elements.append(f'<polyline points="{path}" fill="none" stroke="{colour}" stroke-width="{width}"{dashes}/>')

    def dot(self, x, y, colour, is_filled=True):
        fill = colour if is_filled else "white"
        self.elements.append(f'<circle cx="{x:.1f}" cy="{y:.1f}" r="3" stroke="{colour}" fill="{fill}"/>')

    def picture(self, title):
        body = "\n".join(self.elements)
        return (
            f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" height="{HEIGHT}" viewBox="0 0 {WIDTH} {HEIGHT}" '
            f'font-family="sans-serif" font-size="11" fill="{INK}" role="img">\n<title>{escape(title)}</title>\n'
            f'<rect width="100%" height="100%" fill="white"/>\n{body}\n</svg>\n'
        )


class Axis:
    """From a value to a place, in decades; as many whole ones as the values need."""

    def __init__(self, values, start, end):
        self.low = math.floor(math.log10(min(values)))
        self.high = max(math.ceil(math.log10(max(values))), self.low + 1)
        self.start, self.end = start, end

    def place(self, value):
        part = (math.log10(value) - self.low) / (self.high - self.low)
        return self.start + part * (self.end - self.start)

    def marks(self):
        """Values, and whether each begins a decade; where there are few decades, also within them."""
        steps = (1, 2, 5) if self.high - self.low <= 2 else (1,)
        for decade in range(self.low, self.high):
            yield from ((step * 10.0**decade, step == 1) for step in steps)
        yield 10.0**self.high, True


class Panel:
    """One plot: curves over the number of services."""

    WIDTH, HEIGHT = 380, 190
    # From the edges to the least and the greatest number of services.
    MARGIN = 24

    def __init__(self, drawing, left, top, title):
        self.drawing, self.left, self.top, self.title = drawing, left, top, title
        self.curves = []
        self.level = None
        self.labels = []

    def curve(self, points, colour, is_dashed=False):
        """What is not above nothing has no place on a logarithmic axis, and is left out."""
        points = sorted((size, value) for size, value in points if value > 0)
        if points:
            self.curves.append((points, colour, is_dashed))

    def draw(self, sizes, is_linear=False):
        """`is_linear` draws what grows as the number of services does, through the last point of the first curve."""
        right, bottom = self.left + self.WIDTH, self.top + self.HEIGHT
        self.drawing.text(self.title, self.left, self.top - 12, bold=True)
        self.drawing.line([(self.left, self.top), (self.left, bottom), (right, bottom)], INK, 1)
        values = [y for points, *_ in self.curves for _, y in points]
        if not values:
            return self.drawing.text("not measured", self.left + self.WIDTH / 2, self.top + self.HEIGHT / 2, "middle")
        x = Axis(sizes, self.left + self.MARGIN, right - self.MARGIN)
        y = Axis(values + ([self.level[0]] if self.level else []), bottom, self.top)
        self._grid(x, y, right, bottom)
        if self.level:
            value, words = self.level
            self.drawing.line([(self.left, y.place(value)), (right, y.place(value))], INK, 1, DASHED)
            self.drawing.text(words, right, y.place(value) - 4, "end")
        if is_linear:
            self._linear(x, y)
        for points, colour, is_dashed in self.curves:
            places = [(x.place(size), y.place(value)) for size, value in points]
            self.drawing.line(places, colour, dash=DASHED if is_dashed else "")
            for (_, value), (across, up) in zip(points, places):
                self.drawing.dot(across, up, colour, not is_dashed)
                self._label(digits(value), across, up, colour)

    def _label(self, words, across, up, colour):
        """Above the point, or where no other stands."""
        places = [(across + right, up + down) for right, down in ((0, -7), (0, 15), (24, 4), (-24, 4))]
        free = [
            (x, y) for x, y in places
            if all(abs(x - other_x) > 30 or abs(y - other_y) > 10 for other_x, other_y in self.labels)
        ]
        x, y = (free or places)[0]
        self.labels.append((x, y))
        self.drawing.text(words, x, y, "middle", colour=colour)

    def _grid(self, x, y, right, bottom):
        for value, _ in y.marks():
            self.drawing.line([(self.left, y.place(value)), (right, y.place(value))], GREY, 0.5)
            self.drawing.text(_plain(value), self.left - 6, y.place(value) + 4, "end")
        for value, is_decade in x.marks():
            if is_decade:
                self.drawing.line([(x.place(value), bottom), (x.place(value), bottom + 4)], INK, 1)
                self.drawing.text(_plain(value), x.place(value), bottom + 16, "middle")
        self.drawing.text("services", right, bottom + 30, "end")

    def _linear(self, x, y):
        size, value = self.curves[0][0][-1]
        # Back to where it leaves the plot on the left or below.
        least = max(10.0**x.low, size * 10.0**y.low / value)
        middle = math.sqrt(least * size)
        ends = [(x.place(each), y.place(value * each / size)) for each in (least, size)]
        self.drawing.line(ends, INK, 1, DASHED)
        self.drawing.text("linear", x.place(middle) + 8, y.place(value * middle / size) + 14)


def _plain(value):
    return f"{value:,.0f}" if value >= 1 else f"{value:g}"


def picture(document):
    """The whole picture as text, without what comes from runs that failed."""
    good = [run for run in document["runs"] if not run["failures"]]
    sizes = [run["services"] for run in good]
    drawing = Drawing()

    def values(way, name):
        return [
            (run["services"], run["figures"][name]["value"]) for run in good
            if run["way"] == way and name in run["figures"]
        ]

    panels = [
        Panel(drawing, left, top, title)
        for left, top, title in (
            (70, 40, "CPU per heartbeat, µs"), (550, 40, "Memory of the daemon per service, bytes"),
            (70, 310, "CPU of the daemon per list of all services, ms"),
            (550, 310, "T_D after the deadline, 99th percentile, ms"),
        )
    ]
    cost, memory, lists, told = panels
    for way, colour in COLOURS.items():
        cost.curve(values(way, DAEMON), colour)
    back_end = values(CALLS, BACK_END)
    cost.curve(back_end, BACK_END_COLOUR, is_dashed=True)
    memory.curve(values(CALLS, "memory per service"), COLOURS[CALLS])
    lists.curve(values(CALLS, "CPU of the daemon per list"), COLOURS[CALLS])
    told.curve(values(CALLS, f"{TOLD}, p99"), COLOURS[CALLS])
    told.level = (PROMISED, f"promised: {PROMISED}")
    for panel in panels:
        panel.draw(sizes, is_linear=panel is lists)
    _legend(drawing, bool(back_end))
    return drawing.picture(
        f'What a daemon costs as its fleet grows: rollcalld {document["version"]} on {document["backend"]}'
    )


def _legend(drawing, has_back_end):
    across, up = 70, 580
    entries = [(TITLES[way], colour, False) for way, colour in COLOURS.items()]
    if has_back_end:
        entries.append((f"the back end, {TITLES[CALLS]}", BACK_END_COLOUR, True))
    for words, colour, is_dashed in entries:
        drawing.line([(across, up - 4), (across + 20, up - 4)], colour, 3, DASHED if is_dashed else "")
        drawing.text(words, across + 26, up)
        # As wide as letters of this size are, about.
        across += 52 + len(words) * 6
