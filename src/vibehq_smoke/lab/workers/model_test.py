"""Does the model answer? The prompt goes through the provider router, as everybody's does (contract part 8)."""

import secrets
import time
from typing import cast

from vibehq_smoke.lab.serving.replies import Json
from vibehq_smoke.lab.workers.bench import Bench
from vibehq_smoke.lab.workers.self_tests import require

MODEL_TIMEOUT = 15.0
MODEL_PROVIDER = "workers-ai"


async def model_answers(bench: Bench) -> None:
    """workers-ai is available, and its answer to a prompt holds the nonce that was in the prompt."""
    status = await _ai(bench, "checkProviderStatus", {"providerId": MODEL_PROVIDER})
    provider: Json = status["providers"][0]
    require(provider["available"], f"{MODEL_PROVIDER} is not available")
    nonce = secrets.randbelow(10**8)
    prompt = f"ping {nonce}"
    order = {"taskId": f"suite-{nonce}", "prompt": prompt, "providerId": MODEL_PROVIDER, "options": {"maxTokens": 8}}
    began = time.perf_counter()
    answer = str((await _ai(bench, "executeTask", order))["result"])
    latency = (time.perf_counter() - began) * 1000
    bench.metrics["latency_ms"] = round(latency, 3)
    tokens = len(f"{prompt} {answer}".split())  # words: this model says nothing of its tokens
    usage = {"model": provider["model"], "provider": MODEL_PROVIDER, "prompt": prompt, "response": answer}
    usage |= {"tokensUsed": tokens, "cost": tokens * provider["costPerToken"], "latencyMs": round(latency)}
    bench.asked.append(usage)
    require(str(nonce) in answer, "the model's answer does not fit the prompt")


async def _ai(bench: Bench, method: str, argument: Json) -> Json:
    answer = await bench.desk.call("ORCHESTRATOR_AI_PROVIDER", method, [argument], MODEL_TIMEOUT)
    require(isinstance(answer, dict), f"{method} gives no object")
    found = cast("Json", answer)
    require(found["success"], f"{method}: {found.get('error')}")
    return found
