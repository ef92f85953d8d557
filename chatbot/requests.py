"""Requests: what asks without asking becomes the question that it stands for. Pure.

"Name the levels of maturity", "I'd like to understand caching": a model that reads questions and texts together was trained on
questions, and finds that a section answers one where it is less sure that it meets a request.
"""

import re

_POLITE = re.compile(
    r"^\W*(?:(?:please|pls|kindly|hi|hello|hey|ok(?:ay)?)\b[\s,!.]*|"
    r"(?:can|could|would|will) (?:you|u|anyone|someone|anybody|somebody)\b[\s,]*(?:please )?"
    r"(?=tell|explain|show|describe|list|name|give|help|define|summari[sz]e|teach)|"
    r"do you know\b[\s,]*(?=what|which|who|how|when|where|why)|"
    r"(?:i|we)(?: would|'d|’d)? (?:like|love|want|need|wish) to (?=know|understand|learn|see|find)|"
    r"(?:(?:i|we)(?: am| are| was| were|'m|’m|'re|’re) (?:just )?)?"
    r"(?:wondering|curious|trying to (?=understand|find|figure|learn|know))[\s,]*|"
    r"(?:help|teach) (?:me|us) (?:to )?(?=understand|learn|know|find|see|choose|decide))+",
    re.IGNORECASE,
)
"""What stands before a request or a question and asks for nothing itself."""
_TELL = re.compile(
    r"^(?:(?:tell|show|teach|explain|give|describe|remind)(?: to)?(?: me| us)?|(?:know|understand|learn|see|find out|figure out))"
    r"(?: more)?(?: about)?\s+(?=(?:what|which|who|whom|how|when|where|why)\b)",
    re.IGNORECASE,
)
_LISTS = re.compile(r"^(?:name|list|enumerate|give (?:me|us)(?: a list of| all| some)?) (?:me |us |all |some )*(?!an? |of )", re.IGNORECASE)
_SUBJECTS = re.compile(
    r"^(?:(?:explain|describe|define|summari[sz]e|understand|learn|know)(?: to)?(?: me| us)?(?: more)?(?: about)?|"
    r"(?:tell|teach)(?: me| us)?(?: more)? about|"
    r"(?:give(?: me| us)? )?(?:an? )?(?:\w+ )?(?:overview|summary|introduction|explanation) (?:of|to)) ",
    re.IGNORECASE,
)
_LAYMAN = (
    r"(?:child|kid|beginner|newcomer|layman|layperson|boss|manager|director|executive|lawyer|colleague|student|friend|non-\w+|\w+-year-old)"
)
_TRAIL = re.compile(
    r"(?:[\s,]*\b(?:to (?:me|us)|for (?:me|us|beginners|dummies)|please|pls|briefly|in (?:simple|plain|short|a few) \w+|thanks|"
    rf"(?:to|for) (?:an?|my) (?:[\w-]+ ){{0,2}}{_LAYMAN}\b[^.?!,]*|like (?:i am|i['’]?m) \S+(?: years? old)?))+\W*$",
    re.IGNORECASE,
)
_NAMED = re.compile(
    r"^(?P<subject>[^:?,.]+)[:,] (?:please )?"
    r"(?:(?:explain|define|describe)(?: (?:it|this|that))?|what is (?:it|this|that)(?: called)?|meaning|definition)$",
    re.IGNORECASE,
)
"""A subject, and after it the request to explain it and nothing else."""
_ASKS = re.compile(r"(?:what|which|who|whom|how|when|where|why|whether)\b", re.IGNORECASE)
_QUESTION_INSIDE = re.compile(r"\?\s*\S|\b(?:and|then)\b.*\b(?:what|which|who|how|when|where|why)\b", re.IGNORECASE)
_HEAD = re.compile(r"^.*?(?= (?:of|for|in|on|to|that|which|with|between|at|from|by)\b|$)", re.IGNORECASE)


def as_question(asked: str) -> str:
    """Return a request as a question; what is a question already, or more than one, as it is."""
    bare = _POLITE.sub("", asked)
    if _QUESTION_INSIDE.search(bare):
        return asked
    if (told := _TELL.sub("", bare)) != bare:
        return _finished(told)
    if named := _NAMED.match(_TRAIL.sub("", bare.rstrip(" .!?"))):
        bare = f"explain {named['subject'].strip()}"
    for form, always_many in ((_LISTS, True), (_SUBJECTS, False)):
        subject = _TRAIL.sub("", form.sub("", bare, count=1).rstrip(" .!?"))
        if subject and form.match(bare):
            return f"What {'are' if always_many or _is_plural(subject) else 'is'} {subject}?"
    return _finished(bare) if bare != asked and _ASKS.match(bare) else asked


def _finished(question: str) -> str:
    trimmed = _TRAIL.sub("", question.rstrip(" .!?"))
    return f"{trimmed[:1].upper()}{trimmed[1:]}?"


def _is_plural(subject: str) -> bool:
    head = (_HEAD.match(subject) or [""])[0].lower()
    return head.endswith("s") and not head.endswith(("ss", "ops", "is", "us"))
