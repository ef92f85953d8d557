"""Writing by a language model: prompt out, checked statements in. Imported only where a model is configured.

prompt → endpoint → draft → writer: sources become a prompt, what comes back is cut into sentences, and each is shown only
if chatbot.support finds it in what it cites. Whatever goes wrong, the quoting writer answers.
"""
