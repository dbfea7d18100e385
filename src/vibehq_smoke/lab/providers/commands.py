"""Which command lines an agent may be given (contract 8.4)."""

from vibehq_smoke.lab.providers.model import ProviderError

REFUSED = frozenset({"rm", "del", "format", "fdisk", "mkfs"})
METACHARACTERS = frozenset(";&|`$<>\\\n\r")


def checked(command: str) -> str:
    """The command line, if it is harmless. Raises ProviderError that says what is not."""
    found = sorted(METACHARACTERS & set(command))
    if found:
        raise ProviderError(f"Command refused: shell metacharacter {found[0]!r}")
    for word in command.split():
        program = word.rpartition("/")[2].partition(".")[0].lower()
        if program in REFUSED:
            raise ProviderError(f"Command refused: {program} is not allowed")
    return command
