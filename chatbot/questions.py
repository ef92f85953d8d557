"""What may be asked: any text with something to read in it, up to a length. Pure."""

from index import UserError, visible


class QuestionRefused(UserError):
    """There is nothing to answer, or too much."""


def clean_question(text: str, limit: int) -> str:
    """Return a question without invisible and control characters, white space folded.

    Raises:
        QuestionRefused: If nothing readable is left, or more than `limit` characters came.
    """
    if len(text) > limit:
        raise QuestionRefused(f"The question has {len(text):,} characters.", remedy=f"Ask in at most {limit:,}.")
    # lone surrogates are no characters: they can't be encoded, so they can't be searched or answered
    cleaned = visible(text.encode("utf-8", "replace").decode("utf-8"))
    if not any(character.isalnum() for character in cleaned):
        raise QuestionRefused("The question is empty.", remedy="Type a question in words.")
    return cleaned
