"""Tables for a terminal, drawn by rich; imported only where there is one."""

from __future__ import annotations

from io import StringIO

from rich import box
from rich.console import Console
from rich.table import Table as RichTable
from rich.text import Text

from ..terminal import width

TYPE_CHECKING = False
if TYPE_CHECKING:
    from .text import Table


# More than any table needs; rich would shorten figures to what it thinks the terminal has.
_UNBOUNDED = 1_000


def draw(table: Table) -> str:
    """The table with rules and colours, as wide as its cells need, which are taken literally; the
    bars only where the terminal is wide enough for them."""
    console = Console(file=StringIO(), force_terminal=True, width=_UNBOUNDED)
    drawn = _drawn(table, with_bars=bool(table.bars))
    if table.bars and console.measure(drawn).maximum > width():
        drawn = _drawn(table, with_bars=False)
    with console.capture() as captured:
        console.print(drawn)
        if table.foot:
            console.print(Text(f"  {table.foot}"))
    return captured.get().rstrip("\n")


def _drawn(table: Table, with_bars: bool) -> RichTable:
    drawn = RichTable(title=table.title, title_justify="left", box=box.SIMPLE_HEAD, pad_edge=False)
    for column, name in enumerate(table.head):
        drawn.add_column(Text(name), justify="right" if column else "left", no_wrap=True)
    if with_bars:
        drawn.add_column("", no_wrap=True, style="green")
    for row, bar in zip(table.rows, table.bars or [""] * len(table.rows), strict=True):
        drawn.add_row(*map(Text, row), *([bar] if with_bars else []))
    return drawn
