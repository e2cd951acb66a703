"""From the results of every run to tables, figures and a summary in words."""
