"""The lab: an embedded Vibe HQ platform with a switch for what can go wrong.

It rests on the contract document alone and imports nothing from the rest of this project, so that a mistake
in the checks cannot hide behind the same mistake here. Start reading at ``platform.py``.
"""
