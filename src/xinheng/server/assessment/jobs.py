"""The worker's part of assessment."""

from __future__ import annotations

import structlog
from procrastinate.contrib.django import app

from xinheng.server.assessment.services.norms import REBUILD, norms_are_stale, norms_build

log = structlog.get_logger(__name__)


@app.periodic(cron="15 3 * * *")
@app.task(name=REBUILD, queueing_lock=REBUILD, pass_context=False)
def norms_rebuild(timestamp: int = 0) -> None:
    """Build norms from our own book anew, every night and after bulk assessments, where something has changed."""
    if not norms_are_stale():
        return
    load = norms_build()
    log.info("norms_rebuilt", load_id=load.pk, companies=load.companies)
