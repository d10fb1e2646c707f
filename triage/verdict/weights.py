"""How much a line of evidence counts, in log-odds (natural logarithm). PURE: numbers, each set by hand and named here.

3.0 means that the line is twenty times as likely if the suspect is to blame as if it is not; 1.1 three times.
"""

from collections.abc import Mapping

PROOF = 4.2  # the message or the status names the fault itself
STRONG = 3.0
FAIR = 1.8
WEAK = 0.9
HINT = 0.4

AGAIN = 0.35  # how much the next line of the same rule about the same suspect counts
MOST = 6.0  # log-odds that evidence of one kind can reach together
MOST_OF_CONCENTRATION = 3.5  # a count by itself is never proof
PARSIMONY = 0.45  # for each doubling of what one cause explains at once
NOTHING_SICK = 1.0  # the whole platform was looked at and is well
UNEXPLAINED = -1.2  # for a rival that leaves all of an incident unexplained
BACKGROUND = -2.0  # for a rival of whom nothing definite is known, where of another there is
OTHER_SIDE = -0.6  # log-odds of a cause on the other side that nobody has seen

HAND_SET: Mapping[str, tuple[float, str]] = {
    "PROOF": (PROOF, "log-odds of a line that names the fault itself"),
    "STRONG": (STRONG, "log-odds of a line that hardly anything else explains"),
    "FAIR": (FAIR, "log-odds of a line that mostly means this"),
    "WEAK": (WEAK, "log-odds of a line that often means this"),
    "HINT": (HINT, "log-odds of a line that means this somewhat more often than not"),
    "AGAIN": (AGAIN, "factor for each further line of the same rule about the same suspect"),
    "MOST": (MOST, "most log-odds that the evidence about one suspect reaches"),
    "MOST_OF_CONCENTRATION": (MOST_OF_CONCENTRATION, "most log-odds of the concentration test"),
    "PARSIMONY": (PARSIMONY, "log-odds for each doubling of what one cause explains at once"),
    "NOTHING_SICK": (NOTHING_SICK, "log-odds for the application where all of the platform was seen well"),
    "UNEXPLAINED": (UNEXPLAINED, "log-odds of a rival that leaves the incident unexplained"),
    "BACKGROUND": (BACKGROUND, "log-odds of a suspect without a definite fault beside one that has it"),
    "OTHER_SIDE": (OTHER_SIDE, "log-odds of an unseen cause on the other side"),
}
