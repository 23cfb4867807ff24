"""Estimated carbon emissions of AI-assisted commits, as git trailers."""
