"""One finding for each root cause, and the mark by which each thing that shows it is known again in another run."""

from .frames import top_frame
from .gathering import findings_of
from .identity import symptom
from .normal import normal

__all__ = ["findings_of", "normal", "symptom", "top_frame"]
