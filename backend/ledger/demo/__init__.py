"""An invented household for people who want to look around: plain values, the same for the same day."""
