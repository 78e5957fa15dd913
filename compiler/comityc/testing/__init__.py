"""What generated tests import: a bench that drives generated machines through random schedules, and the replay of one run."""

from comityc.testing.bench import Bench
from comityc.testing.replay import ReplayFailed, replay
from comityc.testing.retrace import retrace

__all__ = ["Bench", "ReplayFailed", "replay", "retrace"]
