"""Features that a frozen encoder gives: computed, probed, stored."""
