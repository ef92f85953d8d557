"""The online half: a question becomes evidence, a decision and a cited answer, and every door serves that answer.

Uses the index's public functions only.
"""
