"""Words that several files of this app share."""

from django.db.models import TextChoices

# A share of the standards under 30 percent is weak: it counts as "low" where a panel disagrees, and needs a reason.
WEAK_PROPORTION = 30


class StakeholderGroup(TextChoices):
    """The three groups that an SME panel is made of (procedure, identification step 1.1.1)."""

    SECONDARY = "secondary", "Secondary educator"
    POSTSECONDARY = "postsecondary", "Postsecondary educator"
    BUSINESS = "business", "Business and industry"


class Suggestion(TextChoices):
    """What a consultant recommends. What nobody rated can only be set aside, with the reason."""

    RECOMMEND = "recommend", "Recommend"
    DISCUSS = "discuss", "Discuss"
    DO_NOT_RECOMMEND = "do_not_recommend", "Do not recommend"
    SET_ASIDE = "set_aside", "Set aside: not rated"


class Reading(TextChoices):
    """The suggested reading of the numbers; withheld where too few people rated."""

    RECOMMEND = "recommend", "Recommend"
    DISCUSS = "discuss", "Discuss"
    DO_NOT_RECOMMEND = "do_not_recommend", "Do not recommend"
    WITHHELD = "withheld", "Withheld: too few raters"


class PanelistView(TextChoices):
    """What panelists may see of a round's closed and revealed certifications; never anybody's name."""

    OWN = "own", "Only their own answers"
    SPREAD = "spread", "Their own answers and the panel's spread"
    REASONS = "reasons", "Their own answers, the panel's spread and the reasons given, without names"


class VisibleFrom(TextChoices):
    """From when panelists see what they may see of a round."""

    LATER = "later", "When round 2 opens; in a live session, when the facilitator shows it"
    CLOSE = "close", "As soon as it is closed"
