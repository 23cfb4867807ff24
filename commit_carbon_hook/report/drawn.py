"""Tables for a terminal, drawn by rich; imported only where there is one."""

from __future__ import annotations

from io import StringIO

from rich import box
from rich.console import Console
from rich.table import Table as RichTable
from rich.text import Text

TYPE_CHECKING = False
if TYPE_CHECKING:
    from .text import Table


def draw(table: Table) -> str:
    """The table with rules and colours, as wide as it needs; its cells are taken literally."""
    drawn = RichTable(title=table.title, title_justify="left", box=box.SIMPLE_HEAD, pad_edge=False)
    for column, name in enumerate(table.head):
        drawn.add_column(Text(name), justify="right" if column else "left", no_wrap=True)
    for row in table.rows:
        drawn.add_row(*map(Text, row))
    console = Console(file=StringIO(), force_terminal=True)
    with console.capture() as captured:
        console.print(drawn)
    return captured.get().rstrip("\n")
