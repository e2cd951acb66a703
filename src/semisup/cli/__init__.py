"""The command `semisup`, which no stage needs."""
