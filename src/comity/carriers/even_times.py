"""Even times: an answer that leaves at a whole multiple of a step after its question came, whatever the work took.

The receipt of a check leaves so, because taking a check in is looking for it: how long that took may depend on what was
found, and of a record that answers with silence nothing may be told, not even by the clock (promise P8). The work takes
some ten milliseconds, so all receipts of checks leave in the first step, unless the machine is overloaded.
"""

import asyncio

__all__ = ["STEP", "at_even_times", "left"]

#: Seconds.
STEP = 0.25


def left(elapsed: float, step: float = STEP) -> float:
    """Give the seconds to the next whole multiple of the step."""
    return step - elapsed % step


async def at_even_times(begun: float) -> None:
    """Wait for the next even time after `begun`, an instant of the loop's clock."""
    loop = asyncio.get_running_loop()
    await asyncio.sleep(left(loop.time() - begun))
