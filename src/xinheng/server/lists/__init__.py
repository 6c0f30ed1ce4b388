"""What every list can do: say which filters are set, and hand out exactly what it shows. Imports no room."""
