"""Who answers for the definitions of this code location."""

TEAM = "team:video"
