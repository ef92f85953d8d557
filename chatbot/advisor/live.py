"""The advisor over the index that answers now; made anew when a build publishes another."""

from chatbot.advisor.advisor import Advisor
from chatbot.live import LiveAssistant


class LiveAdvisor:
    """Holds the current advisor: what it has computed once for an index serves every door."""

    def __init__(self, live: LiveAssistant) -> None:
        self._live = live
        self._advisor = Advisor(live.get().search)
        self._search = live.get().search

    def get(self) -> Advisor:
        """Return the advisor of the newest index that is loaded."""
        search = self._live.get().search
        if search is not self._search:
            self._advisor, self._search = Advisor(search), search
        return self._advisor

    @property
    def knows_the_guide(self) -> bool:
        """Whether the index is of the guide whose criteria these are, and not of somebody else's site."""
        pages = {address.partition("#")[0] for address in self.get().criteria.sections()}
        return not pages.isdisjoint(self._live.get().search.pages)
