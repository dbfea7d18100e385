"""What cloudflare-expert-specialist knows: topics, the words that name them, and what to say. Pure."""

import json
import re
from dataclasses import dataclass
from typing import Any

from vibehq_smoke.lab.serving.replies import Json


@dataclass(frozen=True)
class Topic:
    """One subject: words that name it (a pattern), advice, and what a wrangler file needs for it."""

    name: str
    pattern: str
    advice: tuple[str, ...]
    wrangler: str | None = None


TOPICS = (
    Topic("d1", r"\bd1\b|\bsql(?:ite)?\b|\bdatabase\b|\bmigrations?\b",
          ("Bind parameters with .bind(); never put values into the statement.",
           "Group writes with .batch(), which is one transaction.",
           "Give each database its own migrations folder."), "d1_databases"),
    Topic("kv", r"\bkv\b|key[- ]value|\bcache\b|\bsettings?\b",
          ("KV is eventually consistent: a write may take a minute to be seen elsewhere.",
           "Use it for what is read often and written seldom."), "kv_namespaces"),
    Topic("durable-objects", r"durable objects?|\bwebsockets?\b|\breal[- ]?time\b|\bcoordinat\w+",
          ("One object serialises the requests for one id: take the smallest unit as the id.",
           "Every class needs an entry under migrations, else the upgrade fails.",
           "Accept sockets with the hibernation API, so that idle ones cost nothing."), "durable_objects"),
    Topic("queues", r"\bqueues?\b|\basync(?:hronous)?\b|\bbackground\b|\bretr(?:y|ies)\b",
          ("Put work that may outlive the request into a queue; waitUntil ends 30 s after the answer.",
           "A consumer must be idempotent: messages can come twice."), "queues"),
    Topic("r2", r"\br2\b|\bfiles?\b|\buploads?\b|\bimages?\b|\bblobs?\b",
          ("Stream bodies to R2; a Worker has 128 MB of memory.",), "r2_buckets"),
    Topic("cron", r"\bcron\b|\bschedul\w+|\bnightly\b|\bdaily\b|\bhourly\b",
          ("The scheduled handler must be on the default export.",
           "Cron expressions are UTC."), "triggers"),
    Topic("service-bindings", r"service bindings?|\brpc\b|\bentrypoints?\b",
          ("A named entrypoint must be exported by the main module of the service.",
           "Call services by binding, not by public URL: no host rule, no extra hop."), "services"),
    Topic("secrets", r"\bsecrets?\b|\bapi keys?\b|\bcredentials?\b|\btokens?\b",
          ("Set secrets with `wrangler secret put`; vars are readable by everybody with the file.",)),
    Topic("ai", r"\bai\b|\bmodels?\b|\bllm\b|\binference\b",
          ("Give every model call a timeout and a fallback.",), "ai"),
    Topic("limits", r"\blimits?\b|\bcpu\b|\bmemory\b|\btimeouts?\b|\bslow\b",
          ("CPU time is limited per request; waiting on fetch does not count.",
           "At most six connections of one request wait for answers at a time.")),
)  # fmt: skip

# What an order should say, and words by which it does.
QUESTIONS = (
    ("acceptance", r"\baccept|\bmust\b|\bshould\b|\bcriteria\b|\brequire", "What has to hold for it to be accepted?"),
    ("errors", r"\berrors?\b|\bfail|\binvalid\b|\b4\d\d\b|\b5\d\d\b", "What happens when something goes wrong?"),
    ("authentication", r"\bauth|\bsession\b|\blogin\b|\bpublic\b|\btoken\b", "Who may use it?"),
    ("tests", r"\btests?\b|\bverif", "How is it tested?"),
)


def advice_on(text: str) -> list[Json]:
    """For each topic that `text` names: topic, how often it is named, advice; the most named first."""
    counted = [(len(re.findall(topic.pattern, text, re.IGNORECASE)), topic) for topic in TOPICS]
    named = sorted((entry for entry in counted if entry[0]), key=lambda entry: -entry[0])
    return [{"topic": topic.name, "mentions": count, "advice": list(topic.advice)} for count, topic in named]


def review_order(order: dict[str, Any]) -> Json:
    """What an order leaves open, the topics it touches, what its wrangler file needs; `ready` when nothing is open."""
    text = json.dumps(order, ensure_ascii=False)
    questions = [
        {"subject": subject, "question": question}
        for subject, pattern, question in QUESTIONS
        if not re.search(pattern, text, re.IGNORECASE)
    ]
    topics = [topic for topic in TOPICS if re.search(topic.pattern, text, re.IGNORECASE)]
    return {
        "ready": not questions,
        "questions": questions,
        "topics": [topic.name for topic in topics],
        "wranglerKeys": [topic.wrangler for topic in topics if topic.wrangler],
        "advice": [line for topic in topics for line in topic.advice],
    }
