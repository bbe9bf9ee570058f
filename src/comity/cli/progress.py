"""A bar for what takes a while: on the terminal of whoever waits, and nowhere else."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager


@contextmanager
def bar(what: str, total: int, *, shown: bool) -> Iterator[Callable[[int], None]]:
    """Show how far something has come; give what tells it so.

    Args:
        total: where it ends; 0 for unknown. `shown`: whether anybody looks.
    """
    if not shown:
        yield lambda _done: None
        return
    from rich.console import Console
    from rich.progress import Progress

    with Progress(console=Console(stderr=True), transient=True) as progress:
        task = progress.add_task(what, total=total or None)
        yield lambda done: progress.update(task, completed=done)
