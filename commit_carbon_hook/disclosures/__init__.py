"""Fragments for what other frameworks ask: their questions, our figures, and what is not known."""
