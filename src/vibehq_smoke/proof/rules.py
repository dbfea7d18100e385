"""The rules by which nobody needs to notice a change. There is no other way to excuse a check."""

from enum import StrEnum


class Rule(StrEnum):
    """Why a mutant is equivalent: it changes nothing that the check is there to judge."""

    UNJUDGED = "the check does not judge this answer: it only had to be asked"
    ONLY_HEADERS = "the check judges this answer by its headers, and never looks into the body"
    ONLY_STATUS = "a refusal is judged by its status, and the check looks at nothing else of it"
    OPTIONAL = "the model says that the field may be missing"
    NULLABLE = "the model says that the field may be null"
    ANYTHING = "the model takes a value of any type"
    UNUSED = "the check asks for the field's shape, and does nothing with its value"
    LONE = "nothing else that the check asked or saw names this id, so that nobody could tell it from another"
    HAPPENED = "a moment in a list of things is when each happened, and says nothing of the answer's age"
    STRICTER = "the channel only makes this check stricter: silent, it is as good as none"
    IGNORED = "the check does not look at what comes back"
    LAST_FRAME = "the check reads nothing after this frame"
    ONCE = "a sight that many checks have and one has to judge: another check that sees the same notices it"
    ELSEWHERE = "a question by the way, of which the check notices nothing: another check that asks the same notices it"
    PASSED_OVER = "a frame that the check passes over: it may be missing, while another on that socket may not"
    ASKS_LESS = "the check notices when the file is gone; of one that says nothing it demands what the others say"
