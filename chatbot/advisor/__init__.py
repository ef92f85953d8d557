"""The advisor: from a described situation to MLOps, LLMOps, both or neither, with reasons that point into the guide.

profile → engine → advice; words become a profile in `reading`. docs/about/advisor.md says how the result is computed.
"""
