"""What runs beside the site: what waits is indexed, what is damaged is made anew.

One turn is short; the command `gongkai search follow` takes one every half second.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass, field
from datetime import timedelta
from time import monotonic
from typing import Final

from gongkai.search import building, generations, indexing, registry, upkeep

logger = logging.getLogger(__name__)

LOOK_SECONDS: Final = 15
"""How often the index is looked over for damage, and the calendar for what changes today."""
GRACE: Final = timedelta(seconds=60)
"""An index that was replaced stays so long for the searches that are under way."""
TURNS: Final = 50
"""Portions of changes in one turn before anything else gets its chance."""
PREPARED: Final = 5


@dataclass
class Follower:
    """One process that follows the changes."""

    looked_at: float = field(default=float("-inf"))
    full: bool = False

    def turn(self) -> int:
        """Do what there is to do; the number of changes taken up."""
        done = self._take_up()
        if monotonic() - self.looked_at >= LOOK_SECONDS:
            self.looked_at = monotonic()
            self._look()
        if not done:
            for source in registry.sources().values():
                prepare = getattr(source, "prepare", None)
                if prepare is not None:
                    prepare(PREPARED)
        return done

    def _take_up(self) -> int:
        done = 0
        for _ in range(TURNS):
            try:
                did = indexing.process_pending()
            except indexing.IndexFull as error:
                if not self.full:
                    logger.error("%s", error)
                self.full = True
                return done
            if not did:
                break
            done += did
        return done

    def _look(self) -> None:
        indexing.enqueue_due()
        generations.clean(grace=GRACE)
        live = generations.live()
        if live is not None and not generations.is_sound(live):
            generations.mark_broken(live, "it does not find its own documents")
        if building.needs_rebuild():
            self._rebuild()
        upkeep.turn()

    def _rebuild(self) -> None:
        """Make the index anew, and go on taking up changes meanwhile."""
        last = monotonic()

        def tick(step: building.Step) -> None:
            nonlocal last
            if monotonic() - last >= 0.5:
                self._take_up()
                last = monotonic()

        try:
            building.rebuild(tick)
            self.full = False
        except (building.Busy, building.Superseded):
            return
        except indexing.IndexFull as error:
            logger.error("%s", error)
