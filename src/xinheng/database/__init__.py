"""The database under the product: embedded PostgreSQL, or the server that DATABASE_URL names.

`recorded_url`, `database_settings` and `installation_secret` are for the Django settings, `running` and
`attended` for commands that need the database, `Cluster` for tests and for anyone who wants a PostgreSQL of their own.
"""

from xinheng.database.cluster import Cluster
from xinheng.database.connection import (
    attended,
    database_settings,
    embedded,
    installation_secret,
    recorded_url,
    running,
)
from xinheng.database.places import data_home, media_home

__all__ = [
    "Cluster",
    "attended",
    "data_home",
    "database_settings",
    "embedded",
    "installation_secret",
    "media_home",
    "recorded_url",
    "running",
]
