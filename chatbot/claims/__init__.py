"""What a sentence claims, and whether other sentences hold it. Pure; English, and no subject's vocabulary.

read.py       a sentence becomes items: words, numbers and names, each with its clause and whether it is denied
alignment.py  which items of two claims are the same, and which stand together
details.py    numbers and names that the evidence has not, or has for something else
polarity.py   denied instead of asserted, more instead of less, by opposites.py
roles.py      two terms exchanged with each other
"""
