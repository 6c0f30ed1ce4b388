from xinheng.server.exchange.models import ImportRun
from xinheng.server.exchange.writers.outcomes import Outcome


class CustomersWriter:
    def __init__(self, run: ImportRun) -> None:
        self._run = run

    def write(self, index: int) -> Outcome:
        raise NotImplementedError
