"""Metrics: what was asked of the assistant, in numbers only, as Prometheus reads them. No question's text is in them."""

from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, Counter, Histogram, generate_latest
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector

from chatbot.answer import Answer
from chatbot.live import LiveAssistant

CONTENT_TYPE = CONTENT_TYPE_LATEST
_SECONDS = (0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30)
_STATES = {"closed": 0, "half-open": 1, "open": 2}


class Metrics:
    """Counts the answers of one server. Safe between threads."""

    def __init__(self, live: LiveAssistant) -> None:
        self._registry = CollectorRegistry()
        self._registry.register(_Now(live))
        self._questions = Counter(
            "chatbot_questions", "Questions answered, by verdict and writer.", ["verdict", "writer"], registry=self._registry
        )
        self._seconds = Histogram("chatbot_answer_seconds", "From question to whole answer.", buckets=_SECONDS, registry=self._registry)
        self._first = Histogram(
            "chatbot_first_statement_seconds", "From question to first statement.", buckets=_SECONDS, registry=self._registry
        )
        self._tokens = Counter("chatbot_llm_tokens", "Tokens of the language model.", ["direction"], registry=self._registry)
        self._cost = Counter("chatbot_llm_cost", "What they cost, in the currency of the prices.", registry=self._registry)
        self._cached = Counter("chatbot_llm_cache_hits", "Answers that the model had given before.", registry=self._registry)
        self._statements = Counter("chatbot_llm_statements", "Statements of the model that failed.", ["outcome"], registry=self._registry)

    def observe(self, answer: Answer) -> None:
        """Count an answer."""
        self._questions.labels(answer.verdict, answer.writer).inc()
        for histogram, name in ((self._seconds, "total"), (self._first, "first")):
            if name in answer.timings_ms:
                histogram.observe(answer.timings_ms[name] / 1000)
        for direction, count in answer.tokens.items():
            self._tokens.labels(direction).inc(count)
        self._cost.inc(answer.cost or 0.0)
        self._cached.inc(answer.cached)
        self._statements.labels("dropped").inc(answer.dropped)
        self._statements.labels("replaced").inc(answer.replaced)

    def text(self) -> bytes:
        """Return all figures in Prometheus' text format."""
        return generate_latest(self._registry)


class _Now(Collector):
    """What is read when it is asked for: the state of the breaker, and whether the model is doubted."""

    def __init__(self, live: LiveAssistant) -> None:
        self._live = live

    def collect(self) -> list[GaugeMetricFamily]:
        if (model := self._live.get().model) is None:
            return []
        state = _STATES[model.calls.breaker.state]
        doubted = float(model.record.doubted)
        return [
            GaugeMetricFamily("chatbot_llm_breaker_state", "0: the model is asked, 1: one question tries, 2: it is left alone.", state),
            GaugeMetricFamily("chatbot_llm_doubted", "1: too much of what the model wrote lately fell; it is not shown.", doubted),
        ]
