"""Grid zones beyond the table of the hook: search, live values and their cache, measured energy."""
