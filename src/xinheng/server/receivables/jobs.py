"""Work of receivables that the worker does."""

from procrastinate.contrib.django import app

from xinheng.server.receivables.totals import totals_count


@app.periodic(cron="*/5 * * * *")
@app.task(name="receivables.totals_count", queueing_lock="receivables.totals_count", pass_context=False)
def count_totals(timestamp: int) -> None:
    """Count anew what a large book owes; the first page says when it was counted."""
    totals_count()
