"""The database under the product: embedded PostgreSQL or a server named by DATABASE_URL.

`embedded_url()` and `database_settings()` are for the Django settings, `running()` for commands that need the database,
`Cluster` for tests and for anyone who wants a PostgreSQL of their own.
"""

from xinheng.database.cluster import Cluster, data_home
from xinheng.database.connection import database_settings, embedded, embedded_url, running

__all__ = ["Cluster", "data_home", "database_settings", "embedded", "embedded_url", "running"]
