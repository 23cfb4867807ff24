"""Summaries in the shapes that people and programs need: one module for each format."""
