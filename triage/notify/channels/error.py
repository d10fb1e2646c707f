"""The one error of every channel."""


class ChannelError(Exception):
    """Sending failed. The caller needs to know one thing: does trying again help?"""

    def __init__(self, sentence: str, *, permanent: bool = False) -> None:
        super().__init__(sentence)
        self.permanent = permanent
