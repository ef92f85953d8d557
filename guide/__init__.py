"""The writers' half: Markdown pages are checked and their references rendered before they become the site.

Knows `docs/` and Markdown; knows nothing of the index or of the chatbot.
"""
