"""The lab's stand-in for a language model: it repeats what it is asked, and says that it is a stand-in (AIP-02)."""

import asyncio
from dataclasses import dataclass

from vibehq_smoke.lab.faults import Faults

SIGNATURE = "[lab stand-in model]"
SECONDS_PER_ANSWER = 0.02


class ProviderError(Exception):
    """A provider does not do what was asked; the text says why and holds no secret."""


@dataclass(frozen=True)
class TextModel:
    """What ``env.AI`` is on the platform (contract 1.3, ``ai-binding``)."""

    faults: Faults

    @property
    def available(self) -> bool:
        """Whether the binding is there."""
        return not self.faults.on("ai-binding-down")

    async def answer(self, prompt: str, max_tokens: int) -> str:
        """The model's words. Raises ProviderError when it is not there or has had enough."""
        if not self.available:
            raise ProviderError("Workers AI is not available: the AI binding is missing")
        if self.faults.on("ai-over-quota"):
            raise ProviderError("Quota exceeded for provider workers-ai")
        await asyncio.sleep(SECONDS_PER_ANSWER)
        return completion(prompt, max_tokens)


def completion(prompt: str, max_tokens: int) -> str:
    """At most `max_tokens` words of the prompt, words with digits before all others, and the signature."""
    words = list(enumerate(prompt.split()))
    kept = sorted(words, key=lambda item: (not any(map(str.isdigit, item[1])), item[0]))[:max_tokens]
    return " ".join([*(word for _, word in sorted(kept)), SIGNATURE])
