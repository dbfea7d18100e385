"""What a person or a program reads after a run: JSON, HTML, and the terminal's summary.

Each format is a module of its own and imports what only it needs; the record of the run is their one source.
"""
