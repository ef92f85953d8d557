"""The instrument: how good are retrieval, citations, answers and abstention, with how much certainty?

cases.py    what is asked and what is right (disk)
measure.py  one table of figures, each with its n and a bootstrap interval
statements.py  is what a model would state held by what it cites? and the limits, fitted on the dev half
beir.py     retrieval alone, on any data set in BEIR's layout
fit.py      the coverage weights, fitted on the dev half
sentences.py  which sentences answer, fitted likewise
ablation.py    what each part gives, switched off on the same questions
examples.py, train.py  what the cross-encoder learns from, and its training
report.py   the table with plots, as Markdown or HTML
"""
